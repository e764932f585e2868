import type { EntryOnSite } from '../../../server/src/contracts';

/** Is there anything to retry? What is sent in a moment anyway is not offered: the button would only flash. */
export const isRetryable = ({ state, error, retryAt }: Pick<EntryOnSite, 'state' | 'error' | 'retryAt'>): boolean => {
  if (state === 'waiting') return error !== null || (retryAt !== null && retryAt > Date.now());
  return state === 'failed' || state === 'held';
};
