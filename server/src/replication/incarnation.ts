import type { Incarnation } from './context';
import type { Clock, Store } from './ports';

const NAME = 'incarnation';

/** The number that orders what this site says across restores of its database. Made at the first start. */
export const loadIncarnation = async (store: Store, clock: Clock): Promise<Incarnation> => {
  let current = await store.transaction(async ({ tables }) => {
    await tables.insert('settings', [{ name: NAME, value: String(clock.now()) }], 'ignore');
    const [row] = await tables.find('settings', { name: NAME });
    return Number(row!.value);
  });
  return {
    current: () => current,
    renew: async () => {
      current = await store.transaction(async ({ tables }) => {
        const [row] = await tables.find('settings', { name: NAME });
        const next = Math.max(clock.now(), Number(row?.value ?? 0) + 1);
        await tables.insert('settings', [{ name: NAME, value: String(next) }], 'replace');
        return next;
      });
    },
  };
};
