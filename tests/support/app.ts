import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export const ROOT = path.resolve(__dirname, '..', '..');
export const APP = path.join(ROOT, 'playground', 'app');

/** What an instance starts with: nothing but an administrator, or the official example's content and a page tree. */
export type Seed = 'empty' | 'content';
export type DatabaseKind = 'sqlite' | 'postgres' | 'mysql';

const run = promisify(execFile);

/** Runs one of the playground's scripts and gives the last line it printed. */
export const playgroundScript = async (name: string, ...args: string[]): Promise<string> => {
  const script = path.join(ROOT, 'playground', name);
  const { stdout } = await run(process.execPath, [script, ...args], { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trimEnd().split('\n').at(-1) ?? '';
};

export const assemble = ({ admin }: { admin: boolean }): Promise<string> =>
  playgroundScript('assemble.mjs', ...(admin ? [] : ['--without-admin']));

export interface Prepared {
  folder: string;
  /** Its name on a database server; null for SQLite, where it is `data.db` in the folder. */
  database: string | null;
}

const prepared = new Map<string, Promise<Prepared>>();

/** A booted, migrated database to copy from; made on first use, kept between runs. */
export const prepare = (kind: DatabaseKind, seed: Seed): Promise<Prepared> => {
  const key = `${kind}-${seed}`;
  const known = prepared.get(key) ?? playgroundScript('prepare.mjs', kind, seed).then((line) => JSON.parse(line));
  prepared.set(key, known);
  return known;
};

export interface Access {
  ADMINISTRATOR: { firstname: string; lastname: string; email: string; password: string };
  API_TOKEN: string;
}

/** How one gets into any instance of the playground. */
export const access = async (): Promise<Access> => {
  const source = await fs.readFile(path.join(ROOT, 'playground', 'overlay', 'scripts', 'access.js'), 'utf8');
  const module = { exports: {} };
  new Function('module', source)(module);
  return module.exports as Access;
};
