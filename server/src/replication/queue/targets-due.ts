import { MOST_STEPS } from '../controller/along-limits';
import type { EntityKey } from '../entity';
import type { Tables } from '../ports';
import type { Row } from '../tables';
import { targetsFirst } from '../targets-first';
import { isFile } from './followers';

/**
 * What is due, with what it refers to before it, also where that was queued later: it is linked there at once, and not
 * written twice. Nobody waits for what cannot go now: only what was not tried yet is taken forward.
 *
 * @param found what is due, the oldest first; all of it where this is less than `limit`.
 * @returns at most `limit`.
 */
export const withTargetsFirst = async (
  tables: Tables,
  link: string,
  found: readonly Row<'replicas'>[],
  { now, limit }: { now: number; limit: number }
): Promise<Row<'replicas'>[]> => {
  if (found.length < 2) return [...found];
  const due = new Map(found.map((replica) => [replica.entity, replica]));
  const targets = new Map<EntityKey, EntityKey[]>();
  let frontier = [...due.keys()].filter((entity) => !isFile(entity));
  for (let step = 0; step < MOST_STEPS && frontier.length > 0; step += 1) {
    for (const { source, target } of await tables.find(
      'refs',
      { source: frontier },
      { columns: ['source', 'target'] }
    )) {
      targets.set(source, [...(targets.get(source) ?? []), target]);
    }
    if (found.length < limit) break;
    const later = [...new Set(frontier.flatMap((entity) => targets.get(entity) ?? []))].filter((key) => !due.has(key));
    const untried = await tables.find('replicas', { link, entity: later, state: 'queued', retry_at: { lte: now } });
    for (const replica of untried) due.set(replica.entity, replica);
    frontier = untried.map(({ entity }) => entity);
  }
  const inOrder = targetsFirst(
    [...due.values()],
    ({ entity }) => entity,
    ({ entity }) => targets.get(entity) ?? []
  );
  return inOrder.slice(0, limit);
};
