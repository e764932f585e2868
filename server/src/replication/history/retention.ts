import type { EntityKey } from '../entity';
import type { Context } from '../context';
import type { Tables, Unit } from '../ports';
import type { Row } from '../tables';
import { dropUnused } from './purge';
import type { Header, RevisionId } from './revision';

/** How long the content of versions is kept that nothing stands on any more. */
export interface Retention {
  /** Content that came here within so many days is kept. */
  days: number;
  /** And that of so many versions of each entry, however old. */
  versions: number;
}

const DAY_MS = 24 * 3_600_000;
const ENTRIES_AT_ONCE = 200;
/** Parts that are forgotten in one statement. */
const PARTS_AT_ONCE = 500;

/**
 * Forgets the content of old versions, some entries at a time. Headers stay: what descends from what, who wrote it and
 * when is known for ever, and whatever is signed can be verified. See `README.md`, "What is kept".
 *
 * @param after the entity that the step before has come to; null at the beginning.
 * @returns where the next step goes on; null where all entries were looked at.
 */
export const forgetOldVersions = async (
  context: Context,
  retention: Retention,
  after: EntityKey | null
): Promise<EntityKey | null> =>
  context.store.transaction(async (unit) => {
    const { tables } = unit;
    const where = after === null ? {} : { entity: { gt: after } };
    const page = await tables.find('entries', where, {
      columns: ['entity'],
      orderBy: 'entity',
      limit: ENTRIES_AT_ONCE,
    });
    if (page.length === 0) return null;
    const entities = page.map(({ entity }) => entity);
    const counts = await tables.countBy('revisions', ['entity'], { entity: entities });
    const long = counts.filter(({ count }) => count > retention.versions).map(({ key }) => key[0] as EntityKey);
    if (long.length > 0) await forget(unit, long, retention, context.clock.now());
    return entities.at(-1)!;
  });

const forget = async (
  { tables }: Unit,
  entities: readonly EntityKey[],
  { days, versions }: Retention,
  now: number
): Promise<void> => {
  // Who moves a leaf, or what a link should have, holds these: neither moves while we look.
  await tables.lock('entries', { entity: [...entities].sort() });
  const needed = await neededBy(tables, entities);
  const old: RevisionId[] = [];
  for (const entity of entities) {
    const keep = needed.get(entity);
    if (keep === undefined) continue;
    const all = await tables.find('revisions', { entity }, { columns: ['id', 'stored_at'], orderBy: 'stored_at' });
    const beyond = all.slice(0, Math.max(0, all.length - versions));
    old.push(...beyond.filter((row) => row.stored_at <= now - days * DAY_MS && !keep.has(row.id)).map(({ id }) => id));
  }
  const parts = await tables.find('parts', { revision: old }, { columns: ['revision', 'content'] });
  const open = parts.filter((part): part is typeof part & { content: string } => part.content !== null);
  const revisions = [...new Set(open.map(({ revision }) => revision))];
  for (let at = 0; at < revisions.length; at += PARTS_AT_ONCE)
    await tables.update('parts', { revision: revisions.slice(at, at + PARTS_AT_ONCE) }, { salt: null, content: null });
  await dropUnused(
    tables,
    open.map(({ content }) => content)
  );
};

/**
 * By entity the versions whose content something stands on: leaves, what links should have, had or have in common with us,
 * what stands for these where only what is published is seen, and the versions right before all of them. Entities that
 * were edited on two sites are left out: nobody knows yet which versions will be compared.
 */
const neededBy = async (
  tables: Tables,
  entities: readonly EntityKey[]
): Promise<Map<EntityKey, ReadonlySet<RevisionId>>> => {
  const needed = new Map<EntityKey, Set<RevisionId>>(entities.map((entity) => [entity, new Set()]));
  const leaves = await tables.find('leaves', { entity: entities });
  for (const { entity, revision } of leaves) needed.get(entity)!.add(revision);
  for (const [entity, ids] of needed) if (ids.size > 1) needed.delete(entity);
  for (const { entity, head } of await tables.find('entries', { entity: entities }, { columns: ['entity', 'head'] }))
    if (head !== null) needed.get(entity)?.add(head);
  for (const replica of await tables.find('replicas', { entity: entities }))
    for (const id of namedBy(replica)) needed.get(replica.entity)?.add(id);

  const standing = await tables.find('revisions', { id: [...needed.values()].flatMap((ids) => [...ids]) });
  for (const { entity, anchor, header } of standing) {
    const ids = needed.get(entity);
    if (anchor !== null) ids?.add(anchor);
    for (const parent of (JSON.parse(header) as Header).parents) ids?.add(parent);
  }
  return needed;
};

const namedBy = ({ wanted, common }: Row<'replicas'>): RevisionId[] => [
  ...(wanted === null ? [] : (JSON.parse(wanted) as RevisionId[])),
  ...(JSON.parse(common) as RevisionId[]),
];
