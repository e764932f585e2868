/**
 * The simulation alone, for long runs: see `tests/simulation`.
 *
 *   SIMULATION_RUNS     so many schedules (50)
 *   SIMULATION_SEED     from this seed upward (1)
 *   SIMULATION_WORKERS  in so many processes (1)
 *   SIMULATION_LENGTH   each of so many steps, 220 at most; without it of 20 to 220, short ones more often
 *   SIMULATION_STEPS    only these steps of each schedule (`3,7-9`), as a failing one was made shorter to
 *   SIMULATION_FAILURES ends after so many failures (without end)
 *   SIMULATION_SHRINK=0 leaves failing schedules as long as they are
 *   SIMULATION_LINES    so much of what a seed broke is told (5)
 *   SIMULATION_STORY=1  each schedule tells what happened in it
 *
 * Says on standard error how far it is. Each seed that broke an invariant is made shorter and printed with what replays
 * it; the run goes on. Ends with 1 where there was one.
 */
import { fork } from 'node:child_process';
import path from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { ensureInstalled } from '../playground/commands.mjs';
import { ROOT } from '../playground/folders.mjs';

const runs = Number(process.env.SIMULATION_RUNS ?? 50);
const firstSeed = Number(process.env.SIMULATION_SEED ?? 1);
const workers = Number(process.env.SIMULATION_WORKERS ?? 1);
const mostFailures = Number(process.env.SIMULATION_FAILURES ?? Infinity);
const mostLines = Number(process.env.SIMULATION_LINES ?? 5);
/** Schedules that a process is given at once. */
const PORTION = Number.isFinite(mostFailures) ? 1 : 20;
const PROGRESS_MS = 10_000;

let next = firstSeed;
let done = 0;
const failed = [];
const started = Date.now();

const seconds = () => (Date.now() - started) / 1000;
const progress = () =>
  console.error(`${done} of ${runs} schedules, ${(done / seconds()).toFixed(1)} a second, ${failed.length} failed`);

const tell = ({ seed, violations, steps, shrunk }) => {
  failed.push(seed);
  const shorter = steps === '' ? '' : ` SIMULATION_STEPS=${steps}`;
  const { SIMULATION_LENGTH: length } = process.env;
  const long = length === undefined ? '' : ` SIMULATION_LENGTH=${length}`;
  console.log(`\nSIMULATION_SEED=${seed} SIMULATION_RUNS=1${long}${shorter} npm run test:simulation`);
  for (const line of (shrunk.length > 0 ? shrunk : violations).slice(0, mostLines))
    console.log(`  ${line.slice(0, 1_500)}`);
};

const work = () =>
  new Promise((resolve) => {
    const worker = fork(path.join(ROOT, 'tests/support/world/worker.ts'), {
      // What a schedule throws away is young: with more room for it an eighth of the time is saved. The other processors
      // have schedules of their own to run.
      execArgv: [
        '--max-semi-space-size=64',
        '--single-threaded-gc',
        '--enable-source-maps',
        '--require',
        path.join(ROOT, 'scripts/typescript.cjs'),
      ],
    });
    worker.on('message', (message) => {
      if (message === 'next') {
        const count = Math.min(PORTION, firstSeed + runs - next);
        if (count <= 0 || failed.length >= mostFailures) return worker.disconnect();
        worker.send({ from: next, count });
        next += count;
        return undefined;
      }
      done += 1;
      if (message.violations.length > 0) tell(message);
      return undefined;
    });
    worker.on('exit', resolve);
  });

ensureInstalled();
const timer = setInterval(progress, PROGRESS_MS);
await Promise.all(Array.from({ length: Math.max(1, workers) }, work));
clearInterval(timer);
progress();
if (failed.length > 0) console.log(`\nSeeds that broke an invariant: ${failed.sort((a, b) => a - b).join(' ')}`);
if (failed.length > 0 || done < runs) process.exitCode = 1;
console.log(`\n${done} schedules from seed ${firstSeed}: ${failed.length} broke an invariant.`);
