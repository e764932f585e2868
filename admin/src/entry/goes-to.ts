import type { EntryOnSite, EntryStatus } from '../../../server/src/contracts';

/** The sites to which what is done to an entry here goes, as far as rules let it. */
export const goesTo = (status: EntryStatus | undefined): EntryOnSite[] =>
  (status?.sites ?? []).filter(
    ({ state, level, direction }) => state !== 'unshared' && level !== 'NONE' && direction !== 'RECEIVE_ONLY'
  );

/** Those of them that have it, or have had something of it: one that waits for it to be published has nothing. */
export const isKnownAt = ({ state, since }: EntryOnSite): boolean => state !== 'unpublished' || since !== null;
