import type { Context } from '../replication/context';
import type { EntityKey } from '../replication/entity';
import { forgetOldVersions, type Retention } from '../replication/history/retention';
import { Worker } from './worker';

const DAY_MS = 24 * 3_600_000;
/** Between two steps of a pass: nobody waits for it, and others want the database. */
const PAUSE_MS = 1_000;

/** Goes through all entries once a day and forgets the content of old versions. null: nothing is forgotten. */
export const createForgetter = (
  context: Context,
  retention: Retention | null,
  onError: (error: unknown) => void
): Worker => {
  let after: EntityKey | null = null;
  return new Worker(async () => {
    if (retention === null) return DAY_MS;
    after = await forgetOldVersions(context, retention, after);
    return after === null ? DAY_MS : PAUSE_MS;
  }, onError);
};
