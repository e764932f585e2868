import type { EntryState } from '../../../server/src/contracts';

const SOON_OVER: readonly EntryState[] = ['recording', 'waiting', 'held'];

/** Is something about to change by itself, so that it is worth looking again soon? */
export const isSoonOver = (sites: readonly { state: EntryState }[]): boolean =>
  sites.some(({ state }) => SOON_OVER.includes(state));
