import { isRetryable } from '../../../admin/src/entry/is-retryable';

const still = { error: null, retryAt: null };

describe('an entry on a site can be retried', () => {
  it('where it failed or waits there', () => {
    expect(isRetryable({ ...still, state: 'failed' })).toBe(true);
    expect(isRetryable({ ...still, state: 'held' })).toBe(true);
  });

  it('where it is on the way only once something went wrong', () => {
    expect(isRetryable({ ...still, state: 'waiting' })).toBe(false);
    expect(isRetryable({ ...still, state: 'waiting', retryAt: Date.now() - 1 })).toBe(false);
    expect(isRetryable({ ...still, state: 'waiting', retryAt: Date.now() + 60_000 })).toBe(true);
    expect(isRetryable({ ...still, state: 'waiting', error: 'The site is being updated.' })).toBe(true);
  });

  it('not where there is nothing to be done', () => {
    for (const state of ['current', 'recording', 'stopped', 'unpublished', 'unshared'] as const) {
      expect([state, isRetryable({ ...still, state, error: 'old' })]).toEqual([state, false]);
    }
  });
});
