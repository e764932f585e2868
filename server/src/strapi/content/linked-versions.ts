import type { Attributes, TypeSchema, Uid } from '../../replication/entity';
import { storageOf, type Owning } from '../capture/links';
import type { DatabaseRow } from './canonical-row';
import type { Session } from './content';

/** Rows that hold one to-one relation, of entries or of components. */
interface Holders extends Owning {
  target: Uid;
  rows: DatabaseRow[];
}

const MOST = 500;

/**
 * Strapi answers one row for a to-one relation, whichever; an entry without drafts may be linked to its target's draft and
 * to its published version. Puts all that is linked in its place.
 */
export const loadLinkedVersions = async (session: Session, schema: TypeSchema, rows: DatabaseRow[]): Promise<void> => {
  if (schema.drafts) return;
  const holders = new Map<string, Holders>();
  for (const row of rows) collect(session, schema.uid, schema.attributes, row, holders);
  for (const one of holders.values()) await loadOne(session, one);
};

const itemsOf = (value: unknown): DatabaseRow[] =>
  (Array.isArray(value) ? value : [value]).filter((item) => item !== null && typeof item === 'object') as DatabaseRow[];

const collect = (
  session: Session,
  owner: Uid,
  attributes: Attributes,
  row: DatabaseRow,
  holders: Map<string, Holders>
): void => {
  const { schemas } = session;
  for (const [name, attribute] of Object.entries(attributes)) {
    if (attribute.kind === 'relation') {
      const { target, many } = attribute;
      if (many || target === null || !schemas.type(target)?.drafts || !row[name]) continue;
      const key = `${owner}#${name}`;
      if (!holders.has(key)) holders.set(key, { owner, name, attribute, target, rows: [] });
      holders.get(key)!.rows.push(row);
    } else if (attribute.kind === 'component' || attribute.kind === 'zone') {
      for (const item of itemsOf(row[name])) {
        const uid = attribute.kind === 'zone' ? String(item.__component) : attribute.component;
        collect(session, uid, schemas.components(uid) ?? {}, item, holders);
      }
    }
  }
};

const loadOne = async ({ strapi, trx }: Session, holders: Holders): Promise<void> => {
  const storage = storageOf(strapi, holders, holders.target);
  // A column in the row itself holds one link.
  if (!storage || storage.ownerColumn === 'id') return;
  for (let at = 0; at < holders.rows.length; at += MOST) {
    const some = holders.rows.slice(at, at + MOST);
    const links = (await strapi.db
      .getConnection(storage.table)
      .transacting(trx)
      .select({ owner: storage.ownerColumn, target: storage.targetColumn })
      .whereIn(
        storage.ownerColumn,
        some.map(({ id }) => Number(id))
      )) as { owner: unknown; target: unknown }[];
    const targets = await strapi.db
      .queryBuilder(holders.target)
      .select(['id', 'documentId', 'locale', 'publishedAt'])
      .where({ id: { $in: links.map(({ target }) => Number(target)) } })
      .orderBy([{ id: 'asc' }])
      .execute<DatabaseRow[]>();
    for (const row of some) {
      const linked = new Set(
        links.filter(({ owner }) => Number(owner) === Number(row.id)).map((link) => Number(link.target))
      );
      row[holders.name] = targets.filter(({ id }) => linked.has(Number(id)));
    }
  }
};
