import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { APP, prepare, ROOT } from '../tests/support/app';
import { createDatabase } from '../tests/support/databases';

const run = promisify(execFile);
const STRAPI = path.join(ROOT, 'node_modules', '@strapi', 'strapi', 'bin', 'strapi.js');

export interface Stored {
  /** The folder that an instance keeps its `public` in. */
  folder: string;
  env: Record<string, string>;
}

const strapi = ({ folder, env }: Stored, ...args: string[]) =>
  run(process.execPath, [STRAPI, ...args], {
    cwd: APP,
    maxBuffer: 64 * 1024 * 1024,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      NODE_NO_WARNINGS: '1',
      STRAPI_TELEMETRY_DISABLED: 'true',
      SERVE_ADMIN: 'false',
      PLAYGROUND_WITH_PLUGIN: 'false',
      PUBLIC_DIR: path.join(folder, 'public'),
      ...env,
    },
  });

/**
 * Milliseconds that Strapi's own `export` and `import` take from a stopped site to an empty one, boots included,
 * neither encrypted nor compressed: the fastest that they offer.
 */
export const exportAndImport = async (source: Stored): Promise<number> => {
  await prepare('sqlite', 'empty');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'replication-import-'));
  try {
    const { env } = await createDatabase('sqlite', 'empty', folder);
    const file = path.join(folder, 'content');
    const started = performance.now();
    await strapi(source, 'export', '--no-encrypt', '--no-compress', '--file', file);
    await strapi({ folder, env }, 'import', '--force', '--file', `${file}.tar`);
    return performance.now() - started;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
};
