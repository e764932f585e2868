import { placeAgain } from '../apply/park';
import type { Context } from '../context';

/** Wakes what is held and due. Whether there was any: the recorder renders it again. */
export const keepHouse = async (context: Context): Promise<boolean> =>
  context.store.transaction(async ({ tables }) => {
    const now = context.clock.now();
    const due = (await tables.find('entries', { held_until: { gt: 0 } }, { limit: 200 })).filter(
      ({ held, held_until: until }) => held !== null && until <= now
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
