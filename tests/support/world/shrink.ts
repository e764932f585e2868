import { runSchedule } from './run';
import { MOST_STEPS } from './world';

/** So many shorter schedules are tried at most. */
const MOST_TRIES = 400;

/**
 * The fewest steps that were found with which a schedule still breaks an invariant in the same way: first all after the
 * defect go, then (Zeller's ddmin) ever smaller pieces.
 */
export const shrink = async (seed: number, violation: string): Promise<{ steps: number[]; violations: string[] }> => {
  const kind = kindOf(violation);
  let steps = Array.from({ length: MOST_STEPS }, (_, step) => step);
  let violations = [violation];
  let tries = 0;
  const without = async (from: number, to: number): Promise<boolean> => {
    if (tries >= MOST_TRIES) return false;
    tries += 1;
    const fewer = steps.filter((_, index) => index < from || index >= to);
    const broken = await runSchedule(seed, new Set(fewer));
    if (!broken.some((one) => kindOf(one) === kind)) return false;
    steps = fewer;
    violations = broken;
    return true;
  };
  for (let size = MOST_STEPS / 2; size >= 1 && tries < MOST_TRIES; size = size > 1 ? Math.ceil(size / 2) : 0) {
    // From the end: what came last is least likely to matter to what came before.
    for (let to = steps.length; to > 0; to -= size) await without(Math.max(0, to - size), to);
  }
  return { steps, violations };
};

/** What went wrong, whoever's it is. */
const kindOf = (violation: string): string =>
  violation
    .split('\n')[0]!
    .replace(/“[^”]*”|\{.*|\[.*?\]|~[^~]*~|api::\S+|"[^"]*"|\S*\d\S*/g, '#')
    .replace(/(# ?)+/g, '#')
    .slice(0, 60);
