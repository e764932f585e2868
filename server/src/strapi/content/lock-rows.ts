import type { Core } from '@strapi/strapi';
import type { Knex } from 'knex';
import type { Uid } from '../../replication/entity';
import { Busy } from '../../replication/errors';
import { componentRowsOf } from './component-rows';
import { databaseModelOf, modelOf } from './models';

/** PostgreSQL's lock_not_available; MySQL's and MariaDB's refusal of NOWAIT. */
const HELD = new Set<unknown>(['55P03', 'ER_LOCK_NOWAIT', 'ER_LOCK_WAIT_TIMEOUT', 3572, 1205]);
const MOST = 1_000;

/** @returns how many of these rows are there. */
const lockTable = async (
  strapi: Core.Strapi,
  trx: Knex.Transaction,
  uid: Uid,
  ids: readonly number[]
): Promise<number> => {
  const sorted = [...ids].sort((a, b) => a - b);
  let locked = 0;
  for (let at = 0; at < sorted.length; at += MOST) {
    const rows = (await strapi.db
      .getConnection(databaseModelOf(strapi, uid).tableName)
      .transacting(trx)
      .select('id')
      .whereIn('id', sorted.slice(at, at + MOST))
      .orderBy('id')
      .forUpdate()
      .noWait()) as unknown[];
    locked += rows.length;
  }
  return locked;
};

/**
 * Locks entries' component rows and then their main rows: the order in which Strapi writes them, and without waiting, so
 * that an editor who saves is never part of a deadlock. SQLite has one writer at a time and needs none of this.
 */
export const lockRows = async (
  strapi: Core.Strapi,
  trx: Knex.Transaction,
  uid: Uid,
  rowIds: number[]
): Promise<void> => {
  if (strapi.db.dialect.client === 'sqlite' || rowIds.length === 0) return;
  const rows = new Set(rowIds);
  const components = new Map<Uid, Set<number>>();
  for (const row of await componentRowsOf(strapi, trx, uid, rowIds)) {
    components.set(row.uid, (components.get(row.uid) ?? new Set()).add(row.id));
  }
  try {
    for (const component of [...components.keys()].sort())
      await lockTable(strapi, trx, component, [...components.get(component)!]);
    // Replaced since it was looked at, as by somebody who publishes: there is another row by now.
    if ((await lockTable(strapi, trx, uid, [...rows])) < rows.size)
      throw new Busy(modelOf(strapi, uid)?.modelName ?? uid);
  } catch (error) {
    const { code, errno } = error as { code?: unknown; errno?: unknown };
    if (HELD.has(code) || HELD.has(errno)) throw new Busy(modelOf(strapi, uid)?.modelName ?? uid);
    throw error;
  }
};
