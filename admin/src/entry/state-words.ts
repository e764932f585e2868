import type { EntryOnSite, EntryState } from '../../../server/src/contracts';
import { directionWord, levelWord, waitsForWord } from '../words/sharing-words';
import type { Say, Word } from '../words/use-words';

type Variant = 'success' | 'secondary' | 'warning' | 'danger' | 'neutral';

const VARIANTS: { [S in EntryState]: Variant } = {
  current: 'success',
  recording: 'secondary',
  waiting: 'secondary',
  held: 'warning',
  failed: 'danger',
  unpublished: 'neutral',
  unshared: 'neutral',
};

export const stateVariant = (state: EntryState): Variant => VARIANTS[state];
export const stateWord = (state: EntryState): Word => `status.${state}`;

/** The sentences below a site's name: why, since when, and what happens next. */
export const detailsOf = (say: Say, moment: (at: number) => string, site: EntryOnSite): string[] => {
  const { state, name } = site;
  if (state === 'unshared') return [say('details.unshared', { name })];
  if (state === 'unpublished') return [say('details.unpublished', { name })];
  if (state === 'recording') return [say('details.recording')];
  return [...reasons(say, site), ...when(say, moment, site), shared(say, site)];
};

const reasons = (say: Say, { state, reason, name, error, waitsFor }: EntryOnSite): string[] => {
  const lines = waitsFor.map((one) => waitsForWord(say, one));
  if (error !== null && error !== '') lines.unshift(error);
  if (state !== 'waiting') return lines;
  if (reason === 'paused') return [say('reason.paused')];
  return [say(reason === 'unreachable' ? 'reason.unreachable' : 'reason.turn', { name })];
};

const when = (say: Say, moment: (at: number) => string, { state, since, retryAt }: EntryOnSite): string[] => {
  if (retryAt !== null && retryAt > Date.now()) return [say('details.retry-at', { when: moment(retryAt) })];
  if (since === null) return [];
  return [say(state === 'current' ? 'details.current-since' : 'details.since', { when: moment(since) })];
};

const shared = (say: Say, { level, direction, name }: EntryOnSite): string =>
  `${levelWord(say, level)}, ${directionWord(say, direction, name)}`;
