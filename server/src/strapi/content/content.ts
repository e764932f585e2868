import type { Core } from '@strapi/strapi';
import type { Knex } from 'knex';
import {
  FILE_UID,
  NO_LOCALE,
  keyOf,
  type EntityKey,
  type RowState,
  type RowWrite,
  type Status,
  type TypeSchema,
  type Uid,
} from '../../replication/entity';
import { NotPossible } from '../../replication/errors';
import type { Content, Glance, NewEntry, Plain, Schemas, Telling } from '../../replication/ports';
import { createTables } from '../tables/tables';
import { type DatabaseRow, rowKeyOf } from './canonical-row';
import { exactly } from './exactly';
import { readFiles } from './file-rows';
import { lockRows } from './lock-rows';
import { lookUp } from './look-up';
import { makeRows, modelsWithin } from './make-rows';
import { databaseModelOf } from './models';
import { createPopulate } from './populate';
import { readRows } from './read-rows';
import { isoDate, type JsonStorage } from './values';
import { writeRows } from './write-rows';

export interface ContentOptions {
  /** This site's public address, or '' where it has none: absolute URLs of uploads in text begin with it. */
  siteUrl: () => string;
  /** Whether database lifecycles of the site run for rows of this type. They do unless this says otherwise. */
  runsLifecycles?: (uid: Uid) => boolean;
  /** Whether database lifecycles of the site listen to rows of this type or component being made. Taken to be so. */
  hearsOfRows?: (uid: Uid) => boolean;
  /** Whether one of these links uses what lies at a URL, so that it must not be removed. */
  usedElsewhere?: (url: string, links: readonly string[]) => Promise<boolean>;
}

/** What reading and writing share within one transaction. */
export interface Session {
  strapi: Core.Strapi;
  schemas: Schemas;
  trx: Knex.Transaction;
  tables: ReturnType<typeof createTables>;
  populateOf: ReturnType<typeof createPopulate>;
  siteUrl: string;
  usedElsewhere: NonNullable<ContentOptions['usedElsewhere']>;
  storage: JsonStorage;
  /** The rows of entries that were locked and not written since. */
  locked: Map<EntityKey, MainRow[]>;
}

export interface MainRow {
  id: number;
  documentId: string;
  locale: string;
  status: Status;
  updatedAt: unknown;
}

/** Large enough to be fast, small enough for every database's limit of values in a statement. */
const BATCH = 100;

export const mainRowsOf = async (
  session: Session,
  schema: TypeSchema,
  localIds: readonly string[]
): Promise<MainRow[]> => {
  const { strapi } = session;
  const columns = ['id', 'documentId', 'updatedAt', ...(schema.uid === FILE_UID ? [] : ['locale', 'publishedAt'])];
  const found: MainRow[] = [];
  for (let at = 0; at < localIds.length; at += 5 * BATCH) {
    const some = localIds.slice(at, at + 5 * BATCH);
    const rows = await strapi.db
      .queryBuilder(schema.uid)
      .select(columns)
      .where({ documentId: { $in: some } })
      .orderBy([{ id: 'asc' }])
      .execute<(DatabaseRow & { id: number; documentId: string })[]>();
    for (const row of exactly(rows, some))
      found.push({ id: row.id, documentId: row.documentId, updatedAt: row.updatedAt, ...rowKeyOf(row, schema) });
  }
  return found;
};

/** MySQL's driver parses JSON before Strapi does; MariaDB has no type for it, and Strapi tells PostgreSQL's driver not to. */
const jsonStorageOf = (strapi: Core.Strapi): JsonStorage => {
  const { client, info } = strapi.db.dialect as unknown as { client: string; info?: { database?: string } | null };
  return client === 'mysql' && info?.database !== 'MARIADB' ? 'native' : 'text';
};

/**
 * The port `Content` on Strapi's rows. What is answered works inside `trx`, which must be Strapi's current transaction:
 * `strapi.db.query` finds it by itself, our own statements are given it.
 */
export const createContent = (
  strapi: Core.Strapi,
  schemas: Schemas,
  options: ContentOptions
): ((trx: Knex.Transaction) => Content) => {
  const populateOf = createPopulate(schemas);

  const schemaOf = (uid: Uid): TypeSchema => {
    const schema = schemas.type(uid);
    if (!schema) throw new NotPossible('TYPE_UNKNOWN', `This site has no content type ${uid}.`, { uid });
    return schema;
  };

  const isQuiet = (uid: Uid): boolean => options.runsLifecycles?.(uid) === false;

  /** MySQL and MariaDB do not say which rows they have made; files have bytes. */
  const canMakeTogether = (schema: TypeSchema): boolean =>
    schema.uid !== FILE_UID &&
    strapi.db.dialect.client !== 'mysql' &&
    (isQuiet(schema.uid) || !modelsWithin({ schemas }, schema).some((uid) => options.hearsOfRows?.(uid) ?? true));

  return (trx) => {
    const session: Session = {
      strapi,
      schemas,
      trx,
      tables: createTables(trx),
      populateOf,
      siteUrl: options.siteUrl(),
      usedElsewhere: options.usedElsewhere ?? (() => Promise.resolve(false)),
      storage: jsonStorageOf(strapi),
      locked: new Map(),
    };
    const table = (uid: Uid) => strapi.db.getConnection(databaseModelOf(strapi, uid).tableName).transacting(trx);

    return {
      async read(uid: Uid, localIds: readonly string[]) {
        const schema = schemaOf(uid);
        const entries = new Map<string, RowState[]>();
        for (let at = 0; at < localIds.length; at += BATCH) {
          const some = localIds.slice(at, at + BATCH);
          const read =
            uid === FILE_UID ? await readFiles({ ...session, schema }, some) : await readRows(session, schema, some);
          for (const [id, rows] of read) entries.set(id, rows);
        }
        return entries;
      },

      async presence(uid: Uid, localIds: readonly string[]) {
        const entries = new Map<string, { locale: string; status: Status }[]>();
        for (const { documentId, locale, status } of await mainRowsOf(session, schemaOf(uid), localIds)) {
          entries.set(documentId, [...(entries.get(documentId) ?? []), { locale, status }]);
        }
        return entries;
      },

      async glance(uid: Uid, localIds: readonly string[]) {
        const entries = new Map<string, Glance[]>();
        for (const { documentId, locale, status, updatedAt } of await mainRowsOf(session, schemaOf(uid), localIds)) {
          const row = { locale, status, updatedAt: isoDate(updatedAt) };
          entries.set(documentId, [...(entries.get(documentId) ?? []), row]);
        }
        return entries;
      },

      async look(uid: Uid, attribute: string, of: { ids: readonly string[] } | { values: readonly Plain[] }) {
        return lookUp(session, schemaOf(uid), attribute, of);
      },

      async list(uid: Uid, after: string | null, limit: number) {
        schemaOf(uid);
        const query = table(uid).distinct('document_id').orderBy('document_id').limit(limit);
        const rows = (await query.where('document_id', '>', after ?? '')) as { document_id: string }[];
        return rows.map((row) => row.document_id);
      },

      async total(uid: Uid) {
        schemaOf(uid);
        const [row] = (await table(uid).countDistinct({ n: 'document_id' })) as { n: unknown }[];
        return Number(row?.n ?? 0);
      },

      async lock(uid: Uid, localIds: readonly string[]) {
        const rows = await mainRowsOf(session, schemaOf(uid), localIds);
        for (const id of localIds) session.locked.set(keyOf({ uid, id }), []);
        for (const row of rows) session.locked.get(keyOf({ uid, id: row.documentId }))?.push(row);
        await lockRows(
          strapi,
          trx,
          uid,
          rows.map((row) => row.id)
        );
      },

      write(uid: Uid, localId: string, writes: readonly RowWrite[], telling?: Telling) {
        return writeRows(session, schemaOf(uid), localId, writes, telling, isQuiet(uid));
      },

      makesTogether: (uid: Uid) => canMakeTogether(schemaOf(uid)),

      make(uid: Uid, entries: readonly NewEntry[]) {
        return makeRows(session, schemaOf(uid), entries, isQuiet(uid));
      },
    };
  };
};

export const localeColumn = (locale: string): string | null => (locale === NO_LOCALE ? null : locale);
