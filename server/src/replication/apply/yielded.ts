import type { EntityKey } from '../entity';
import type { Tables } from '../ports';
import { NOTHING_THERE } from '../queue/state-hash';
import type { Row } from '../tables';
import type { Answer } from '../transport/message';
import { rememberOrder, sharesIt } from './their-state';

/**
 * The other side only receives this entry from now on, or takes back one that this site has started. What both have stays,
 * and is common; what it said before of who edits it holds no more.
 *
 * @param asks it would hear of it: where this site sends the entry, it says so anew.
 */
export const takeYield = async (
  tables: Tables,
  link: Row<'links'>,
  entity: EntityKey,
  order: [number, number],
  replica: Row<'replicas'> | undefined,
  asks: boolean
): Promise<Answer> => {
  if (!sharesIt(replica)) return rememberOrder(tables, link.id, entity, order);
  const decided = { their_incarnation: order[0], their_sequence: order[1] };
  const untold = asks && replica.direction !== 'SEND_ONLY' ? { common_hash: NOTHING_THERE } : {};
  await tables.insert('replicas', [{ ...replica, ...decided, ...untold, their_level: 'NONE' }], 'replace');
  return { status: 'applied' };
};
