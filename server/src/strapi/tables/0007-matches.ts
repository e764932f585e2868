import type { Knex } from 'knex';
import { createTable, key, number } from './ddl';

/** Entries that two sites had under two ids and that were taken for one. */
export const matches = {
  name: '0007-matches',

  async up(knex: Knex): Promise<void> {
    await createTable(knex, {
      name: 'replication_matches',
      columns: { entity: key(320), uid: key(255), local_id: key(255), link: key(64), at: number },
      primary: ['entity'],
      indexes: [['uid', 'local_id']],
    });
  },

  async down(knex: Knex): Promise<void> {
    await knex.schema.dropTableIfExists('replication_matches');
  },
};
