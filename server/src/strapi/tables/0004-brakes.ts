import type { Knex } from 'knex';
import { createTable, key, number, orNull, text } from './ddl';

/** What is not sent until a person says so, and the entries that it is about. */
export const brakes = {
  name: '0004-brakes',

  async up(knex: Knex): Promise<void> {
    await createTable(knex, {
      name: 'replication_brakes',
      columns: {
        id: key(400),
        code: key(64),
        subject: key(320),
        told: text,
        set_at: number,
        lifted_at: orNull(number),
        lifted_by: orNull(text),
      },
      primary: ['id'],
      indexes: [],
    });
    await createTable(knex, {
      name: 'replication_findings',
      columns: {
        entity: key(320),
        kind: key(32),
        uid: key(255),
        since: number,
        answer: orNull(key(32)),
        answered_by: orNull(text),
      },
      primary: ['entity', 'kind'],
      indexes: [['uid', 'kind']],
    });
  },

  async down(knex: Knex): Promise<void> {
    await knex.schema.dropTableIfExists('replication_findings');
    await knex.schema.dropTableIfExists('replication_brakes');
  },
};
