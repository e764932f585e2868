import type { Fetching, Row } from '../tables';

/**
 * Which of two sites can call the other is found out, and not set: neither knows beforehand what stands between them, and
 * both would have to set the same. Whoever is called, and cannot call back, says so in its answer; whoever hears that
 * fetches from then on.
 *
 * A site that was away for a moment looks like one that cannot be called. So a failure counts only where it came after
 * the other one has called, and was doubted: it was there then.
 */
type Reach = Pick<Row<'links'>, 'fetching' | 'failures' | 'retry_at' | 'last_error'>;

/** The other site has called us. Where that is news the row is changed: it is called at once, or left to fetch. */
export const afterBeingCalled = (row: Reach): Partial<Reach> => {
  if (row.fetching === 'THERE') return {};
  if (row.failures > 0) {
    const fetching: Fetching = row.fetching === 'DOUBTED' ? 'THERE' : 'DOUBTED';
    return { fetching, failures: 0, retry_at: 0, last_error: null };
  }
  return row.fetching === 'HERE' ? { fetching: null } : {};
};

/** We have called the other site, and it has said whether it can call us. Without a word it can. */
export const afterCalling = (canNotCallUs: boolean | undefined): Pick<Reach, 'fetching'> => ({
  fetching: canNotCallUs === true ? 'HERE' : null,
});

/** We could not call the other site, which does not fetch. */
export const afterNotReaching = (row: Reach, why: string): Partial<Reach> => ({
  failures: Math.max(1, row.failures),
  last_error: why,
});
