import type { Incarnation } from './context';
import type { Clock, Store, Unit } from './ports';

const NAME = 'incarnation';
const MOST_HEARD = 2 ** 52;

/** As the database has it, whichever process has started it. */
export const storedIncarnation = async ({ tables }: Pick<Unit, 'tables'>): Promise<number> => {
  const [row] = await tables.find('settings', { name: NAME });
  return Number(row?.value ?? 0);
};

/** The number that orders what this site says across restores of its database. Made at the first start. */
export const loadIncarnation = async (store: Store, clock: Clock): Promise<Incarnation> => {
  let current = await store.transaction(async ({ tables }) => {
    await tables.insert('settings', [{ name: NAME, value: String(clock.now()) }], 'ignore');
    return storedIncarnation({ tables });
  });
  return {
    current: () => current,
    renew: async (heard = 0) => {
      current = await store.transaction(async ({ tables }) => {
        await tables.lock('settings', { name: NAME });
        // A clock that is behind must not make this one earlier than what was heard, nor a link use up the numbers.
        const next = Math.max(
          clock.now(),
          heard < MOST_HEARD ? heard + 1 : 0,
          (await storedIncarnation({ tables })) + 1
        );
        await tables.insert('settings', [{ name: NAME, value: String(next) }], 'replace');
        return next;
      });
    },
  };
};
