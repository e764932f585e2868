import { AsyncResource } from 'node:async_hooks';
import type { Core } from '@strapi/types';
import type { Knex } from 'knex';
import { Busy } from '../../replication/errors';
import type { Content, Store, Unit } from '../../replication/ports';
import { dialectOf, type Dialect } from './ddl';
import { createTables } from './tables';

const MOST_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 400;

/**
 * What passes when it is tried again: PostgreSQL's serialization_failure, deadlock_detected and lock_not_available,
 * MySQL's deadlock and lock wait timeout, SQLite's file held by another process.
 */
const PASSING = new Set([
  '40001',
  '40P01',
  '55P03',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
]);

/**
 * The port `Store` on Strapi's database. `strapi.db.query` inside `work` joins the transaction.
 *
 * Create it once, at start, outside any transaction or request: each transaction runs in the asynchronous context of that
 * moment. Strapi keeps its current transaction in the context, so one that was begun from inside a save would join the
 * save's, and what a save left running would join one that is over. For the same reason nothing that awaits a transaction
 * of ours may itself stand inside one of Strapi's: on SQLite both would wait for the only connection.
 */
export const createStore = (strapi: Core.Strapi, content: (trx: Knex.Transaction) => Content): Store => {
  const outside = new AsyncResource('replication');
  const dialect = dialectOf(strapi.db.connection);
  const open = new WeakMap<Unit, Open>();

  const attempt = <T>(work: (unit: Unit) => Promise<T>): Promise<T> =>
    outside.runInAsyncScope(() =>
      strapi.db.transaction(async ({ trx }) => {
        await prepare(trx, dialect);
        const unit: Unit = { tables: createTables(trx), content: content(trx) };
        const state: Open = { trx, savepoints: 0, broken: null };
        open.set(unit, state);
        try {
          const result = await work(unit);
          if (state.broken !== null) throw state.broken;
          return result;
        } catch (error) {
          // What follows a broken transaction fails for that reason alone.
          throw state.broken ?? error;
        }
      })
    ) as Promise<T>;

  return {
    async transaction<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
      for (let failures = 1; ; failures += 1) {
        try {
          return await attempt(work);
        } catch (error) {
          if (!isPassing(error)) throw error;
          if (failures === MOST_ATTEMPTS) throw new Busy('What was to be written');
          await pause(failures);
        }
      }
    },

    async savepoint<T>(unit: Unit, work: (unit: Unit) => Promise<T>): Promise<T> {
      const state = open.get(unit);
      if (state === undefined) throw new Error('A savepoint needs a unit of an open transaction.');
      if (state.broken !== null) throw state.broken;
      state.savepoints += 1;
      const name = `replication_${state.savepoints}`;
      // By statement, not by a transaction inside knex's: `strapi.db.query` only knows the outer one.
      await state.trx.raw(`savepoint ${name}`);
      try {
        const result = await work(unit);
        await state.trx.raw(`release savepoint ${name}`);
        return result;
      } catch (error) {
        if (isPassing(error)) {
          // A deadlock has undone everything on MySQL, and what followed would be committed statement by statement.
          // So nothing may follow, whatever the caller does with the error; `transaction` tries the whole again.
          state.broken = error as Error;
          await state.trx.rollback();
          throw error;
        }
        if (state.broken !== null) throw state.broken;
        await state.trx.raw(`rollback to savepoint ${name}`);
        await state.trx.raw(`release savepoint ${name}`);
        throw error;
      }
    },
  };
};

interface Open {
  readonly trx: Knex.Transaction;
  savepoints: number;
  /** The error that ended the transaction before its time. */
  broken: Error | null;
}

const prepare = async (trx: Knex.Transaction, dialect: Dialect): Promise<void> => {
  if (dialect === 'postgres') {
    await trx.raw(`set local lock_timeout = '5s'`);
  } else if (dialect === 'mysql') {
    // Repeatable read would show the rows as they were before we had their locks. Strapi begins its transactions without
    // a say in this, and the level can only be set between two: so the one it began, still empty, gives way to ours.
    await trx.raw('commit');
    await trx.raw('set transaction isolation level read committed');
    await trx.raw('start transaction');
  }
};

const isPassing = (error: unknown): boolean => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && PASSING.has(code);
};

const pause = (failures: number): Promise<void> => {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
  return new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
};
