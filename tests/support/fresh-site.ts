import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { access, playgroundScript } from './app';
import { editorOf } from './content';
import { freePort, type Instance } from './instance';
import { adminClient, restClient, type Rest } from './rest';
import { eventually } from './wait';

/** A site as a user's would be: `playground/fresh-app.mjs` says what that means. Only what stands here works on it. */
export type FreshSite = Pick<Instance, 'name' | 'url' | 'admin' | 'editor' | 'logs' | 'stop'>;

/** Starts a fresh app by Strapi's own command, on an empty database, and registers its first administrator. */
export const startFreshSite = async (): Promise<FreshSite> => {
  const app = await playgroundScript('fresh-app.mjs');
  const data = path.join('.tmp', randomBytes(4).toString('hex'));
  const folder = path.join(app, data);
  fs.mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const key = () => randomBytes(24).toString('base64');
  const logFile = path.join(folder, 'log.txt');
  const log = fs.openSync(logFile, 'a');
  const strapi = path.join(app, 'node_modules', '@strapi', 'strapi', 'bin', 'strapi.js');
  const child = spawn(process.execPath, [strapi, 'start'], {
    cwd: app,
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      STRAPI_TELEMETRY_DISABLED: 'true',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_FILENAME: path.join(data, 'data.db'),
      APP_KEYS: `${key()},${key()}`,
      API_TOKEN_SALT: key(),
      ADMIN_JWT_SECRET: key(),
      TRANSFER_TOKEN_SALT: key(),
      JWT_SECRET: key(),
      ENCRYPTION_KEY: key(),
      REPLICATION_PUBLIC_URL: url,
      REPLICATION_SITE_NAME: 'fresh',
      // Both sites are on this machine. Nothing else is configured.
      REPLICATION_ALLOW_PRIVATE_ADDRESSES: 'true',
    },
  });
  fs.closeSync(log);
  const logs = () => fs.readFileSync(logFile, 'utf8');
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    child.kill();
    await eventually(ended, { within: 10_000 }).catch(kill);
    process.off('exit', kill);
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    await eventually(async () => ended() || (await fetch(`${url}/_health`)).status === 204, { within: 90_000 });
    if (ended()) throw new Error('It ended while it started.');
    const { ADMINISTRATOR } = await access();
    await restClient(url).post('/admin/register-admin', ADMINISTRATOR);
    let administrator: Promise<Rest> | null = null;
    const admin = () => (administrator ??= adminClient(url, ADMINISTRATOR.email, ADMINISTRATOR.password));
    return { name: 'fresh', url, admin, editor: async () => editorOf(await admin()), logs, stop };
  } catch (error) {
    const said = logs().slice(-4_000);
    await stop();
    throw new Error(`A fresh app did not start: ${(error as Error).message}\nThe end of its log:\n${said}`, {
      cause: error,
    });
  }
};
