import type { Knex } from 'knex';
import { addColumn, number, orNull } from './ddl';

/** How much there is to read is known before it is read. Null: stored before this. */
export const contentSize = {
  name: '0006-content-size',

  async up(knex: Knex): Promise<void> {
    await addColumn(knex, 'replication_contents', 'size', orNull(number));
  },

  async down(knex: Knex): Promise<void> {
    await knex.schema.alterTable('replication_contents', (table) => table.dropColumn('size'));
  },
};
