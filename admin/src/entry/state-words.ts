import type { EntryOnSite, EntryState } from '../../../server/src/contracts';
import { directionWord, entryWord, levelWord, waitsForWord } from '../words/sharing-words';
import type { Say, Word } from '../words/use-words';

type Variant = 'success' | 'secondary' | 'warning' | 'danger' | 'neutral';

const VARIANTS: { [S in EntryState]: Variant } = {
  current: 'success',
  recording: 'secondary',
  waiting: 'secondary',
  incomplete: 'secondary',
  paused: 'warning',
  held: 'warning',
  failed: 'danger',
  stopped: 'warning',
  unpublished: 'neutral',
  unshared: 'neutral',
};

export interface Badge {
  word: Word;
  variant: Variant;
}

/** What would go in a moment. */
export const isToGo = ({ state }: { state: EntryState }): boolean => state === 'waiting' || state === 'recording';

/** The badge for a state: nothing goes that would, where this site sends nothing. */
export const stateBadge = (state: EntryState, isSilent: boolean): Badge =>
  isSilent && isToGo({ state })
    ? { word: 'status.silent', variant: 'warning' }
    : { word: `status.${state}`, variant: VARIANTS[state] };

/** It was not taken yet, and is tried a few times. */
export const RETRYING: Badge = { word: 'status.retrying', variant: 'warning' };

/** The badge for one site, which knows more than a list does: what is tried again, and what is there twice. */
export const badgeOf = (site: EntryOnSite, diverged: boolean, isSilent: boolean): Badge => {
  const { state, error } = site;
  if (state === 'waiting' && error !== null && !isSilent) return RETRYING;
  if (state === 'current' && diverged) return { word: 'status.both', variant: 'secondary' };
  return stateBadge(state, isSilent);
};

export interface Known {
  /** Something was saved since it was published. */
  draftIsNewer: boolean;
  /** Its type has drafts. */
  hasDrafts: boolean;
  /** This site sends nothing at all. */
  isSilent: boolean;
}

/** The sentences below a site's name: why, since when, and what happens next. */
export const detailsOf = (
  say: Say,
  moment: (at: number) => string,
  site: EntryOnSite,
  { draftIsNewer, hasDrafts, isSilent }: Known
): string[] => {
  const { state, name } = site;
  if (state === 'unshared') return [say('details.unshared', { name })];
  if (state === 'unpublished') {
    const wasThere = site.since !== null;
    return [
      ...(wasThere ? [say('details.withdrawn', { name })] : []),
      say(wasThere ? 'details.unpublished-again' : 'details.unpublished', { name }),
    ];
  }
  if (state === 'recording') return [say(isSilent ? 'reason.silent' : 'details.recording')];
  return [
    ...(isSilent && isToGo(site) ? [say('reason.silent')] : [...reasons(say, site), ...when(say, moment, site)]),
    ...(draftIsNewer && staysAsDraft(site) ? [say('details.draft-stays')] : []),
    shared(say, site, hasDrafts),
    ...along(say, site),
  ];
};

const staysAsDraft = ({ level, direction }: EntryOnSite): boolean =>
  level === 'PUBLISHED' && direction !== 'RECEIVE_ONLY';

const along = (say: Say, { goesWith }: EntryOnSite): string[] => {
  if (goesWith === null) return [];
  return [
    goesWith.length > 0 ? say('along.with', { entries: goesWith.map(entryWord).join(', ') }) : say('along.stayed'),
  ];
};

const reasons = (say: Say, { state, reason, name, error, waitsFor }: EntryOnSite): string[] => {
  if (state === 'paused') return [say('reason.paused')];
  if (reason === 'unreachable') return [say('reason.unreachable', { name })];
  if (state === 'incomplete') return [say('reason.incomplete', { name })];
  if (error !== null) return [say('reason.answered', { name, error })];
  if (waitsFor !== null) return [waitsForWord(say, waitsFor, name)];
  if (state === 'stopped') return [say('reason.stopped')];
  return state === 'waiting' ? [say('reason.turn')] : [];
};

const when = (say: Say, moment: (at: number) => string, { state, since, retryAt }: EntryOnSite): string[] => {
  if (retryAt !== null && retryAt > Date.now()) return [say('details.retry-at', { when: moment(retryAt) })];
  if (since === null) return [];
  return [say(state === 'current' ? 'details.current-since' : 'details.since', { when: moment(since) })];
};

const shared = (say: Say, { level, direction, name }: EntryOnSite, hasDrafts: boolean): string =>
  `${levelWord(say, level, hasDrafts)} · ${directionWord(say, direction, name)}`;
