import type { Context } from '../context';
import { Unreachable } from '../errors';
import type { Wire } from '../transport/wire';
import { compareWith } from './compare';

/** Compares with the links that were not asked yet since a restore, and has what differs sent again. Whether any was. */
export const catchUp = async (context: Context, wire: Wire): Promise<boolean> => {
  const { jobs, links } = await context.store.transaction(async ({ tables }) => {
    const jobs = await tables.find('jobs', { kind: 'catch-up', state: 'waiting' });
    if (jobs.length === 0) return { jobs, links: [] };
    return { jobs, links: await tables.find('links', { id: jobs.map(({ subject }) => subject) }) };
  });
  const now = context.clock.now();
  let caughtUp = false;
  for (const job of jobs) {
    const link = links.find(({ id }) => id === job.subject);
    if (link && (link.state !== 'REGISTERED' || link.paused || link.retry_at > now)) continue;
    // It cannot be asked, and is told to compare by itself when it fetches.
    if (link?.fetching === 'THERE') continue;
    try {
      if (link) await compareWith(context, wire, link, true);
    } catch (error) {
      // It is asked again once it can be reached.
      if (error instanceof Unreachable) continue;
      throw error;
    }
    await context.store.transaction(({ tables }) =>
      tables.update('jobs', { id: job.id }, { state: 'done', updated_at: now })
    );
    caughtUp = true;
  }
  return caughtUp;
};
