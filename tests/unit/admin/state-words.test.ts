import type { EntryOnSite } from '../../../server/src/contracts';
import { detailsOf } from '../../../admin/src/entry/state-words';
import { entryStatus } from '../../browser/replication-answers';

/** Up to date; only what is published goes there. */
const site = entryStatus().sites[0]!;
const saysThatItStays = (changes: Partial<EntryOnSite>, draftIsNewer = true): boolean =>
  detailsOf(
    (word) => word,
    () => 'then',
    { ...site, ...changes },
    draftIsNewer,
    true
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
      false,
      hasDrafts
    ).join('\n');

  it('is the same as in the sharing rules: drafts are named only where there are any', () => {
    expect(lines(true)).toContain('level.everything');
    expect(lines(false)).toContain('level.shared');
  });
});
