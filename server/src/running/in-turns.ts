import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import type { RightOfWay } from './right-of-way';

/**
 * A request takes several turns of the event loop: its body, its statements, its answer. Where steps are long each of these
 * would wait for a whole one, so what comes in gets some time after so much work, and not one turn.
 */
export const LONG_MS = 20;
const PAUSE_MS = 20;

/**
 * Takes one step after the other while they say that there is more to do. Between two of them the process does what else
 * it has to: SQLite answers at once, so steps that await nothing but their database are a single turn of the event loop,
 * in which no request is read and no timer ends.
 *
 * @param isOver asked between steps: what is left to do is left.
 * @param way who goes first between two long steps.
 */
export const inTurns = async (
  step: () => Promise<boolean>,
  isOver: () => boolean = () => false,
  way?: RightOfWay
): Promise<void> => {
  for (let worked = 0; ;) {
    const began = performance.now();
    if (!(await step()) || isOver()) return;
    worked += performance.now() - began;
    if (worked < LONG_MS) await turn();
    else {
      await pause(PAUSE_MS);
      await way?.free();
      worked = 0;
    }
  }
};
