import type { Context } from '../context';
import type { EntityKey } from '../entity';
import type { DomainEvent } from '../events';
import { descending, maximalOfEach } from '../history/graph';
import { closeDrafts } from '../history/purge';
import { loadRevisions } from '../history/repository';
import type { RevisionId } from '../history/revision';
import { selvesTowards } from '../history/started-here';
import type { Tables, Unit } from '../ports';
import type { Row } from '../tables';
import type { State } from './apply';
import { chooseHead } from './choose-head';
import { takesPlace } from './may-change';
import type { ToShow } from './prepare';
import { isUpdate } from '../transport/message';
import type { Verified } from './verify';

/**
 * The union of leaves, and the head that follows from it, for all entries of a batch: each statement is sent once for
 * all of them. Answers what is to be shown, where that changes the rows.
 */
export const moveHeads = async (
  context: Context,
  { tables }: Unit,
  link: Row<'links'>,
  batch: readonly Verified[],
  state: State,
  events: DomainEvent[]
): Promise<Map<EntityKey, ToShow>> => {
  const selves = selvesTowards(context.signer, link.id);
  const granted = await grants(
    tables,
    batch.map(({ entity }) => entity)
  );
  const unions = await maximalOfEach(
    tables,
    new Map(batch.map(({ entity, message }) => [entity, [...state.leaves.get(entity)!, ...leavesIn(message)]]))
  );
  const mine = await madeHere(tables, selves, [...unions.values()].flat());

  const moved: (Omit<ToShow, 'revision' | 'entry'> & { after: Row<'entries'>; head: RevisionId })[] = [];
  const leaves: Row<'leaves'>[] = [];
  const aside: RevisionId[] = [];
  const back: RevisionId[] = [];
  const forgotten: Row<'replicas'>[] = [];
  for (const one of batch) {
    const { entity, message } = one;
    const entry = state.entries.get(entity)!;
    const replicas = granted.get(entity) ?? [];
    const shows = showsNow(new Set(replicas.map(({ their_level: level }) => level)), entry);
    const readOnly = takesPlace(state, link.id, one);
    const union = unions.get(entity)!;
    const had = state.newer.get(entity);
    const given = had && readOnly ? await dropped(tables, link.id, message, union, replicas, had) : [];
    const replaced = new Set([...mine, ...given]);
    const choice = await chooseHead(tables, replaced, entry.head, union, leavesIn(message), readOnly);
    aside.push(...choice.aside);
    back.push(...choice.leaves.filter((id) => state.known.has(id) && !state.leaves.get(entity)!.includes(id)));
    if (choice.aside.length > 0) {
      state.replaced.add(entity);
      forgotten.push(withoutCommon(state.replicas.get(entity)!, choice.aside));
      state.replicas.set(entity, forgotten.at(-1)!);
    }
    leaves.push(...choice.leaves.map((revision) => ({ entity, revision })));
    if (shows === 'PUBLISHED' && entry.shows === 'EVERYTHING') await closeDrafts(tables, entity, selves);
    const after = { ...entry, head: choice.head, shows, version: entry.version + 1 };
    state.entries.set(entity, after);
    if (choice.leaves.length > 1) events.push({ type: 'diverged', entity, leaves: choice.leaves.length });
    const isFuller = state.opened.has(entity) || shows !== entry.shows;
    if (choice.head !== entry.head || isFuller || entry.held !== null) {
      const isFirst = entry.head === null && entry.shows !== 'WITHDRAWN';
      moved.push({ after, head: choice.head, shows: shows as ToShow['shows'], isFirst });
    }
  }
  const entities = batch.map(({ entity }) => entity);
  if (back.length > 0) await tables.update('revisions', { id: back, side: 1 }, { side: 0 });
  await tables.update('revisions', { id: aside }, { side: 1 });
  await tables.insert('replicas', forgotten, 'replace');
  await tables.remove('leaves', { entity: entities });
  await tables.insert('leaves', leaves, 'ignore');
  await tables.insert(
    'entries',
    entities.map((entity) => state.entries.get(entity)!),
    'replace'
  );

  const heads = await loadRevisions(
    tables,
    moved.map(({ head }) => head)
  );
  return new Map(
    moved.flatMap(({ after, head, shows, isFirst }): [EntityKey, ToShow][] => {
      const revision = heads.get(head);
      return revision ? [[after.entity, { entry: after, revision, shows, isFirst }]] : [];
    })
  );
};

/** What gave way is not had any more: or else a comparison with the sender, who has it not either, would never be equal. */
const withoutCommon = (replica: Row<'replicas'>, aside: readonly RevisionId[]): Row<'replicas'> => {
  const common = (JSON.parse(replica.common) as RevisionId[]).filter((id) => !aside.includes(id));
  return { ...replica, common: JSON.stringify(common) };
};

const leavesIn = (message: Verified['message']): RevisionId[] => (isUpdate(message) ? message.leaves : []);

const madeHere = async (tables: Tables, selves: readonly string[], ids: RevisionId[]): Promise<Set<RevisionId>> =>
  new Set((await tables.find('revisions', { id: ids, origin: selves })).map(({ id }) => id));

/**
 * Leaves that the sender gave us once and has no more: another version took their place there. Told by a decision that
 * is newer than all we have heard, so that a late delivery of an older state drops nothing. What is built upon what it
 * names stays, unless it says or we know that this gave way there: it may know less, as its database was put back.
 */
const dropped = async (
  tables: Tables,
  link: string,
  message: Verified['message'],
  union: readonly RevisionId[],
  replicas: readonly Row<'replicas'>[],
  had: readonly RevisionId[]
): Promise<RevisionId[]> => {
  const incoming = leavesIn(message);
  const aside = new Set(isUpdate(message) ? message.aside : []);
  const byOthers = new Set(
    replicas
      .filter((row) => row.link !== link && row.their_level !== null && row.their_level !== 'NONE')
      .flatMap(({ common }) => JSON.parse(common) as RevisionId[])
  );
  const found: RevisionId[] = [];
  const others = union.filter((id) => !incoming.includes(id) && !byOthers.has(id));
  const built = await descending(tables, others, new Set(incoming));
  for (const leaf of others) {
    if (!built.has(leaf) || aside.has(leaf) || (await fellBack(tables, leaf, incoming, had))) found.push(leaf);
  }
  return found;
};

/**
 * The sender had shared this leaf, or what is published of it, and shares an older version now. Otherwise what is built upon
 * what it names stays: it may see less of it by now, or know less, as its database was put back.
 */
const fellBack = async (
  tables: Tables,
  leaf: RevisionId,
  incoming: readonly RevisionId[],
  had: readonly RevisionId[]
): Promise<boolean> => {
  if (had.length === 0 || had.includes(leaf)) return had.includes(leaf);
  const [row] = await tables.find('revisions', { id: leaf }, { columns: ['anchor'] });
  const anchor = row?.anchor as RevisionId | null | undefined;
  return !!anchor && had.includes(anchor) && !incoming.includes(anchor);
};

const grants = async (tables: Tables, entities: EntityKey[]): Promise<Map<EntityKey, Row<'replicas'>[]>> => {
  const replicas = new Map<EntityKey, Row<'replicas'>[]>();
  for (const row of await tables.find('replicas', { entity: entities })) {
    replicas.set(row.entity, [...(replicas.get(row.entity) ?? []), row]);
  }
  return replicas;
};

/** The most that any link grants; an entry that no link ever sent shows everything. */
const showsNow = (levels: ReadonlySet<string | null>, entry: Row<'entries'>): string => {
  if (levels.has('EVERYTHING')) return 'EVERYTHING';
  if (levels.has('PUBLISHED')) return 'PUBLISHED';
  return entry.shows === 'WITHDRAWN' ? 'EVERYTHING' : entry.shows;
};
