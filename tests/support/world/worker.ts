import { runSchedule } from './run';
import { shrink } from './shrink';
import { writeSteps } from './steps';

/** A process that runs the schedules it is given, for `scripts/simulate.mjs`. */
export interface Task {
  from: number;
  count: number;
}

export interface Report {
  seed: number;
  violations: string[];
  /** As `SIMULATION_STEPS` takes them; only where an invariant was broken. */
  steps: string;
  /** What the shortened schedule breaks. */
  shrunk: string[];
}

const run = async ({ from, count }: Task): Promise<void> => {
  for (let seed = from; seed < from + count; seed += 1) {
    const violations = await runSchedule(seed);
    const report: Report = { seed, violations, steps: '', shrunk: [] };
    if (violations.length > 0 && !process.env.SIMULATION_STEPS && process.env.SIMULATION_SHRINK !== '0') {
      const shorter = await shrink(seed, violations[0]!);
      Object.assign(report, { steps: writeSteps(shorter.steps), shrunk: shorter.violations });
    }
    process.send!(report);
  }
  process.send!('next');
};

process.on('message', (task: Task) => void run(task));
process.send!('next');
