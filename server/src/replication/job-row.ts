import type { Clock, Tables, Unit } from './ports';
import type { Row } from './tables';

/** Starts a job over again, or lets it begin. Jobs go on where they were after a crash. */
export const startJob = async (
  { tables }: Unit,
  kind: 'decide' | 'restore' | 'catch-up',
  subject: string,
  now: number,
  state: 'running' | 'waiting' = 'running'
): Promise<void> => {
  await tables.insert(
    'jobs',
    [
      {
        id: `${kind} ${subject}`,
        kind,
        subject,
        cursor: null,
        done: 0,
        total: 0,
        state,
        error: null,
        updated_at: now,
      },
    ],
    'replace'
  );
};

/** How far a job has come since it was read. Where it was started over meanwhile it begins anew, and this is forgotten. */
export const saveProgress = async (
  tables: Tables,
  clock: Clock,
  { id, state, cursor, updated_at: since }: Row<'jobs'>,
  patch: Partial<Row<'jobs'>>
): Promise<void> => {
  await tables.update('jobs', { id, state, cursor, updated_at: since }, { ...patch, updated_at: clock.now() });
};

/** Cursors of the second half of a job: no documentId begins with a space. */
export const UNRECORDED = ' ';

/** All that has a history was decided again; what has none is marked, and decided by the rules as they are when it is recorded. */
export const isUnrecorded = ({ kind, cursor }: Row<'jobs'>): boolean =>
  kind === 'decide' && (cursor?.startsWith(UNRECORDED) ?? false);
