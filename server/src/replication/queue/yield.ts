import type { Row } from '../tables';
import { NOTHING_THERE } from './state-hash';

/*
 * Whoever only receives an entry has taken back what it said of it before. What a site said holds with the other one until
 * it says something else, and who receives says nothing: where both had told each other that only they edit, or one hands
 * the editing over, the entry would be read-only on both sites for ever.
 */

/** Nothing of the entry is to go there any more; what was said of it is taken back, where that has not been done. */
export const isYield = ({ direction }: Pick<Row<'replicas'>, 'direction'>): boolean => direction === 'RECEIVE_ONLY';

/** Something was sent, so the other side may have heard how we share the entry, and it was not taken back since. */
export const mayCount = ({ sent_hash: sent, common_direction: told }: Row<'replicas'>): boolean =>
  (sent ?? NOTHING_THERE) !== NOTHING_THERE && told !== 'RECEIVE_ONLY';

/** The other side knows now that nothing holds that we have said before. */
export const takenBack = { common_direction: 'RECEIVE_ONLY', common_hash: NOTHING_THERE } as const;

/** What is known of what they heard, from the moment on in which this is sent. */
export const toldWith = ({ direction, common_direction: told }: Row<'replicas'>): string =>
  told === 'RECEIVE_ONLY' && direction !== 'RECEIVE_ONLY' ? direction : told;
