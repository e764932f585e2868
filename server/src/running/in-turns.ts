import { setTimeout as pause } from 'node:timers/promises';

/**
 * A request takes several turns of the event loop: its body, its statements, its answer. Each of them would wait for a
 * whole step, so what comes in gets some time, and not one turn.
 */
const PAUSE_MS = 20;

/**
 * Takes one step after the other while they say that there is more to do. Between two of them the process does what else
 * it has to: SQLite answers at once, so steps that await nothing but their database are a single turn of the event loop,
 * in which no request is read and no timer ends.
 */
export const inTurns = async (step: () => Promise<boolean>): Promise<void> => {
  while (await step()) await pause(PAUSE_MS);
};
