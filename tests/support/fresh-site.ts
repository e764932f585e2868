import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { access, playgroundScript } from './app';
import { editorOf } from './content';
import { freePort, type Instance } from './instance';
import { adminClient, restClient, type Rest } from './rest';
import { startStrapi, type StartedStrapi } from './strapi-start';

/** A site as a user's would be: `playground/fresh-app.mjs` says what that means. Only what stands here works on it. */
export type FreshSite = Pick<Instance, 'name' | 'url' | 'admin' | 'editor' | 'logs' | 'stop'>;

/** Starts a fresh app by Strapi's own command, on an empty database, and registers its first administrator. */
export const startFreshSite = async (): Promise<FreshSite> => {
  const app = await playgroundScript('fresh-app.mjs');
  // Several may run in one app, each on a database of its own.
  const data = path.join('.tmp', randomBytes(4).toString('hex'));
  const folder = path.join(app, data);
  fs.mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let started: StartedStrapi | null = null;
  const stop = async () => {
    await started?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  };
  const { ADMINISTRATOR } = await access();
  try {
    started = await startStrapi({
      app,
      url,
      logFile: path.join(folder, 'log.txt'),
      env: {
        PORT: String(port),
        DATABASE_FILENAME: path.join(data, 'data.db'),
        REPLICATION_PUBLIC_URL: url,
        REPLICATION_SITE_NAME: 'fresh',
        // Both sites are on this machine. Nothing else is configured.
        REPLICATION_ALLOW_PRIVATE_ADDRESSES: 'true',
      },
    });
    await restClient(url).post('/admin/register-admin', ADMINISTRATOR);
  } catch (error) {
    await stop();
    throw error;
  }
  let administrator: Promise<Rest> | null = null;
  const admin = () => (administrator ??= adminClient(url, ADMINISTRATOR.email, ADMINISTRATOR.password));
  return { name: 'fresh', url, admin, editor: async () => editorOf(await admin()), logs: started.logs, stop };
};
