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

/**
 * Suites of real Strapi processes wait for one another's answers half of the time: several at once fill two cores. Each has
 * instances, databases and ports of its own.
 */
const AT_ONCE = 3;

/** What is not run on database servers, where it would prove nothing that it does not prove on SQLite. */
const ONLY_SQLITE = {
  'tests/pair/schema-changes': 'names SQLite itself: where values do not fit a new type, a server lets no Strapi start',
  'tests/integration/playground': 'is about the playground, not about the plugin',
  'tests/integration/content/.*':
    'makes a site in its own process, which is on SQLite; the pair suites ask it of servers',
  'tests/integration/deep-read': 'is about what the tests read with',
  'tests/integration/admin-api': 'asks who may call what, before any table is looked at',
  'tests/integration/gate/permissions': 'asks who may call what, before any table is looked at',
  'tests/pair/buckets': 'is about where the bytes of files lie',
  'tests/pair/correcting-hooks': 'counts versions, which the domain decides; its tables have their contract',
  'tests/pair/local-fields': 'is decided before a row is read or written',
  'tests/pair/rest-cache': 'is about another plugin, which keeps its answers in memory',
  'tests/pair/run': 'is about when something is done, not how',
  'tests/pair/thin-thread': 'is the least that all others do, too',
};

const suite = (projects, { atOnce, env = {}, on = '' }) => {
  const name = projects.join(' and ');
  const title = on ? `${name} on ${on}` : name;
  const file = path.join(RESULTS, `${on || 'sqlite'}-${projects.join('-')}.json`);
  fs.mkdirSync(RESULTS, { recursive: true });
  fs.rmSync(file, { force: true });
  const order = atOnce === 1 ? ['--runInBand'] : [`--maxWorkers=${atOnce}`];
  const left = on ? Object.keys(ONLY_SQLITE).map((name) => `--testPathIgnorePatterns=${name}\\.test`) : [];
  const report = ['--json', `--outputFile=${file}`];
  const args = ['--selectProjects', ...projects, '--passWithNoTests', '--ci', ...order, ...left, ...report];
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
  for (const project of ['unit', 'simulation', 'contract']) suite([project], { atOnce: 2 });
  if (step('build and assemble', process.execPath, ['playground/assemble.mjs'])) {
    suite(['integration', 'pair', 'browser'], { atOnce: AT_ONCE });
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
    // These share one database.
    suite(['contract'], { atOnce: 1, env: serverEnvironment(kind, name), on: title });
    await dropDatabase(kind, name);
    suite(['integration', 'pair'], { atOnce: AT_ONCE, env: { TEST_DATABASE: kind }, on: title });
  }
  finish((name) => !name.startsWith('sqlite-'));
};

const [which = 'all'] = process.argv.slice(2);
if (which === 'total') finish(() => true);
else {
  ensureInstalled();
  await (which === 'databases' ? databases() : all());
}
