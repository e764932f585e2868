import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './folders.mjs';

/** Quiet and offline: no telemetry, no update check, no browser opened. */
export const QUIET = {
  STRAPI_TELEMETRY_DISABLED: 'true',
  NODE_NO_WARNINGS: '1',
  BROWSERSLIST_IGNORE_OLD_DATA: '1',
};

/** Runs a command to its end; on failure throws with what it printed. */
export const run = (title, command, args, { cwd = ROOT, env = {}, show = false } = {}) => {
  const started = Date.now();
  process.stdout.write(`${title} …${show ? '\n' : ''}`);
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...QUIET, ...env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
  });
  if (result.status !== 0) {
    process.stdout.write(' failed\n');
    throw new Error(`${title}: "${command} ${args.join(' ')}" failed.\n${result.stdout ?? ''}${result.stderr ?? ''}`);
  }
  if (!show) process.stdout.write(` ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  return result.stdout;
};

export const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** The path of a command that an installed package brings. */
export const binary = (name) => path.join(ROOT, 'node_modules', '.bin', name);

/** Installs what the lock file names, unless that has been done for this lock file. */
export const ensureInstalled = () => {
  const installed = path.join(ROOT, 'node_modules', '.package-lock.json');
  const wanted = path.join(ROOT, 'package-lock.json');
  const complete = () => fs.existsSync(path.join(ROOT, 'node_modules', 'better-sqlite3', 'build', 'Release'));
  if (fs.existsSync(installed) && complete() && sameVersions(installed, wanted)) return;
  run('Installing what is missing (npm ci)', NPM, ['ci', '--no-audit', '--no-fund'], { show: true });
};

const sameVersions = (installed, wanted) => {
  const packages = (file) => JSON.parse(fs.readFileSync(file, 'utf8')).packages;
  const here = packages(installed);
  return Object.entries(packages(wanted)).every(
    ([name, entry]) => name === '' || entry.optional || here[name]?.version === entry.version
  );
};
