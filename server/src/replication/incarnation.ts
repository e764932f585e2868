import type { Clock, Store, Unit } from './ports';

/*
 * The number that orders what this site says across restores of its database: milliseconds, only ever rising. It stands in
 * the database alone: another process of the site may have begun a new one, and what that says later must count as later.
 */

const NAME = 'incarnation';
const MOST_HEARD = 2 ** 52;

export const storedIncarnation = async ({ tables }: Pick<Unit, 'tables'>): Promise<number> => {
  const [row] = await tables.find('settings', { name: NAME });
  return Number(row?.value ?? 0);
};

/** To be called at each start: the first one makes it. */
export const ensureIncarnation = (store: Store, clock: Clock): Promise<void> =>
  store.transaction(({ tables }) => tables.insert('settings', [{ name: NAME, value: String(clock.now()) }], 'ignore'));

/** Starts a new one, later than any that others have heard: our database may be older than that. */
export const renewIncarnation = (store: Store, clock: Clock, heard: number): Promise<void> =>
  store.transaction(async ({ tables }) => {
    await tables.lock('settings', { name: NAME });
    // A clock that is behind must not make this one earlier than what was heard, nor a link use up the numbers.
    const next = Math.max(clock.now(), heard < MOST_HEARD ? heard + 1 : 0, (await storedIncarnation({ tables })) + 1);
    await tables.insert('settings', [{ name: NAME, value: String(next) }], 'replace');
  });
