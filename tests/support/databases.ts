import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { playgroundScript, prepare, type DatabaseKind, type Seed } from './app';

/** An instance's own database: the variables that lead a playground app to it, and how it goes away. */
export interface InstanceDatabase {
  kind: DatabaseKind;
  env: Record<string, string>;
  /** The file, for SQLite. */
  file: string | null;
  drop(): Promise<void>;
}

/** `TEST_DATABASE` moves every suite that names no database to another one. */
export const defaultDatabase = (): DatabaseKind => (process.env.TEST_DATABASE ?? 'sqlite') as DatabaseKind;

/** Copies the prepared database and its public folder to an instance's folder. */
export const createDatabase = async (kind: DatabaseKind, seed: Seed, folder: string): Promise<InstanceDatabase> => {
  const source = await prepare(kind, seed);
  await fs.cp(path.join(source.folder, 'public'), path.join(folder, 'public'), { recursive: true });
  if (!source.database) {
    const file = path.join(folder, 'data.db');
    await fs.copyFile(path.join(source.folder, 'data.db'), file);
    return { kind, env: { DATABASE_CLIENT: 'sqlite', DATABASE_FILENAME: file }, file, drop: async () => {} };
  }
  const name = `replication_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  const env = JSON.parse(await playgroundScript('servers.mjs', 'copy', kind, source.database, name));
  const drop = async () => void (await playgroundScript('servers.mjs', 'drop', kind, name));
  return { kind, env, file: null, drop };
};
