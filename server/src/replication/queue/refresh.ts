import { entityOf, type EntityKey } from '../entity';
import type { Direction, Level } from '../engine';
import type { Context } from '../context';
import { atMostHeld, intersect, ruleFor, type Decision, type Theirs } from '../controller/decide';
import type { DomainEvent } from '../events';
import { maximal } from '../history/graph';
import { leavesOf } from '../history/repository';
import { startedTowards } from '../history/started-here';
import { PEOPLE, type RevisionId } from '../history/revision';
import { nothingRetargeted, type Retargeted } from '../history/targets';
import type { Tables, Unit } from '../ports';
import type { Row } from '../tables';
import { decisionOf, grantedOfFiles, isFile, isNothing, isSameDecision, pairOf } from './file-decisions';
import { NOTHING_THERE, bucketOf, stateHash } from './state-hash';

/** What has happened to the entries that are to be decided. */
export interface Happened {
  /** Entries of which a leaf went that no other descends from. */
  replaced?: ReadonlySet<EntityKey>;
  /** What they refer to now and did not before, and the other way round. */
  retargeted?: Retargeted;
}

/**
 * Decides for these entries what each link should have, and writes it to the queue where that changed. Files that they
 * use, or use no more, are decided with them where that can make a difference. Called after everything that moves a leaf
 * or a rule.
 */
export const refreshReplicas = async (
  context: Context,
  { tables }: Unit,
  entities: readonly EntityKey[],
  events: DomainEvent[],
  { replaced = new Set(), retargeted = nothingRetargeted() }: Happened = {}
): Promise<void> => {
  if (entities.length + retargeted.gained.size + retargeted.lost.size === 0) return;
  const links = await tables.find('links', { state: 'REGISTERED' });
  const rules = await tables.find('rules', {});
  const changes: Row<'replicas'>[] = [];
  const decided = new Map<string, Decision>();
  /** Entries for which a link gets another decision than before, and those of them that get less. */
  const shifted = new Set<EntityKey>();
  const lessened = new Set<EntityKey>();

  const settle = async (
    some: readonly EntityKey[],
    decide: (state: State) => Promise<(link: string, entity: EntityKey) => Decision | null>
  ): Promise<void> => {
    if (some.length === 0) return;
    // Who records or applies holds these locks already; a job does not, nor does anybody those of files decided along.
    await tables.lock('entries', { entity: some });
    const state = await loadState(context, tables, links, some);
    const wish = await decide(state);
    const standing = new Map<EntityKey, Standing>();
    for (const entity of some) {
      let [locked, received] = [false, false];
      for (const { id: link } of links) {
        const before = state.replicas.get(pairOf(link, entity));
        const wished = wish(link, entity);
        if (wished === null) continue;
        const decision = atMostHeld(wished, state.entries.get(entity)?.shows);
        decided.set(pairOf(link, entity), decision);
        if (before ? !isSameDecision(decision, decisionOf(before)) : decision.level !== 'NONE') shifted.add(entity);
        if (shifted.has(entity) && before && !isNothing(decisionOf(before))) lessened.add(entity);
        const grants = theirsOf(before) !== null && before?.their_level !== 'NONE';
        received ||= grants;
        locked ||= grants && decision.direction === 'RECEIVE_ONLY';
        const after = await wantedReplica(context, tables, link, entity, before, decision, state, replaced);
        if (after && differs(before, after)) changes.push(after);
      }
      standing.set(entity, { locked, received });
    }
    await saveStanding(tables, state, standing);
  };

  const ordinary = entities.filter((entity) => !isFile(entity));
  await settle(ordinary, (state) =>
    Promise.resolve((link, entity) =>
      intersect(
        ruleFor(rules, link, entityOf(entity).uid),
        theirsOf(state.replicas.get(pairOf(link, entity))),
        state.started(link).has(entity)
      )
    )
  );

  const used = async (sources: ReadonlySet<EntityKey>) =>
    sources.size === 0 ? [] : (await tables.find('refs', { source: [...sources] })).map(({ target }) => target);
  const given = entities.filter(isFile);
  const uncertain = new Set([...given, ...retargeted.lost, ...(await used(lessened))].filter(isFile));
  const files = new Set([...uncertain, ...[...retargeted.gained, ...(await used(shifted))].filter(isFile)]);
  await settle([...files].sort(), async (state) => {
    const settled = (link: string, file: EntityKey, own: Decision | null): Decision | null => {
      const theirs = theirsOf(state.replicas.get(pairOf(link, file)));
      if (own === null && theirs === null) return null;
      return intersect(own?.level === 'NONE' && theirs ? null : own, theirs, state.started(link).has(file));
    };
    const granted = await grantedOfFiles(tables, {
      links: links.map(({ id }) => id),
      files: [...files],
      sources: ordinary,
      decided,
      uncertain,
      replicaOf: (link, file) => state.replicas.get(pairOf(link, file)),
      settled,
    });
    return (link, file) => {
      const own = granted.get(pairOf(link, file));
      const before = state.replicas.get(pairOf(link, file));
      if (own !== undefined) return settled(link, file, own);
      return before ? decisionOf(before) : null;
    };
  });

  await tables.insert('replicas', changes, 'replace');
  for (const { id: link } of links) {
    const count = changes.filter((change) => change.link === link && change.state === 'queued').length;
    if (count > 0) events.push({ type: 'queued', link, count });
  }
};

interface Standing {
  locked: boolean;
  received: boolean;
}

/** Most entries of a batch come to stand alike: one statement for all that do. */
const saveStanding = async (
  tables: Tables,
  state: State,
  standing: ReadonlyMap<EntityKey, Standing>
): Promise<void> => {
  const alike = new Map<string, { patch: Pick<Row<'entries'>, 'locked' | 'shows'>; entities: EntityKey[] }>();
  for (const [entity, { locked, received }] of standing) {
    const entry = state.entries.get(entity);
    if (!entry) continue;
    // What no link sends us any more is this site's own: it shows, and records, whatever is in its rows.
    const shows = entry.shows === 'PUBLISHED' && !received ? 'EVERYTHING' : entry.shows;
    if ((entry.locked === 1) === locked && shows === entry.shows) continue;
    const patch = { locked: locked ? 1 : 0, shows };
    const key = JSON.stringify(patch);
    if (!alike.has(key)) alike.set(key, { patch, entities: [] });
    alike.get(key)!.entities.push(entity);
  }
  for (const { patch, entities } of alike.values()) await tables.update('entries', { entity: entities }, patch);
};

interface State {
  entries: Map<EntityKey, Row<'entries'>>;
  leaves: Map<EntityKey, RevisionId[]>;
  anchors: Map<RevisionId, RevisionId | null>;
  /** Leaves beside others of which not all came here: one link has told only what is published. */
  partly: ReadonlySet<RevisionId>;
  replicas: Map<string, Row<'replicas'>>;
  /** Entries that this site started, seen from a link, of those that another site claims a say in. */
  started: (link: string) => ReadonlySet<EntityKey>;
}

const loadState = async (
  context: Context,
  tables: Tables,
  links: readonly Row<'links'>[],
  entities: readonly EntityKey[]
): Promise<State> => {
  await tables.lock('replicas', { entity: entities });
  const leaves = await leavesOf(tables, entities);
  const ids = [...leaves.values()].flat();
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
    anchors: new Map((await tables.find('revisions', { id: ids })).map(({ id, anchor }) => [id, anchor])),
    partly: await partlyHeld(tables, leaves),
    replicas: new Map(replicas.map((row) => [pairOf(row.link, row.entity), row])),
  };
};

/** An entry with one leaf shows what is held of it, so only of several leaves each has to be looked at. */
const partlyHeld = async (
  tables: Tables,
  leaves: ReadonlyMap<EntityKey, readonly RevisionId[]>
): Promise<ReadonlySet<RevisionId>> => {
  const beside = [...leaves.values()].filter(({ length }) => length > 1).flat();
  const parts = beside.length === 0 ? [] : await tables.find('parts', { revision: beside, content: null });
  return new Set(parts.filter(({ name }) => name !== PEOPLE).map(({ revision }) => revision as RevisionId));
};

const theirsOf = (replica: Row<'replicas'> | undefined): Theirs | null =>
  replica?.their_level && replica.their_direction
    ? { level: replica.their_level as Level, direction: replica.their_direction as Direction }
    : null;

/** The replica as it should be, or null where this link has nothing to do with the entry. */
const wantedReplica = async (
  context: Context,
  tables: Tables,
  link: string,
  entity: EntityKey,
  before: Row<'replicas'> | undefined,
  decision: Decision,
  state: State,
  replaced: ReadonlySet<EntityKey>
): Promise<Row<'replicas'> | null> => {
  const wanted = await wantedLeaves(tables, decision, state, entity);
  const hasSomething =
    before !== undefined && ((before.sent_hash ?? NOTHING_THERE) !== NOTHING_THERE || before.common !== '[]');
  if (!before && wanted === null) return null;
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
  const done = receives || (!withdraws && wantedHash === replica.common_hash);
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
  };
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
});

const differs = (before: Row<'replicas'> | undefined, after: Row<'replicas'>): boolean =>
  !before || (Object.keys(after) as (keyof Row<'replicas'>)[]).some((column) => before[column] !== after[column]);
