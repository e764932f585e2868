import type { EntryOnSite } from '../../../server/src/contracts';
import { detailsOf } from '../../../admin/src/entry/state-words';

const site: EntryOnSite = {
  link: 'live',
  name: 'Live',
  url: 'https://live.example',
  state: 'current',
  reason: null,
  level: 'PUBLISHED',
  direction: 'SEND_ONLY',
  waitsFor: null,
  error: null,
  since: 1,
  retryAt: null,
  goesWith: null,
  stays: [],
};
const saysThatItStays = (changes: Partial<EntryOnSite>, draftIsNewer = true): boolean =>
  detailsOf(
    (word) => word,
    () => 'then',
    { ...site, ...changes },
    draftIsNewer
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
