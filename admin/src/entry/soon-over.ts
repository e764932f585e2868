import type { EntryState } from '../../../server/src/contracts';

interface Standing {
  state: EntryState;
  /** When it is tried again, where that is known. */
  retryAt?: number | null;
}

/** Closer than this, a try is worth waiting for. */
const SOON_MS = 10_000;

/**
 * Is something about to change by itself, so that it is worth looking again soon? Not where the other site is away, or waits
 * for something: that may take days.
 */
export const isSoonOver = (sites: readonly Standing[]): boolean =>
  sites.some(
    ({ state, retryAt = null }) =>
      state === 'recording' || (state === 'waiting' && (retryAt === null || retryAt < Date.now() + SOON_MS))
  );

/** Nothing of it will change without anybody's doing, not in days either. */
export const isOver = (sites: readonly Standing[]): boolean =>
  sites.every(({ state }) => state !== 'recording' && state !== 'waiting' && state !== 'held');
