import { keyOf, type EntityKey } from '../entity';
import type { Clock, NewRow, Tables } from '../ports';
import { anchorsOf } from './anchor';
import { canonical, sha256 } from './canonical';
import { pack, unpack } from './contents';
import { PEOPLE, openPart, type Header, type Part, type Revision, type RevisionId } from './revision';
import type { EntryContent } from './content';

/** Stores revisions with their parts; what is there already is left as it is, withheld parts that are opened now are filled in. */
export const saveRevisions = async (
  tables: Tables,
  revisions: readonly Revision[],
  clock: Clock,
  { side = false } = {}
): Promise<void> => {
  if (revisions.length === 0) return;
  const at = clock.now();
  const anchors = await anchorsOf(tables, revisions);
  const contents = new Map<string, Buffer>();
  const parts: NewRow<'parts'>[] = [];
  for (const revision of revisions) {
    for (const part of revision.parts) {
      const hash = part.content === null ? null : sha256(part.content);
      if (hash !== null && !contents.has(hash)) contents.set(hash, pack(part.content!));
      parts.push({
        revision: revision.id,
        name: part.name,
        commitment: part.commitment,
        salt: part.salt,
        content: hash,
      });
    }
  }
  await tables.insert(
    'contents',
    [...contents].map(([hash, bytes]) => ({ hash, bytes })),
    'ignore'
  );
  await tables.insert(
    'revisions',
    revisions.map(({ id, header, signature }) => ({
      id,
      entity: keyOf(header.entity),
      origin: header.origin,
      kind: header.kind,
      header: canonical(header),
      signature,
      side: side ? 1 : 0,
      anchor: anchors.get(id) ?? null,
      stored_at: at,
    })),
    'ignore'
  );
  await tables.insert(
    'parents',
    revisions.flatMap(({ id, header }) => header.parents.map((parent) => ({ revision: id, parent }))),
    'ignore'
  );
  await tables.insert('parts', parts, 'ignore');
};

/** Fills in salts and contents that were withheld before; whether there were any. */
export const openParts = async (tables: Tables, revision: RevisionId, parts: readonly Part[]): Promise<boolean> => {
  for (const part of parts) {
    if (part.content === null) continue;
    const hash = sha256(part.content);
    await tables.insert('contents', [{ hash, bytes: pack(part.content) }], 'ignore');
    await tables.update('parts', { revision, name: part.name }, { salt: part.salt, content: hash });
  }
  return parts.some(({ content }) => content !== null);
};

/** Whole revisions by id; those that are not here are missing from the answer. */
export const loadRevisions = async (tables: Tables, ids: readonly RevisionId[]): Promise<Map<RevisionId, Revision>> => {
  if (ids.length === 0) return new Map();
  const [rows, partRows] = [await tables.find('revisions', { id: ids }), await tables.find('parts', { revision: ids })];
  const hashes = [...new Set(partRows.flatMap(({ content }) => (content === null ? [] : [content])))];
  const contents = new Map(
    (await tables.find('contents', { hash: hashes })).map(({ hash, bytes }) => [hash, unpack(bytes)])
  );
  const revisions = new Map<RevisionId, Revision>();
  for (const row of rows) {
    revisions.set(row.id, {
      id: row.id,
      header: JSON.parse(row.header) as Header,
      signature: row.signature,
      parts: [],
    });
  }
  for (const row of partRows) {
    const content = row.content === null ? null : (contents.get(row.content) ?? null);
    revisions.get(row.revision)?.parts.push({
      name: row.name,
      commitment: row.commitment,
      salt: content === null ? null : row.salt,
      content,
    });
  }
  return revisions;
};

/** What a revision's opened parts hold. */
export const contentOf = (revision: Revision): EntryContent =>
  new Map(
    revision.parts.flatMap((part) => {
      const value = part.name === PEOPLE ? null : openPart(part);
      return value === null ? [] : [[part.name, value] as const];
    })
  );

export const leavesOf = async (
  tables: Tables,
  entities: readonly EntityKey[]
): Promise<Map<EntityKey, RevisionId[]>> => {
  const result = new Map<EntityKey, RevisionId[]>(entities.map((entity) => [entity, []]));
  if (entities.length === 0) return result;
  for (const { entity, revision } of await tables.find('leaves', { entity: entities }))
    result.get(entity)!.push(revision);
  for (const leaves of result.values()) leaves.sort();
  return result;
};
