import type { Knex } from 'knex';
import { addColumn, key, orNull } from './ddl';

/** Which of two sites fetches, where only one can call the other. Null: each calls the other. */
export const fetching = {
  name: '0008-fetching',

  async up(knex: Knex): Promise<void> {
    await addColumn(knex, 'replication_links', 'fetching', orNull(key(32)));
  },

  async down(knex: Knex): Promise<void> {
    await knex.schema.alterTable('replication_links', (table) => table.dropColumn('fetching'));
  },
};
