import type { Row } from '../../../server/src/replication/tables';
import { standingWith, type Known } from '../../../server/src/services/standing';

const link = { id: 'live', name: 'Live', paused: 0, failures: 0, retry_at: 0 } as Row<'links'>;

const WAITS = JSON.stringify({
  code: 'TYPE_UNKNOWN',
  values: { type: 'api::b.b' },
  text: 'This site has no content type “api::b.b”.',
});

const replica = (changes: Partial<Row<'replicas'>> = {}): Row<'replicas'> =>
  ({
    link: 'live',
    level: 'EVERYTHING',
    direction: 'BOTH',
    their_level: null,
    wanted: '["r1"]',
    state: 'done',
    retry_at: 0,
    error: null,
    waits_for: null,
    along: null,
    wanted_at: 5,
    acked_at: 9,
    ...changes,
  }) as Row<'replicas'>;

const known = (changes: Partial<Known> = {}): Known => ({
  rule: null,
  marked: false,
  neverPublished: false,
  publishes: true,
  leaves: ['r1'],
  ...changes,
});

const stateOf = (changes: Partial<Row<'replicas'>>, more: Partial<Known> = {}) =>
  standingWith(link, replica(changes), known(more)).state;

describe('how an entry stands with a site', () => {
  it('is up to date since the other site confirmed it', () => {
    expect(standingWith(link, replica(), known())).toMatchObject({ state: 'current', since: 9 });
  });

  it('is not shared where no rule ever touched it', () => {
    expect(standingWith(link, null, known()).state).toBe('unshared');
  });

  it('is saved just now while nobody looked at the save', () => {
    expect(standingWith(link, null, known({ marked: true })).state).toBe('recording');
    expect(stateOf({}, { marked: true })).toBe('recording');
  });

  it('waits, and says so where the site is down or paused', () => {
    const queued = replica({ state: 'queued', retry_at: 70 });
    expect(standingWith(link, queued, known())).toMatchObject({ state: 'waiting', reason: null, retryAt: 70 });
    expect(standingWith({ ...link, failures: 2, retry_at: 50 }, queued, known())).toMatchObject({
      reason: 'unreachable',
      retryAt: 50,
    });
    expect(standingWith({ ...link, paused: 1 }, queued, known())).toMatchObject({
      state: 'paused',
      reason: null,
      retryAt: null,
    });
  });

  it('waits for the rest where what is here did not come whole', () => {
    const newer = known({ leaves: ['r2'] });
    expect(standingWith(link, replica(), newer)).toMatchObject({ state: 'incomplete', reason: null, since: null });
    expect(stateOf({ along: 'missing' }, { leaves: ['r2'] })).toBe('current');
    expect(stateOf({ level: 'PUBLISHED' }, { leaves: ['r2'] })).toBe('current');
  });

  it('says what the other site answered while it is tried again', () => {
    const refused = replica({ state: 'queued', attempts: 1, retry_at: 70, error: 'This site only sends these.' });
    expect(standingWith(link, refused, known())).toMatchObject({
      state: 'waiting',
      error: 'This site only sends these.',
      retryAt: 70,
    });
  });

  it('says with a code and values what it waits for there', () => {
    expect(standingWith(link, replica({ state: 'held', waits_for: WAITS }), known()).waitsFor).toEqual({
      code: 'TYPE_UNKNOWN',
      values: { type: 'api::b.b' },
      text: 'This site has no content type “api::b.b”.',
    });
  });

  it('does not show an old error once it is up to date again', () => {
    expect(standingWith(link, replica({ error: 'old', waits_for: WAITS }), known())).toMatchObject({
      error: null,
      waitsFor: null,
    });
  });

  it('is not published yet where only published versions go there', () => {
    const none = replica({ level: 'PUBLISHED', direction: 'SEND_ONLY', wanted: null });
    expect(standingWith(link, none, known({ publishes: false }))).toMatchObject({ state: 'unpublished', since: null });
  });

  it('is not published yet also where nothing of it was ever to go, and says that it will', () => {
    const rule = { level: 'PUBLISHED' as const, direction: 'SEND_ONLY' as const, granted: true };
    const draft = { rule, neverPublished: true };
    expect(standingWith(link, null, known(draft))).toMatchObject({ state: 'unpublished', level: 'PUBLISHED' });
    expect(standingWith(link, null, known({ ...draft, marked: true })).state).toBe('recording');
    expect(standingWith(link, null, known({ rule })).state).toBe('recording');
    expect(standingWith(link, null, known({ ...draft, rule: { ...rule, level: 'NONE' } })).state).toBe('unshared');
    const received = { ...rule, level: 'EVERYTHING' as const, direction: 'RECEIVE_ONLY' as const };
    expect(standingWith(link, null, known({ ...draft, rule: received })).state).toBe('unshared');
  });

  it('is not published any more, since the other site has taken it from its visitors', () => {
    const taken = replica({ level: 'PUBLISHED', direction: 'SEND_ONLY' });
    expect(standingWith(link, taken, known({ publishes: false }))).toMatchObject({ state: 'unpublished', since: 9 });
    expect(standingWith(link, taken, known())).toMatchObject({ state: 'current' });
  });

  it('is not shared where the rules say so', () => {
    expect(stateOf({ level: 'NONE', direction: 'SEND_ONLY', wanted: null })).toBe('unshared');
    expect(stateOf({ level: 'NONE', direction: 'SEND_ONLY', wanted: null }, { marked: true })).toBe('unshared');
    expect(stateOf({ level: 'NONE', direction: 'RECEIVE_ONLY', wanted: null, their_level: 'NONE' })).toBe('unshared');
  });

  it('is up to date where it comes from there, at the level the other site shares', () => {
    const received = replica({ level: 'NONE', direction: 'RECEIVE_ONLY', wanted: null, their_level: 'PUBLISHED' });
    expect(standingWith(link, received, known())).toMatchObject({ state: 'current', level: 'PUBLISHED' });
  });

  it('is shared also where the other side only receives', () => {
    expect(stateOf({ direction: 'SEND_ONLY', their_level: 'NONE' })).toBe('current');
  });
});
