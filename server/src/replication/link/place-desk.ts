import type { PlaceDesk } from '../engine';
import type { Clock, Store } from '../ports';
import { followLink } from './follow-link';
import { becomeAnother } from './identity';
import type { IdentityOptions } from './identity';
import { bind, moveHere, questionOf, readBinding, requireQuestion } from './place';
import type { Place } from './place';
import { dropLinks } from './rows';

export interface PlaceDeskOptions {
  store: Store;
  clock: Clock;
  place: Place;
  identity: IdentityOptions;
  /** Waits until this process has acted upon the answer. */
  takenUp(): Promise<void>;
}

/** Asks whether a database in another place was moved or copied, and does what the answer says. */
export const createPlaceDesk = ({ store, clock, place, identity, takenUp }: PlaceDeskOptions): PlaceDesk => ({
  question: () => store.transaction(async (unit) => questionOf(await readBinding(unit), place)),

  moved: async () => {
    await store.transaction((unit) => moveHere(unit, place, clock.now()));
    await takenUp();
  },

  isCopy: async () => {
    // One transaction: whatever ends it early, the site still is the one it was copied from, and silent.
    await store.transaction(async (unit) => {
      const { word } = await requireQuestion(unit, place);
      await becomeAnother(unit, identity);
      for (const { id } of await unit.tables.find('links', {})) await followLink(unit, id, clock.now());
      await dropLinks(unit);
      await bind(unit, { ...place, at: clock.now(), word });
    });
    await takenUp();
  },
});
