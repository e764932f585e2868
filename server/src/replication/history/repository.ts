import { keyOf, type EntityKey } from '../entity';
import type { Clock, NewRow, Tables } from '../ports';
import type { Row } from '../tables';
import { anchorsOf } from './anchor';
import { canonical, sha256 } from './canonical';
import { stored, unpack } from './contents';
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
  const contents = new Map<string, Row<'contents'>>();
  const parts: NewRow<'parts'>[] = [];
  for (const revision of revisions) {
    for (const part of revision.parts) {
      const hash = part.content === null ? null : sha256(part.content);
      if (hash !== null && !contents.has(hash)) contents.set(hash, stored(hash, part.content!));
      parts.push({
        revision: revision.id,
        name: part.name,
        commitment: part.commitment,
        salt: part.salt,
        content: hash,
      });
    }
  }
  await tables.insert('contents', [...contents.values()], 'ignore');
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
    await tables.insert('contents', [stored(hash, part.content)], 'ignore');
    await tables.update('parts', { revision, name: part.name }, { salt: part.salt, content: hash });
  }
  return parts.some(({ content }) => content !== null);
};

/** A revision without its contents: what is here of a part is named by the hash of its text, null where nothing is. */
export interface ListedRevision extends Omit<Revision, 'parts'> {
  parts: { name: string; commitment: string; salt: string | null; hash: string | null }[];
}

/** Revisions by id, without their contents; those that are not here are missing from the answer. */
export const listRevisions = async (
  tables: Tables,
  ids: readonly RevisionId[]
): Promise<Map<RevisionId, ListedRevision>> => {
  const revisions = new Map<RevisionId, ListedRevision>();
  if (ids.length === 0) return revisions;
  for (const { id, header, signature } of await tables.find('revisions', { id: ids })) {
    revisions.set(id, { id, header: JSON.parse(header) as Header, signature, parts: [] });
  }
  for (const { revision, name, commitment, salt, content } of await tables.find('parts', { revision: ids })) {
    revisions.get(revision)?.parts.push({ name, commitment, salt, hash: content });
  }
  return revisions;
};

/** Texts by their hash. */
export const loadContents = async (tables: Tables, hashes: readonly string[]): Promise<Map<string, string>> => {
  if (hashes.length === 0) return new Map();
  return new Map((await tables.find('contents', { hash: hashes })).map(({ hash, bytes }) => [hash, unpack(bytes)]));
};

/** With those contents that were read; parts of which nothing was read count as withheld. */
const withContents = ({ parts, ...revision }: ListedRevision, contents: ReadonlyMap<string, string>): Revision => ({
  ...revision,
  parts: parts.map(({ name, commitment, salt, hash }) => {
    const content = hash === null ? null : (contents.get(hash) ?? null);
    return { name, commitment, salt: content === null ? null : salt, content };
  }),
});

/** Whole revisions by id; those that are not here are missing from the answer. */
export const loadRevisions = async (tables: Tables, ids: readonly RevisionId[]): Promise<Map<RevisionId, Revision>> => {
  const listed = await listRevisions(tables, ids);
  const hashes = [...listed.values()].flatMap(({ parts }) => parts.flatMap(({ hash }) => hash ?? []));
  const contents = await loadContents(tables, [...new Set(hashes)]);
  return new Map([...listed].map(([id, revision]) => [id, withContents(revision, contents)]));
};

/** What a revision's opened parts hold. */
export const contentOf = (revision: Revision): EntryContent =>
  new Map(
    revision.parts.flatMap((part) => {
      const value = part.name === PEOPLE ? null : openPart(part);
      return value === null ? [] : [[part.name, value] as const];
    })
  );

/** Names of the parts that it is known to have, and that did not come here. */
export const withheldIn = ({ parts }: Revision): Set<string> =>
  new Set(parts.filter(({ content }) => content === null).map(({ name }) => name));

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
