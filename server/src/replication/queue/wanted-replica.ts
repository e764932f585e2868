import { entityOf, type EntityKey } from '../entity';
import type { Direction, Level } from '../engine';
import type { Context } from '../context';
import type { Decision, Theirs } from '../controller/decide';
import { maximal } from '../history/graph';
import { leavesOf } from '../history/repository';
import { startedTowards } from '../history/started-here';
import { PEOPLE, type RevisionId } from '../history/revision';
import type { Tables } from '../ports';
import type { Row } from '../tables';
import { isAlong, isThere, pairOf } from './followers';
import { NOTHING_THERE, bucketOf, stateHash } from './state-hash';
import { mayCount } from './yield';

/** What is known of entries that are decided. */
export interface State {
  entries: Map<EntityKey, Row<'entries'>>;
  leaves: Map<EntityKey, RevisionId[]>;
  /** Leaves that are deletions. */
  deletions: ReadonlySet<RevisionId>;
  anchors: Map<RevisionId, RevisionId | null>;
  /** Leaves of which not all came here: one link has told only what is published. */
  partly: ReadonlySet<RevisionId>;
  replicas: Map<string, Row<'replicas'>>;
  /** Entries that this site started, seen from a link, of those that another site claims a say in. */
  started: (link: string) => ReadonlySet<EntityKey>;
}

export const loadState = async (
  context: Context,
  tables: Tables,
  links: readonly Row<'links'>[],
  entities: readonly EntityKey[]
): Promise<State> => {
  await tables.lock('replicas', { entity: entities });
  const leaves = await leavesOf(tables, entities);
  const revisions = await tables.find('revisions', { id: [...leaves.values()].flat() });
  const own = new Set(revisions.filter(({ origin }) => origin === context.signer.instance).map(({ id }) => id));
  const replicas = await tables.find('replicas', { entity: entities });
  const claimed = new Set(replicas.filter((row) => theirsOf(row) !== null).map(({ entity }) => entity));
  return {
    leaves,
    started: await startedTowards(
      tables,
      context.signer,
      new Map([...leaves].filter(([entity]) => claimed.has(entity))),
      links
    ),
    entries: new Map((await tables.find('entries', { entity: entities })).map((row) => [row.entity, row])),
    deletions: new Set(revisions.filter(({ kind }) => kind === 'delete').map(({ id }) => id)),
    anchors: new Map(revisions.map(({ id, anchor }) => [id, anchor])),
    partly: await partlyHeld(tables, leaves, (leaf) => own.has(leaf)),
    replicas: new Map(replicas.map((row) => [pairOf(row.link, row.entity), row])),
  };
};

/** A single leaf of this site's own is whole; only others, and several, have to be looked at. */
const partlyHeld = async (
  tables: Tables,
  leaves: ReadonlyMap<EntityKey, readonly RevisionId[]>,
  isOwn: (leaf: RevisionId) => boolean
): Promise<ReadonlySet<RevisionId>> => {
  const some = [...leaves.values()].filter((all) => all.length > 1 || !all.every(isOwn)).flat();
  const columns = ['revision', 'name'] as const;
  const parts = some.length === 0 ? [] : await tables.find('parts', { revision: some, content: null }, { columns });
  return new Set(parts.filter(({ name }) => name !== PEOPLE).map(({ revision }) => revision as RevisionId));
};

export const theirsOf = (replica: Row<'replicas'> | undefined): Theirs | null =>
  replica?.their_level && replica.their_direction
    ? { level: replica.their_level as Level, direction: replica.their_direction as Direction }
    : null;

/** The replica as it should be, or null where this link has nothing to do with the entry. */
export const wantedReplica = async (
  context: Context,
  tables: Tables,
  link: string,
  entity: EntityKey,
  before: Row<'replicas'> | undefined,
  decision: Decision,
  state: State,
  replaced: ReadonlySet<EntityKey>
): Promise<Row<'replicas'> | null> => {
  const asSent = await wantedAsSent(tables, before, decision, state, replaced);
  const waits = asSent === undefined && waitsForTheRest(decision, state, entity);
  if (waits && before && before.wanted !== null) return replaced.has(entity) ? asArrived(before) : before;
  const wanted = waits ? null : asSent === undefined ? await wantedLeaves(tables, decision, state, entity) : asSent;
  // What they gave us and say nothing of any more is theirs, and not ours to withdraw.
  const isSaid = before !== undefined && before.common !== '[]' && before.their_level !== 'NONE';
  const hasSomething = before !== undefined && ((before.sent_hash ?? NOTHING_THERE) !== NOTHING_THERE || isSaid);
  // What is to go along and cannot yet is remembered: its user may have arrived by then.
  if (!before && wanted === null && !decision.along && !waits) return null;
  const replica = before ?? newReplica(link, entity);
  const receives = decision.direction === 'RECEIVE_ONLY';
  // What takes the place of something else, or of nothing, must not be undone by an earlier delivery that comes late.
  const redecided =
    replica.level !== decision.level ||
    replica.direction !== decision.direction ||
    replaced.has(entity) ||
    (wanted === null) !== (replica.wanted === null);
  const wantedHash =
    receives || (wanted === null && !hasSomething)
      ? NOTHING_THERE
      : stateHash(wanted, decision.level, decision.direction);
  // What was sent may be there although we do not know it to be: only an answer ends a withdrawal.
  const withdraws = wanted === null && hasSomething;
  const done = receives ? !mayCount(replica) : !withdraws && wantedHash === replica.common_hash;
  const moved = wantedHash !== replica.wanted_hash;
  return {
    ...replica,
    level: decision.level,
    direction: decision.direction,
    granted: decision.granted ? 1 : 0,
    wanted: wanted === null || receives ? null : JSON.stringify(wanted),
    wanted_hash: wantedHash,
    sequence: redecided ? replica.sequence + 1 : replica.sequence,
    state: done ? 'done' : moved || redecided || replica.state === 'done' ? 'queued' : replica.state,
    retry_at: moved ? 0 : replica.retry_at,
    attempts: moved ? 0 : replica.attempts,
    error: moved || done ? null : replica.error,
    waits_for: moved || done ? null : replica.waits_for,
    wanted_at: moved ? context.clock.now() : replica.wanted_at,
    ...alongOf(replica, decision),
  };
};

/**
 * Of what is to be seen there in full only what is published has come here, over another link. The rest is on its way:
 * until then everything stays as it was decided. Without it, it would be asked for in vain; nothing at all would be a
 * withdrawal.
 */
const waitsForTheRest = ({ level, direction }: Decision, state: State, entity: EntityKey): boolean =>
  level === 'EVERYTHING' && direction !== 'RECEIVE_ONLY' && isOnlyPartlyHeld(state, entity);

const isOnlyPartlyHeld = ({ leaves, partly }: State, entity: EntityKey): boolean => {
  const all = leaves.get(entity) ?? [];
  return all.length > 0 && all.every((leaf) => partly.has(leaf));
};

const arrivedHash = ({ common, common_level: level, common_direction: direction }: Row<'replicas'>): string =>
  common === '[]' ? NOTHING_THERE : stateHash(JSON.parse(common) as string[], level, direction);

/** What was wanted may have given way just now: until the rest comes nothing more is to go than has arrived. */
const asArrived = (before: Row<'replicas'>): Row<'replicas'> => ({
  ...before,
  wanted: before.common === '[]' ? null : before.common,
  // Not as the row has it: while something is under way that says nothing.
  wanted_hash: arrivedHash(before),
  sequence: before.sequence + 1,
  state: 'done',
  attempts: 0,
  retry_at: 0,
  error: null,
  waits_for: null,
});

/**
 * How much of an entry can go on from here. Where not all of it came, and no link brings the rest (any more), that is what
 * is published.
 */
export const heldOf = (state: State, entity: EntityKey, links: readonly Row<'links'>[]): string | undefined => {
  const shows = state.entries.get(entity)?.shows;
  if (shows !== 'EVERYTHING' || !isOnlyPartlyHeld(state, entity)) return shows;
  const bringsAll = ({ id }: Row<'links'>) => state.replicas.get(pairOf(id, entity))?.their_level === 'EVERYTHING';
  return links.some(bringsAll) ? shows : 'PUBLISHED';
};

/** What nobody uses any more is not sent anew, either; that it is deleted, or not held here any more, is. */
const wantedOfLeft = async (
  tables: Tables,
  before: Row<'replicas'>,
  { leaves, deletions }: State,
  replaced: ReadonlySet<EntityKey>
): Promise<RevisionId[] | null | undefined> => {
  const now = leaves.get(before.entity) ?? [];
  const isGone = replaced.has(before.entity) || now.every((leaf) => deletions.has(leaf));
  if (before.wanted === null || isGone) return undefined;
  // The other side may have changed it since.
  return maximal(tables, [
    ...(JSON.parse(before.wanted) as RevisionId[]),
    ...(JSON.parse(before.common) as RevisionId[]),
  ]);
};

/**
 * What goes along once and is there is not sent anew with every change. Where less of it is to be seen there than before,
 * it is what was published of that; undefined: what there is now is wanted.
 */
const wantedAsSent = async (
  tables: Tables,
  before: Row<'replicas'> | undefined,
  { level, along, isLeft }: Decision,
  state: State,
  replaced: ReadonlySet<EntityKey>
): Promise<RevisionId[] | null | undefined> => {
  if (before && isLeft) return wantedOfLeft(tables, before, state, replaced);
  const { leaves } = state;
  if (!before || along?.mode !== 'missing' || !isAlong(before) || !isThere(before)) return undefined;
  // What is not held here any more cannot be there for our sake, either.
  if (replaced.has(before.entity) || (leaves.get(before.entity) ?? []).length === 0) return undefined;
  // Nothing goes any more that was only queued; what is being withdrawn does not come back.
  if (along.isOver) return before.wanted === null ? null : asSent(tables, before, level);
  if (before.level === level) return before.wanted === null ? undefined : (JSON.parse(before.wanted) as RevisionId[]);
  return level === 'PUBLISHED' ? asSent(tables, before, level) : undefined;
};

/** What is there, or may be, as far as it may be seen at this level. */
const asSent = async (tables: Tables, before: Row<'replicas'>, level: Level): Promise<RevisionId[] | null> => {
  const there = await sentBefore(tables, before);
  if (level !== 'PUBLISHED') return there;
  const sent = await tables.find('revisions', { id: there });
  const anchors = sent.flatMap(({ anchor }) => anchor ?? []);
  return anchors.length > 0 ? maximal(tables, anchors) : null;
};

/** What has arrived; where something was sent after that and not answered, that: it may be there. */
const sentBefore = async (tables: Tables, before: Row<'replicas'>): Promise<RevisionId[]> => {
  const { entity, wanted, common, direction, sent_hash: sent } = before;
  if (sent === null || sent === before.common_hash) return JSON.parse(common) as RevisionId[];
  if (wanted !== null && sent === before.wanted_hash) return JSON.parse(wanted) as RevisionId[];
  // Decided again since: which version it was is told by its hash.
  const isSent = (id: RevisionId) =>
    [before.level, before.common_level, 'EVERYTHING'].some((level) => stateHash([id], level, direction) === sent);
  const found = (await tables.find('revisions', { entity }, { columns: ['id'] })).find(({ id }) => isSent(id));
  return found ? [found.id] : (JSON.parse(common) as RevisionId[]);
};

/** That the other site has one of its own is known until a rule decides. */
const alongOf = (before: Row<'replicas'>, { along, granted }: Decision): Pick<Row<'replicas'>, 'along' | 'steps'> => {
  if (along) return { along: along.asked ? 'asked' : along.mode, steps: along.steps };
  return { along: before.along === 'there' && !granted ? 'there' : null, steps: null };
};

const wantedLeaves = async (
  tables: Tables,
  decision: Decision,
  state: State,
  entity: EntityKey
): Promise<RevisionId[] | null> => {
  const leaves = state.leaves.get(entity) ?? [];
  if (decision.direction === 'RECEIVE_ONLY') return null;
  if (decision.level === 'EVERYTHING') {
    // Nobody hands on more than is held: who is to see everything would ask for the rest for ever.
    const whole = leaves.filter((leaf) => !state.partly.has(leaf));
    return whole.length > 0 ? whole : null;
  }
  if (decision.level !== 'PUBLISHED') return null;
  const anchors = leaves.flatMap((leaf) => state.anchors.get(leaf) ?? []);
  return anchors.length > 0 ? maximal(tables, anchors) : null;
};

export const newReplica = (link: string, entity: EntityKey): Row<'replicas'> => ({
  link,
  entity,
  uid: entityOf(entity).uid,
  bucket: bucketOf(entity),
  level: 'NONE',
  direction: 'SEND_ONLY',
  granted: 0,
  their_level: null,
  their_direction: null,
  wanted: null,
  wanted_hash: NOTHING_THERE,
  sent_hash: null,
  common: '[]',
  common_level: 'NONE',
  common_direction: 'SEND_ONLY',
  common_hash: NOTHING_THERE,
  state: 'done',
  incarnation: 0,
  sequence: 0,
  their_incarnation: 0,
  their_sequence: 0,
  attempts: 0,
  retry_at: 0,
  lease: null,
  lease_until: 0,
  error: null,
  waits_for: null,
  wanted_at: 0,
  acked_at: null,
  along: null,
  steps: null,
});

export const differs = (before: Row<'replicas'> | undefined, after: Row<'replicas'>): boolean =>
  !before || (Object.keys(after) as (keyof Row<'replicas'>)[]).some((column) => before[column] !== after[column]);
