import type { Knex } from 'knex';
import { addIndex, dropIndex } from './ddl';

const TABLE = 'replication_replicas';
const BEFORE = [
  { name: `${TABLE}_i1`, columns: ['state', 'retry_at'] },
  { name: `${TABLE}_i4`, columns: ['link', 'state'] },
];
const NOW = [
  { name: `${TABLE}_wanted`, columns: ['link', 'state', 'wanted_at'] },
  { name: `${TABLE}_retried`, columns: ['link', 'state', 'retry_at'] },
  { name: `${TABLE}_typed`, columns: ['link', 'uid', 'state'] },
];

/** What one link waits for is found without looking at what another one does, and in the order in which it is sent. */
export const queueOfALink = {
  name: '0005-queue-of-a-link',

  async up(knex: Knex): Promise<void> {
    for (const { name, columns } of NOW) await addIndex(knex, TABLE, name, columns);
    for (const { name } of BEFORE) await dropIndex(knex, TABLE, name);
  },

  async down(knex: Knex): Promise<void> {
    for (const { name, columns } of BEFORE) await addIndex(knex, TABLE, name, columns);
    for (const { name } of NOW) await dropIndex(knex, TABLE, name);
  },
};
