import fs from 'node:fs';
import type { Core } from '@strapi/types';
import type { Knex } from 'knex';
import type { Place } from '../../replication/link/place';
import { dialectOf } from '../tables/ddl';

/** Where this process runs: what of it goes into a place and why stands in docs/architecture.md. */
export const readPlace = async (strapi: Core.Strapi, url: string): Promise<Place> => ({
  url,
  facts: await factsOf(strapi.db.connection),
});

const factsOf = async (knex: Knex): Promise<Place['facts']> => {
  switch (dialectOf(knex)) {
    case 'sqlite':
      return fileFacts(await one(knex, 'select file from pragma_database_list where name = ?', ['main']));
    case 'postgres':
      return {
        server: serverOf(knex),
        database: await one(knex, "select current_database() || '/' || current_schema() as name"),
        oid: await one(knex, 'select oid::text as oid from pg_database where datname = current_database()'),
        cluster: await one(knex, 'select system_identifier::text as id from pg_control_system()'),
      };
    case 'mysql':
      return {
        server: serverOf(knex),
        database: await one(knex, 'select database() as name'),
        // MySQL's name for it, and MariaDB's.
        cluster: (await one(knex, 'select @@server_uuid as id')) || (await one(knex, 'select @@server_uid as id')),
      };
  }
};

/** '' where the server does not know this, or does not tell it to this user: then it is not compared. */
const one = async (knex: Knex, sql: string, bindings: string[] = []): Promise<string> => {
  try {
    const answer = await knex.raw(sql, bindings);
    const rows = (answer.rows ?? (Array.isArray(answer[0]) ? answer[0] : answer)) as Record<string, unknown>[];
    const [value] = Object.values(rows[0] ?? {});
    return value === null || value === undefined ? '' : String(value);
  } catch {
    return '';
  }
};

const fileFacts = (file: string): Place['facts'] => {
  try {
    const path = fs.realpathSync(file);
    // As text: inodes can be larger than a number holds.
    return { path, inode: String(fs.statSync(path, { bigint: true }).ino) };
  } catch {
    return { path: file, inode: '' };
  }
};

interface ConnectionSettings {
  host?: unknown;
  port?: unknown;
  connectionString?: unknown;
  socketPath?: unknown;
}

const serverOf = (knex: Knex): string => {
  const { host, port, connectionString, socketPath } = (knex.client.config.connection ?? {}) as ConnectionSettings;
  if (typeof connectionString === 'string') {
    try {
      const url = new URL(connectionString);
      return namedAlike(url.hostname, url.port);
    } catch {
      return '';
    }
  }
  if (typeof socketPath === 'string') return socketPath;
  return typeof host === 'string' ? namedAlike(host, port) : '';
};

const namedAlike = (host: string, port: unknown): string =>
  `${['127.0.0.1', '::1', '[::1]', ''].includes(host) ? 'localhost' : host.toLowerCase()}:${String(port ?? '')}`;
