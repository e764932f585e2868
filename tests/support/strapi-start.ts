import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { eventually } from './wait';

export interface StartedStrapi {
  logs(): string;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

interface Start {
  /** The app's folder. */
  app: string;
  /** Where it answers, by what `env` or the app's `.env` says. */
  url: string;
  logFile: string;
  /** All that it is told apart from the app's own files; those have no say where this names the same. */
  env: NodeJS.ProcessEnv;
}

/** `npm start` of an app for production; it ends with this process at the latest. */
export const startStrapi = async ({ app, url, logFile, env }: Start): Promise<StartedStrapi> => {
  const log = fs.openSync(logFile, 'a');
  const strapi = path.join(app, 'node_modules', '@strapi', 'strapi', 'bin', 'strapi.js');
  const child = spawn(process.execPath, [strapi, 'start'], {
    cwd: app,
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TMPDIR: process.env.TMPDIR,
      NODE_ENV: 'production',
      STRAPI_TELEMETRY_DISABLED: 'true',
      HOST: '127.0.0.1',
      ...env,
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
    await eventually(ended, { within: 5_000, what: 'a fresh app to end' });
    process.off('exit', kill);
  };
  try {
    await eventually(async () => ended() || (await fetch(`${url}/_health`)).status === 204, { within: 90_000 });
    if (ended()) throw new Error('It ended while it started.');
    return { logs, stop };
  } catch (error) {
    await stop();
    throw new Error(
      `A fresh app did not start: ${(error as Error).message}\nThe end of its log:\n${logs().slice(-4_000)}`,
      { cause: error }
    );
  }
};
