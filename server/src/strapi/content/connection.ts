import type { Core } from '@strapi/strapi';
import type { Knex } from 'knex';
import type { TableName } from '../../replication/tables';

const inCurrentTransaction = async (
  strapi: Core.Strapi,
  query: Knex.QueryBuilder
): Promise<{ query: Knex.QueryBuilder }> => {
  if (!strapi.db.inTransaction()) return { query };
  // Inside a transaction this answers the current one and begins none.
  const current = (await strapi.db.transaction()) as unknown as { get(): Knex.Transaction };
  return { query: query.transacting(current.get()) };
};

/**
 * A statement on one of Strapi's tables, in the current transaction where there is one. In an object, since a statement
 * that is awaited runs.
 */
export const statementOn = (strapi: Core.Strapi, table: string): Promise<{ query: Knex.QueryBuilder }> =>
  inCurrentTransaction(strapi, strapi.db.getConnection(table));

/** The same on one of the plugin's own tables. */
export const statementOnOwn = (strapi: Core.Strapi, table: TableName): Promise<{ query: Knex.QueryBuilder }> =>
  inCurrentTransaction(strapi, strapi.db.connection(`replication_${table}`));
