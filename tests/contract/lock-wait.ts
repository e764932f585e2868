import type { Database } from '@strapi/database';
import { eventually } from '../support/wait';
import { client } from './open-database';

const WAITING = {
  postgres:
    "select count(*) as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
  mysql: "select count(*) as n from information_schema.innodb_trx where trx_state = 'LOCK WAIT'",
};

/** Until a transaction waits for what another one holds. SQLite has one connection, which the second one waits for. */
export const somebodyWaits = ({ connection }: Database): Promise<boolean> =>
  eventually(
    async () => {
      if (client === 'sqlite') return connection.client.pool.numPendingAcquires() > 0;
      const answer = await connection.raw(WAITING[client]);
      const [row] = client === 'postgres' ? answer.rows : answer[0];
      return Number(row.n) > 0;
    },
    { what: 'a transaction to wait for another' }
  );
