import type { Knex } from 'knex';
import { addColumn, number, orNull } from './ddl';

/** Since when an entry may not be edited here. Null where it may be, or became so before this was written down. */
export const lockedAt = {
  name: '0010-locked-at',

  up: (knex: Knex): Promise<void> => addColumn(knex, 'replication_entries', 'locked_at', orNull(number)),

  down: (knex: Knex): Promise<void> =>
    knex.schema.alterTable('replication_entries', (change) => change.dropColumn('locked_at')),
};
