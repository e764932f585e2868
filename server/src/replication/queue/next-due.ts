import type { Context } from '../context';
import type { Tables } from '../ports';

/** The longest a courier sleeps: so that what another process queued, or left behind when it died, is seen. */
export const IDLE_MS = 15_000;

/** Milliseconds until there is something to deliver to a link. 0: now. */
export const nextDue = async (context: Context, linkId: string): Promise<number> =>
  context.store.transaction(async ({ tables }) => {
    const [link] = await tables.find('links', { id: linkId });
    if (!link || link.state !== 'REGISTERED' || link.paused) return IDLE_MS;
    // One that fetches comes by itself.
    if (link.fetching === 'THERE') return IDLE_MS;
    const now = context.clock.now();
    return link.retry_at > now ? Math.min(link.retry_at - now, IDLE_MS) : dueIn(tables, linkId, now);
  });

/** The same, whoever calls whom, and however the link is. */
export const dueIn = async (tables: Tables, linkId: string, now: number): Promise<number> => {
  const first = async (state: string, orderBy: 'retry_at' | 'lease_until') => {
    const [row] = await tables.find('replicas', { link: linkId, state }, { columns: [orderBy], orderBy, limit: 1 });
    return row?.[orderBy] ?? Infinity;
  };
  const [queued, held] = [await first('queued', 'retry_at'), await first('held', 'retry_at')];
  return Math.max(Math.min(now + IDLE_MS, queued, held, await first('sending', 'lease_until')) - now, 0);
};

/** Tries what failed, is held or waits again now. How many rows that were. */
export const retryNow = async (context: Context, what: { link?: string; entity?: string }): Promise<number> => {
  const links = await context.store.transaction(async ({ tables }) => {
    const where = {
      ...(what.link === undefined ? {} : { link: what.link }),
      ...(what.entity === undefined ? {} : { entity: what.entity as never }),
      state: ['queued', 'held', 'failed'],
    };
    const rows = await tables.find('replicas', where);
    await tables.update('replicas', where, { state: 'queued', attempts: 0, retry_at: 0, error: null });
    const ids = [...new Set(rows.map(({ link }) => link))];
    await tables.update('links', { id: ids }, { retry_at: 0 });
    return { ids, count: rows.length };
  });
  for (const link of links.ids) context.observer.notice({ type: 'queued', link, count: links.count });
  return links.count;
};
