import type { Core } from '@strapi/strapi';
import { FILE_UID, type Uid } from '../../replication/entity';
import type { Schemas } from '../../replication/ports';
import { rowKeyOf } from '../content/canonical-row';
import { componentParentsOf } from './component-parents';

/** A row that has changed or is about to. */
export interface ChangedRow {
  uid: Uid;
  id: number;
  documentId: string;
  locale: string;
  status: string;
}

const COLUMNS = ['id', 'documentId', 'locale', 'publishedAt'];
const MOST = 500;

/** Rows by any condition that Strapi's own operations take, found without running anybody's lifecycles. */
export const findRows = async (
  strapi: Core.Strapi,
  schemas: Schemas,
  uid: Uid,
  params: object
): Promise<ChangedRow[]> => {
  const schema = schemas.type(uid);
  if (!schema) return [];
  const columns = uid === FILE_UID ? COLUMNS.slice(0, 2) : COLUMNS;
  const rows = await strapi.db
    .queryBuilder(uid)
    .init(params as never)
    .select(columns)
    .execute<Record<string, unknown>[]>();
  return rows
    .filter((row) => typeof row.documentId === 'string')
    .map((row) => ({ uid, id: Number(row.id), documentId: row.documentId as string, ...rowKeyOf(row, schema) }));
};

export const rowsById = async (
  strapi: Core.Strapi,
  schemas: Schemas,
  uid: Uid,
  ids: readonly number[]
): Promise<ChangedRow[]> => {
  const rows: ChangedRow[] = [];
  const unique = [...new Set(ids)];
  for (let at = 0; at < unique.length; at += MOST) {
    rows.push(...(await findRows(strapi, schemas, uid, { where: { id: { $in: unique.slice(at, at + MOST) } } })));
  }
  return rows;
};

/** The entries' rows among these; rows of components are followed up to the entries they belong to. */
export const entryRows = async (
  strapi: Core.Strapi,
  schemas: Schemas,
  uid: Uid,
  ids: readonly number[]
): Promise<ChangedRow[]> => {
  if (schemas.type(uid)) return rowsById(strapi, schemas, uid, ids);
  const rows: ChangedRow[] = [];
  for (const [parent, parentIds] of await componentParentsOf(strapi, schemas, uid, ids)) {
    rows.push(...(await entryRows(strapi, schemas, parent, parentIds)));
  }
  return rows;
};
