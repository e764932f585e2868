import type { Knex } from 'knex';
import { changeType, key, text } from './ddl';

/** What an upload provider tells of the bytes it has taken is as long as it likes. */
export const stampsOfAnyLength = {
  name: '0011-stamps-of-any-length',

  up: (knex: Knex): Promise<void> => changeType(knex, 'replication_file_bytes', 'stamp', text),

  down: (knex: Knex): Promise<void> => changeType(knex, 'replication_file_bytes', 'stamp', key(255)),
};
