import type { Knex } from 'knex';
import { counted, createTable, key, number, orNull, text } from './ddl';

/** What the rest of the site is to be told of applied changes. */
export const notifications = {
  name: '0002-notifications',
  async up(knex: Knex): Promise<void> {
    await createTable(knex, {
      name: 'replication_notifications',
      columns: {
        id: counted,
        uid: key(255),
        document_id: key(255),
        locale: key(128),
        action: key(32),
        removed: orNull(text),
        site: key(64),
        site_name: text,
        revision: orNull(key(64)),
        at: number,
        attempts: number,
        lease: orNull(key(128)),
        lease_until: number,
      },
      primary: ['id'],
      indexes: [],
    });
  },
  async down(knex: Knex): Promise<void> {
    await knex.schema.dropTableIfExists('replication_notifications');
  },
};
