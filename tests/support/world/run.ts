import { checkAtRest, checkComparisons } from './invariants';
import { readSteps } from './steps';
import { World } from './world';

/**
 * Runs one schedule and answers which invariants it broke. The same seed is the same schedule.
 *
 * @param only the steps that are done; without it those of `SIMULATION_STEPS`, or all.
 */
export const runSchedule = async (seed: number, only?: ReadonlySet<number>): Promise<string[]> => {
  const given = process.env.SIMULATION_STEPS;
  const world = new World(seed, only ?? (given ? readSteps(given) : null));
  await world.run();
  if (world.violations.length === 0) checkAtRest(world);
  if (world.violations.length === 0) await checkComparisons(world);
  if (process.env.SIMULATION_STORY) for (const line of world.story) process.stderr.write(`${line}\n`);
  return world.violations;
};
