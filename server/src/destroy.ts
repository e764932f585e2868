import { runtime } from './runtime';

/** Finishes what is under way; what is queued stays in the database. */
export const destroy = async (): Promise<void> => {
  runtime.stopped = true;
  const { running } = runtime;
  runtime.running = null;
  await running?.stop();
};
