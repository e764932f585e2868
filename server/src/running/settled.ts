import type { Store } from '../replication/ports';

const POLL_MS = 20;

/** Whether nothing was left to do before the time was over. */
export const settled = async (store: Store, isIdle: () => boolean, withinMs = Infinity): Promise<boolean> => {
  const end = Date.now() + withinMs;
  for (;;) {
    const open = await store.transaction(
      async ({ tables }) =>
        (await tables.count('marks', {})) +
        (await tables.count('notifications', {})) +
        (await tables.count('jobs', { state: 'running' })) +
        (await tables.count('replicas', { state: ['queued', 'sending'] }))
    );
    if (open === 0 && isIdle()) return true;
    if (Date.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};
