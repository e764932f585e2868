import type { Context } from '../context';

/** Ends a link's pause after failures: somebody has reason to think that it answers again. */
export const wakeLink = async (context: Context, link: string): Promise<void> => {
  await context.store.transaction(({ tables }) =>
    tables.update('links', { id: link, retry_at: { gt: 0 } }, { retry_at: 0 })
  );
  context.observer.notice({ type: 'queued', link, count: 0 });
};
