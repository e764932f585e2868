import type { LinkState } from '../tables';

/**
 * What becomes of our state of a link when the other side tells its own. Nobody is linked by being told so, but who
 * asked for it: only an administrator accepts.
 */
export const afterHearing = (mine: LinkState, theirs: LinkState): LinkState => {
  const ended = theirs === 'UNLINKED' || theirs === 'REFUSED';
  if (mine === 'REQUESTED') {
    if (theirs === 'REGISTERED') return 'REGISTERED';
    return ended ? 'REFUSED' : mine;
  }
  if (mine === 'REGISTERED' || mine === 'REQUESTING') return ended ? 'UNLINKED' : mine;
  return mine;
};

/** Links that are over: their rows stay, so that the other side can still be told so. */
export const isOver = (state: LinkState): boolean => state === 'UNLINKED' || state === 'REFUSED';
