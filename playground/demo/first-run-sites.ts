import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { freePort } from '../../tests/support/instance';
import { startStrapi, type StartedStrapi } from '../../tests/support/strapi-start';

/** How apps are made: what `playground/fresh-app.mjs` and `playground/packed-plugin.mjs` export. */
export interface Workshop {
  packPlugin(folder: string): string;
  createApp(app: string, language: Language): void;
  installPackages(app: string): void;
  installPlugin(app: string, packed: string): void;
  buildApp(app: string): void;
}

export type Language = 'typescript' | 'javascript';

export interface FirstRunSite {
  name: string;
  language: Language;
  app: string;
  url: string;
  /** What an administrator writes into its `.env`, by hand. */
  settings: string[];
}

export const planSite = async (folder: string, name: string, language: Language): Promise<FirstRunSite> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = [
    `PORT=${port}`,
    `REPLICATION_PUBLIC_URL=${url}`,
    `REPLICATION_SITE_NAME=${name}`,
    // For sites on one machine or in one private network only.
    'REPLICATION_ALLOW_PRIVATE_ADDRESSES=true',
  ];
  return { name, language, app: path.join(folder, name.toLowerCase()), url, settings };
};

/** The later line of a name counts. */
export const writeSettings = ({ app, settings }: FirstRunSite): void =>
  fs.appendFileSync(path.join(app, '.env'), `\n${settings.join('\n')}\n`);

/** `npm run seed:example`, which create-strapi-app runs for whoever takes the example. */
export const seedExample = ({ app }: FirstRunSite): void => {
  const { stdout, stderr } = spawnSync(process.execPath, [path.join('scripts', 'seed.js')], {
    cwd: app,
    encoding: 'utf8',
    env: { ...process.env, STRAPI_TELEMETRY_DISABLED: 'true' },
  });
  // The script itself ends well whatever happens.
  if (!stdout.includes('Ready to go')) throw new Error(`The example's seed failed.\n${stdout}${stderr}`);
};

export const startSite = ({ app, url }: FirstRunSite): Promise<StartedStrapi> =>
  startStrapi({ app, url, logFile: path.join(app, 'log.txt'), env: {} });
