import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '@strapi/database';

export type Client = 'sqlite' | 'postgres' | 'mysql';

/** The database this run is about: `DATABASE_CLIENT` and the other variables Strapi's own template reads, SQLite without. */
export const client = (process.env.DATABASE_CLIENT ?? 'sqlite') as Client;

const connectionTo = (folder: string): object => {
  if (client === 'sqlite') return { filename: join(folder, 'data.db') };
  const { DATABASE_HOST, DATABASE_PORT, DATABASE_NAME, DATABASE_USERNAME, DATABASE_PASSWORD } = process.env;
  return {
    host: DATABASE_HOST ?? '127.0.0.1',
    port: Number(DATABASE_PORT ?? (client === 'postgres' ? 5432 : 3306)),
    user: DATABASE_USERNAME ?? (client === 'postgres' ? 'postgres' : 'root'),
    password: DATABASE_PASSWORD ?? '',
    database: DATABASE_NAME ?? 'test',
  };
};

/** Strapi's own database layer, without the rest of Strapi: the transactions and settings are the real ones. */
export const openDatabase = async (): Promise<{ db: Database; close(): Promise<void> }> => {
  const folder = mkdtempSync(join(tmpdir(), 'replication-contract-'));
  const db = new Database({
    connection: {
      client,
      connection: connectionTo(folder),
      useNullAsDefault: client === 'sqlite',
      ...(client === 'sqlite' ? {} : { pool: { min: 0, max: 10 } }),
    },
    settings: { migrations: { dir: join(folder, 'migrations') } },
  } as unknown as ConstructorParameters<typeof Database>[0]);
  await db.init({ models: [] });
  return {
    db,
    close: async () => {
      await db.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
