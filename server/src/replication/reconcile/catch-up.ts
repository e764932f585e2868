import type { Context } from '../context';
import { ReplicationError, Unreachable } from '../errors';
import { saveProgress } from '../job-row';
import type { Row } from '../tables';
import type { Wire } from '../transport/wire';
import { compareWith } from './compare';

/** Who has refused to be compared with is asked again so much later. */
const REFUSED_AGAIN_MS = 60_000;

/** Compares with the links that were not asked yet since a restore, and has what differs sent again. Whether any was. */
export const catchUp = async (context: Context, wire: Wire): Promise<boolean> => {
  const { jobs, links } = await context.store.transaction(async ({ tables }) => {
    const jobs = await tables.find('jobs', { kind: 'catch-up', state: 'waiting' });
    if (jobs.length === 0) return { jobs, links: [] };
    return { jobs, links: await tables.find('links', { id: jobs.map(({ subject }) => subject) }) };
  });
  const save = (job: Row<'jobs'>, patch: Partial<Row<'jobs'>>) =>
    context.store.transaction(({ tables }) => saveProgress(tables, context.clock, job, patch));
  const now = context.clock.now();
  let caughtUp = false;
  for (const job of jobs) {
    const link = links.find(({ id }) => id === job.subject);
    if (link && (link.state !== 'REGISTERED' || link.paused || link.retry_at > now)) continue;
    // It cannot be asked, and is told to compare by itself when it fetches.
    if (link?.fetching === 'THERE') continue;
    if (job.error !== null && now - job.updated_at < REFUSED_AGAIN_MS && job.updated_at <= now) continue;
    try {
      if (link) await compareWith(context, wire, link, true);
    } catch (error) {
      if (!(error instanceof ReplicationError)) throw error;
      // One that cannot be reached, or does not want to, keeps no other waiting. It is asked again.
      if (!(error instanceof Unreachable)) await save(job, { error: error.message });
      continue;
    }
    await save(job, { state: 'done', error: null });
    caughtUp = true;
  }
  return caughtUp;
};
