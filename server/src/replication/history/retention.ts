import type { EntityKey } from '../entity';
import type { Context } from '../context';
import type { Tables, Unit } from '../ports';
import type { Row } from '../tables';
import { maximal } from './graph';
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
/** Versions that are forgotten in one statement. */
const VERSIONS_AT_ONCE = 500;

/**
 * Forgets the content of old versions, of some entries. Headers stay: what descends from what, who wrote it and when is
 * known for ever, and whatever is signed can be verified. See `README.md`, "What is kept".
 *
 * @param after the entity that the step before has come to; null at the beginning.
 * @returns where the next step goes on; null where all entries were looked at.
 */
export const forgetOldVersions = async (
  { store, clock }: Pick<Context, 'store' | 'clock'>,
  retention: Retention,
  after: EntityKey | null
): Promise<EntityKey | null> => {
  const { last, long } = await store.transaction(async ({ tables }) => {
    const where = after === null ? {} : { entity: { gt: after } };
    const options = { columns: ['entity'], orderBy: 'entity', limit: ENTRIES_AT_ONCE } as const;
    const entities = (await tables.find('entries', where, options)).map(({ entity }) => entity);
    const counts = await tables.countBy('revisions', ['entity'], { entity: entities });
    const many = counts.filter(({ count }) => count > retention.versions);
    return { last: entities.at(-1) ?? null, long: many.map(({ key }) => key[0] as EntityKey) };
  });
  // One at a time: whoever edits does not wait for all of them.
  for (const entity of long) await store.transaction((unit) => forget(unit, entity, retention, clock.now()));
  return last;
};

const forget = async (
  { tables }: Unit,
  entity: EntityKey,
  { days, versions }: Retention,
  now: number
): Promise<void> => {
  // Who moves a leaf, or decides what a link should have, holds this. An answer that comes in meanwhile may make an older
  // version common: that one was sent, so its content is not needed here any more.
  await tables.lock('entries', { entity });
  const needed = await neededOf(tables, entity);
  if (needed === null) return;
  const all = await tables.find('revisions', { entity }, { columns: ['id', 'stored_at'], orderBy: 'stored_at' });
  const old = all
    .slice(0, Math.max(0, all.length - versions))
    .filter((row) => row.stored_at <= now - days * DAY_MS && !needed.has(row.id))
    .map(({ id }) => id);
  for (let at = 0; at < old.length; at += VERSIONS_AT_ONCE) {
    const some = old.slice(at, at + VERSIONS_AT_ONCE);
    const open = (await tables.find('parts', { revision: some })).filter(({ content }) => content !== null);
    if (open.length === 0) continue;
    const revisions = [...new Set(open.map(({ revision }) => revision))];
    await tables.update('parts', { revision: revisions }, { salt: null, content: null });
    await dropUnused(
      tables,
      open.flatMap(({ content }) => content ?? [])
    );
  }
};

/**
 * The versions of an entry whose content something stands on: leaves, what links should have or have in common with us,
 * what this site set aside and takes back when theirs is withdrawn, what stands for these where only what is published is
 * seen, and the versions right before all of them. null: all, since it was edited on two sites and nobody knows yet which
 * versions will be compared, or something was sent and not answered: it may be all that the other site will go on from.
 */
const neededOf = async (tables: Tables, entity: EntityKey): Promise<ReadonlySet<RevisionId> | null> => {
  const leaves = await tables.find('leaves', { entity });
  if (leaves.length > 1) return null;
  const [entry] = await tables.find('entries', { entity }, { columns: ['head'] });
  const replicas = await tables.find('replicas', { entity });
  if (replicas.some(isUnanswered)) return null;
  const needed = new Set([
    ...leaves.map(({ revision }) => revision),
    ...(entry?.head ? [entry.head] : []),
    ...replicas.flatMap(namedBy),
    ...(await setAside(tables, entity)),
  ]);
  for (const { anchor, header } of await tables.find('revisions', { id: [...needed] })) {
    if (anchor !== null) needed.add(anchor);
    for (const parent of (JSON.parse(header) as Header).parents) needed.add(parent);
  }
  return needed;
};

const setAside = async (tables: Tables, entity: EntityKey): Promise<RevisionId[]> => {
  const aside = await tables.find('revisions', { entity, side: 1 }, { columns: ['id'] });
  return aside.length === 0
    ? []
    : maximal(
        tables,
        aside.map(({ id }) => id)
      );
};

/** The hash of nothing is empty, of what was sent and of what is known to be there. */
const isUnanswered = ({ sent_hash: sent, common_hash: known }: Row<'replicas'>): boolean => !!sent && known === '';

const namedBy = ({ wanted, common }: Row<'replicas'>): RevisionId[] => [
  ...(wanted === null ? [] : (JSON.parse(wanted) as RevisionId[])),
  ...(JSON.parse(common) as RevisionId[]),
];
