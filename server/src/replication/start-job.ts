import type { Unit } from './ports';

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
