import type { Knex } from 'knex';
import { addColumn, createTable, key, number, orNull } from './ddl';

/*
 * Keys that were shut out, and what each link sent on a day. Where an identity is bound stands in `settings`.
 * A migration that was released never changes again, so it keeps its own list of columns.
 */
export const identityBinding = {
  name: '0003-identity-binding',
  async up(knex: Knex): Promise<void> {
    await addColumn(knex, 'replication_signing_keys', 'revoked_at', orNull(number));
    await createTable(knex, {
      name: 'replication_link_usage',
      columns: { link: key(64), day: key(32), messages: number, bytes: number },
      primary: ['link', 'day'],
      indexes: [],
    });
  },
  async down(knex: Knex): Promise<void> {
    await knex.schema.dropTableIfExists('replication_link_usage');
    await knex.schema.alterTable('replication_signing_keys', (table) => table.dropColumn('revoked_at'));
  },
};
