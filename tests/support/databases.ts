import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { playgroundScript, prepare, type DatabaseKind, type Seed } from './app';

/** An instance's own database: the variables that lead a playground app to it, and how it goes away. */
export interface InstanceDatabase {
  kind: DatabaseKind;
  env: Record<string, string>;
  /** The file, for SQLite; else the name on the server. */
  file: string | null;
  name: string | null;
  drop(): Promise<void>;
}

/** `TEST_DATABASE` moves every suite that names no database to another one. */
export const defaultDatabase = (): DatabaseKind => (process.env.TEST_DATABASE ?? 'sqlite') as DatabaseKind;

/** Where an instance's database and public folder are copied from. */
export interface Source {
  folder: string;
  database: string | null;
}

/** Copies a database and its public folder, the prepared ones by default, to an instance's folder. */
export const createDatabase = async (
  kind: DatabaseKind,
  from: Seed | Source,
  folder: string
): Promise<InstanceDatabase> => {
  const source = typeof from === 'string' ? await prepare(kind, from) : from;
  await fs.cp(path.join(source.folder, 'public'), path.join(folder, 'public'), { recursive: true });
  if (!source.database) {
    const file = path.join(folder, 'data.db');
    await fs.copyFile(path.join(source.folder, 'data.db'), file);
    return {
      kind,
      env: { DATABASE_CLIENT: 'sqlite', DATABASE_FILENAME: file },
      file,
      name: null,
      drop: async () => {},
    };
  }
  const name = `replication_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  const env = JSON.parse(await playgroundScript('servers.mjs', 'copy', kind, source.database, name));
  const drop = async () => void (await playgroundScript('servers.mjs', 'drop', kind, name));
  return { kind, env, file: null, name, drop };
};
