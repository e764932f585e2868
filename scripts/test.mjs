/**
 * Everything that has to hold, in order, to the end even where something fails.
 *
 *   node scripts/test.mjs            lint, types, every suite on SQLite
 *   node scripts/test.mjs databases  contract, integration and pair on PostgreSQL and on MariaDB
 *   node scripts/test.mjs total      prints the sum of both, as they last ran
 *
 * The last line is `tests: N passed, N failed`, summed from what Jest says really ran. Ends with 1 where a test or a
 * step failed, where a suite could not be loaded, and where a test was skipped.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { binary, ensureInstalled, NPM } from '../playground/commands.mjs';
import { ROOT, TEMPORARY } from '../playground/folders.mjs';

const RESULTS = path.join(TEMPORARY, 'results');
const failures = [];

const step = (title, command, args, env = {}) => {
  const started = Date.now();
  console.log(`\n── ${title}`);
  const { status } = spawnSync(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  console.log(`── ${title}: ${status === 0 ? 'ok' : 'FAILED'}, ${((Date.now() - started) / 1000).toFixed(1)} s`);
  if (status !== 0) failures.push(title);
  return status === 0;
};

const npmRun = (name) => step(name, NPM, ['run', '--silent', name]);

/** Real Strapi processes share two cores and a playground: one file after the other. */
const ALONE = ['integration', 'pair', 'browser'];

/** What no other database than SQLite is started for. */
const ONLY_SQLITE = 'tests/pair/schema-changes';

const suite = (project, { env = {}, on = '' } = {}) => {
  const title = on ? `${project} on ${on}` : project;
  const file = path.join(RESULTS, `${on || 'sqlite'}-${project}.json`);
  fs.mkdirSync(RESULTS, { recursive: true });
  fs.rmSync(file, { force: true });
  // On a server the suites share one database, so there too one file comes after the other.
  const order = ALONE.includes(project) || on ? ['--runInBand'] : ['--maxWorkers=2'];
  const left = on ? [`--testPathIgnorePatterns=${ONLY_SQLITE}`] : [];
  const report = ['--json', `--outputFile=${file}`];
  const args = ['--selectProjects', project, '--passWithNoTests', '--ci', ...order, ...left, ...report];
  step(title, binary('jest'), args, env);
  const counted = fs.existsSync(file) ? readCounts(file) : null;
  if (!counted) failures.push(`${title} (no result was written)`);
  if (counted?.skipped) failures.push(`${title} (${counted.skipped} skipped)`);
};

/** A suite that could not even be loaded counts as one failed test: it would have had at least one. */
const readCounts = (file) => {
  const result = JSON.parse(fs.readFileSync(file, 'utf8'));
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    skipped: result.numPendingTests + result.numTodoTests,
  };
};

const finish = (prefix) => {
  const files = fs.existsSync(RESULTS) ? fs.readdirSync(RESULTS).filter(prefix) : [];
  const counts = files.map((name) => readCounts(path.join(RESULTS, name)));
  const sum = (field) => counts.reduce((total, count) => total + count[field], 0);
  if (failures.length) console.log(`\nFailed: ${[...new Set(failures)].join(', ')}.`);
  console.log(`\ntests: ${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = failures.length || sum('failed') ? 1 : 0;
};

const all = () => {
  fs.rmSync(RESULTS, { recursive: true, force: true });
  npmRun('lint');
  npmRun('types');
  for (const project of ['unit', 'simulation', 'contract']) suite(project);
  if (step('build and assemble', process.execPath, ['playground/assemble.mjs'])) {
    for (const project of ALONE) suite(project);
  }
  finish((name) => name.startsWith('sqlite-'));
};

const databases = async () => {
  const { dropDatabase, isServerThere, recreateDatabase, serverEnvironment } =
    await import('../playground/servers.mjs');
  if (!step('build and assemble', process.execPath, ['playground/assemble.mjs', '--without-admin'])) {
    return finish((name) => !name.startsWith('sqlite-'));
  }
  for (const [kind, title] of [
    ['postgres', 'PostgreSQL'],
    ['mysql', 'MariaDB'],
  ]) {
    try {
      await isServerThere(kind);
    } catch (error) {
      console.error(
        `\n${error.message}\nStart one there, or name another with DATABASE_${kind.toUpperCase()}_HOST, _PORT, _USER and _PASSWORD.`
      );
      failures.push(`${title} (no server)`);
      continue;
    }
    const name = `replication_contract_${process.pid}`;
    await recreateDatabase(kind, name);
    suite('contract', { env: serverEnvironment(kind, name), on: title });
    await dropDatabase(kind, name);
    for (const project of ['integration', 'pair']) suite(project, { env: { TEST_DATABASE: kind }, on: title });
  }
  finish((name) => !name.startsWith('sqlite-'));
};

const [which = 'all'] = process.argv.slice(2);
if (which === 'total') finish(() => true);
else {
  ensureInstalled();
  await (which === 'databases' ? databases() : all());
}
