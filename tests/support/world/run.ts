import { checkAtRest } from './invariants';
import { World } from './world';

/** Runs one schedule and answers which invariants it broke. The same seed is the same schedule. */
export const runSchedule = async (seed: number): Promise<string[]> => {
  const world = new World(seed);
  await world.run();
  if (world.violations.length === 0) checkAtRest(world);
  if (process.env.SIMULATION_STORY) for (const line of world.story) process.stderr.write(`${line}\n`);
  return world.violations;
};
