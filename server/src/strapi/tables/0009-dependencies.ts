import type { Knex } from 'knex';
import { addColumn, key, number, orNull, text } from './ddl';

const COLUMNS = [
  ['replication_rules', 'dependencies', orNull(text)],
  ['replication_refs', 'fields', orNull(text)],
  ['replication_replicas', 'along', orNull(key(16))],
  ['replication_replicas', 'steps', orNull(number)],
] as const;

/** What goes along with what is shared. Null: nothing was said, or it was stored before this. */
export const dependencies = {
  name: '0009-dependencies',

  async up(knex: Knex): Promise<void> {
    for (const [table, name, type] of COLUMNS) await addColumn(knex, table, name, type);
  },

  async down(knex: Knex): Promise<void> {
    for (const [table, name] of COLUMNS) await knex.schema.alterTable(table, (change) => change.dropColumn(name));
  },
};
