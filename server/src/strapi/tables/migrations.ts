import type { Knex } from 'knex';
import { PRIMARY_KEYS } from '../../replication/tables';
import { firstTables } from './0001-first-tables';
import { notifications } from './0002-notifications';
import { identityBinding } from './0003-identity-binding';
import { brakes } from './0004-brakes';
import { queueOfALink } from './0005-queue-of-a-link';
import { contentSize } from './0006-content-size';
import { matches } from './0007-matches';
import { fetching } from './0008-fetching';
import { dependencies } from './0009-dependencies';
import { lockedAt } from './0010-locked-at';
import { stampsOfAnyLength } from './0011-stamps-of-any-length';

interface Migration {
  name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/** In order of time. A released one is never changed or removed; new ones go to the end. */
export const MIGRATIONS: readonly Migration[] = [
  firstTables,
  notifications,
  identityBinding,
  brakes,
  queueOfALink,
  contentSize,
  matches,
  fetching,
  dependencies,
  lockedAt,
  stampsOfAnyLength,
];

const TABLE_NAME = 'replication_migrations';
const LOCK_TABLE_NAME = `${TABLE_NAME}_lock`;

/** Another process of this site may be migrating; longer than this, it died while it was. */
const PATIENCE_MS = 60_000;
const POLL_MS = 250;

/** The migrations are code, not files: the plugin's server is one bundled file. */
const migrationSource: Knex.MigrationSource<Migration> = {
  getMigrations: async () => [...MIGRATIONS],
  getMigrationName: (migration) => migration.name,
  getMigration: async (migration) => migration,
};

/**
 * Brings the plugin's own tables up to date. Safe to call in several processes at once. Throws where the database was
 * already used by a newer version of the plugin.
 */
export const migrate = async (knex: Knex): Promise<void> => {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await knex.migrate.latest({ migrationSource, tableName: TABLE_NAME });
      return;
    } catch (error) {
      if (!isHeldByAnother(error) || Date.now() > deadline + PATIENCE_MS) throw error;
      if (Date.now() > deadline) await knex.migrate.forceFreeMigrationsLock({ tableName: TABLE_NAME });
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
};

/** Removes every table of the plugin and what is in them: links, keys and history. Content stays. */
export const dropAll = async (knex: Knex): Promise<void> => {
  for (const name of Object.keys(PRIMARY_KEYS)) await knex.schema.dropTableIfExists(`replication_${name}`);
  await knex.schema.dropTableIfExists(TABLE_NAME);
  await knex.schema.dropTableIfExists(LOCK_TABLE_NAME);
};

/** The lock is taken, or two processes create the same table at once (on PostgreSQL also seen as a unique violation). */
const isHeldByAnother = (error: unknown): boolean => {
  const { name, message, code } = error as { name?: string; message?: string; code?: unknown };
  return name === 'MigrationLocked' || code === '23505' || /already (locked|exists)/i.test(message ?? '');
};
