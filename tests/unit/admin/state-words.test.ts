import type { EntryOnSite } from '../../../server/src/contracts';
import { badgeOf, detailsOf, stateBadge } from '../../../admin/src/entry/state-words';
import { entryStatus } from '../../browser/replication-answers';

/** Up to date; only what is published goes there. */
const site = entryStatus().sites[0]!;
const saysThatItStays = (changes: Partial<EntryOnSite>, draftIsNewer = true): boolean =>
  detailsOf(
    (word) => word,
    () => 'then',
    { ...site, ...changes },
    { draftIsNewer, hasDrafts: true, isSilent: false }
  ).includes('details.draft-stays');

describe('what the panel says of a draft that is newer than what was published', () => {
  it('is that it stays here, where only what is published is sent', () => {
    expect(saysThatItStays({})).toBe(true);
    expect(saysThatItStays({ state: 'waiting' })).toBe(true);
  });

  it('is nothing where drafts are sent, where it is edited elsewhere, and where there is none', () => {
    expect(saysThatItStays({ level: 'EVERYTHING' })).toBe(false);
    expect(saysThatItStays({ direction: 'RECEIVE_ONLY' })).toBe(false);
    expect(saysThatItStays({}, false)).toBe(false);
  });
});

describe('what the panel calls what is shared', () => {
  const lines = (hasDrafts: boolean) =>
    detailsOf(
      (word) => word,
      () => 'then',
      { ...site, level: 'EVERYTHING' },
      { draftIsNewer: false, hasDrafts, isSilent: false }
    ).join('\n');

  it('is the same as in the sharing rules: drafts are named only where there are any', () => {
    expect(lines(true)).toContain('level.everything');
    expect(lines(false)).toContain('level.shared');
  });
});

describe('what the panel says where this site sends nothing', () => {
  const told = (changes: Partial<EntryOnSite>) => {
    const shown = { ...site, ...changes };
    const known = { draftIsNewer: false, hasDrafts: true, isSilent: true };
    return [
      badgeOf(shown, false, true).word,
      ...detailsOf(
        (word) => word,
        () => 'then',
        shown,
        known
      ),
    ];
  };

  it('is that it waits here, with no promise of when it goes', () => {
    const soon = Date.now() + 60_000;
    expect(told({ state: 'waiting', retryAt: soon }).slice(0, 2)).toEqual(['status.silent', 'reason.silent']);
    expect(told({ state: 'waiting', reason: 'unreachable', retryAt: soon })).not.toContain('details.retry-at');
    expect(told({ state: 'recording' })).toEqual(['status.silent', 'reason.silent']);
  });

  it('is in lists the same', () => {
    expect(stateBadge('waiting', true).word).toBe('status.silent');
    expect(stateBadge('waiting', false).word).toBe('status.waiting');
    expect(stateBadge('held', true).word).toBe('status.held');
  });

  it('is of what has arrived, and of what is stopped, the same as ever', () => {
    expect(told({})[0]).toBe('status.current');
    expect(told({ state: 'stopped' }).slice(0, 2)).toEqual(['status.stopped', 'reason.stopped']);
  });
});
