/**
 * Does the simulation see what is broken? Breaks the domain on purpose, in one way after the other, and runs schedules
 * until some of them fail. Works on a copy: nothing here is changed.
 *
 *   npm run test:mutations [-- part of a name]
 *
 *   MUTATION_RUNS      so many schedules for each at most (80)
 *   MUTATION_FAILURES  so many failures are enough (3)
 *
 * Prints what was seen of each, then for each invariant what it saw. Ends with 1 where a defect went unseen, an invariant
 * saw nothing (with all of them), or a place to break is not in the code any more.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT, TEMPORARY } from '../playground/folders.mjs';
import { INVARIANTS, MUTATIONS } from './mutation-list.mjs';

const runs = Number(process.env.MUTATION_RUNS ?? 80);
const enough = Number(process.env.MUTATION_FAILURES ?? 3);
const [wanted = ''] = process.argv.slice(2);
const COPY = path.join(TEMPORARY, 'mutated');

const copy = () => {
  fs.rmSync(COPY, { recursive: true, force: true });
  fs.mkdirSync(COPY, { recursive: true });
  for (const name of ['server', 'tests/support', 'scripts', 'package.json', 'package-lock.json']) {
    fs.cpSync(path.join(ROOT, name), path.join(COPY, name), { recursive: true });
  }
  for (const name of ['commands.mjs', 'folders.mjs']) {
    fs.mkdirSync(path.join(COPY, 'playground'), { recursive: true });
    fs.copyFileSync(path.join(ROOT, 'playground', name), path.join(COPY, 'playground', name));
  }
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(COPY, 'node_modules'), 'dir');
};

/** Breaks one place; answers what puts it back. */
const breakAt = ({ file, find, replace }) => {
  const name = path.join(COPY, 'server/src/replication', file);
  const before = fs.readFileSync(name, 'utf8');
  const places = before.split(find).length - 1;
  if (places !== 1) throw new Error(`${file} has ${places} places like this: ${find}`);
  fs.writeFileSync(
    name,
    before.replace(find, () => replace)
  );
  return () => fs.writeFileSync(name, before);
};

const simulate = () => {
  const { stdout } = spawnSync(process.execPath, ['scripts/simulate.mjs'], {
    cwd: COPY,
    env: {
      ...process.env,
      SIMULATION_RUNS: String(runs),
      SIMULATION_FAILURES: String(enough),
      SIMULATION_SHRINK: '0',
      SIMULATION_LINES: '500',
      SIMULATION_LENGTH: '220',
      SIMULATION_SEED: process.env.SIMULATION_SEED ?? '1',
    },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [, done, failed] = /(\d+) schedules from seed \d+: (\d+) broke/.exec(stdout) ?? [];
  if (done === undefined) throw new Error(`The simulation did not end:\n${stdout.slice(-2_000)}`);
  const [, first = ''] = /npm run test:simulation\n\s+(.*)/.exec(stdout) ?? [];
  const told = stdout.split('\n').filter((line) => line.startsWith('  '));
  return { done: Number(done), failed: Number(failed), first, told };
};

copy();
const unseen = [];
const seers = new Map(INVARIANTS.map(([name]) => [name, []]));
console.log('| broken | failed | first seen as |\n| --- | --- | --- |');
for (const { what, places, rare = false } of MUTATIONS.filter(({ what }) => what.includes(wanted))) {
  const mend = places.map(breakAt);
  const { done, failed, first, told } = simulate();
  for (const [name, pattern] of INVARIANTS) if (told.some((line) => pattern.test(line))) seers.get(name).push(what);
  for (const undo of mend.reverse()) undo();
  console.log(`| ${what} | ${failed} of ${done} | ${first.replaceAll('|', '/').slice(0, 110)} |`);
  if (failed === 0 && !rare) unseen.push(what);
}
fs.rmSync(COPY, { recursive: true, force: true });
console.log('\n| invariant | sees |\n| --- | --- |');
for (const [name, seen] of seers) console.log(`| ${name} | ${seen.join('; ')} |`);
if (unseen.length > 0) {
  console.error(`\nNobody saw: ${unseen.join('; ')}.`);
  process.exitCode = 1;
}
const blind = [...seers].filter(([, seen]) => seen.length === 0).map(([name]) => name);
if (blind.length > 0 && wanted === '') {
  console.error(`\nThese saw nothing: ${blind.join('; ')}.`);
  process.exitCode = 1;
}
