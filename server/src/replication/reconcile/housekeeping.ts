import { placeAgain } from '../apply/park';
import type { Context } from '../context';
import type { Unit } from '../ports';

/** Nothing is ever put off for longer than a day: a later time was written down while the clock here was wrong. */
const LONGEST_PAUSE_MS = 25 * 3_600_000;

/** Wakes what is held and due. Whether there was any: the recorder renders it again. */
export const keepHouse = async (context: Context): Promise<boolean> =>
  context.store.transaction(async ({ tables }) => {
    const now = context.clock.now();
    const due = (await tables.find('entries', { held_until: { gt: 0 } }, { orderBy: 'held_until', limit: 200 })).filter(
      ({ held, held_until: until }) => held !== null && (until <= now || until > now + LONGEST_PAUSE_MS)
    );
    if (due.length === 0) return false;
    // Until it has been tried it is not due again.
    await tables.update('entries', { entity: due.map(({ entity }) => entity) }, { held_until: now + 60_000 });
    await placeAgain(
      tables,
      due.map(({ entity }) => entity),
      context.clock
    );
    return true;
  });

/** At a start: the site's types may be others now, so whatever is held is tried at once. */
export const tryHeldAgain = async ({ tables }: Unit): Promise<void> => {
  await tables.update('entries', { held_until: { gt: 0 } }, { held_until: 1 });
};

/** A clock that was set back must not keep deliveries and notes waiting until it has caught up. */
export const forgetOddTimes = async (context: Context): Promise<void> =>
  context.store.transaction(async ({ tables }) => {
    const odd = { gt: context.clock.now() + LONGEST_PAUSE_MS };
    await tables.update('links', { retry_at: odd }, { retry_at: 0 });
    for (const { id: link } of await tables.find('links', { state: 'REGISTERED' })) {
      for (const state of ['queued', 'held']) {
        await tables.update('replicas', { link, state, retry_at: odd }, { retry_at: 0 });
      }
      await tables.update('replicas', { link, state: 'sending', lease_until: odd }, { lease_until: 0 });
    }
    await tables.update('notifications', { lease_until: odd }, { lease: null, lease_until: 0 });
  });
