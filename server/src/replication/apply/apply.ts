import { type EntityKey, type RowState, type Uid } from '../entity';
import type { Context } from '../context';
import { documentsOf, marksFor, newEntry, type Touched } from '../capture/gather';
import { recordTouched } from '../capture/record';
import { accepts } from '../controller/decide';
import type { DomainEvent } from '../events';
import { noteRestore } from '../brake/restored';
import { leavesOf, openParts, saveRevisions } from '../history/repository';
import type { Revision, RevisionId } from '../history/revision';
import { selvesTowards, startedHere } from '../history/started-here';
import { Identity } from '../identity';
import type { Tables, Unit } from '../ports';
import { refreshReplicas } from '../queue/refresh';
import { newReplica } from '../queue/wanted-replica';
import type { Row } from '../tables';
import { IS_THERE, isUpdate, MAX_PARENTS, type Answer } from '../transport/message';
import { bytesMissing } from './hold';
import { claimsOn, refusalOf, ruleHere, type Claims } from './may-change';
import { moveHeads } from './move-heads';
import { openWith, storedNearby } from './open-parts';
import { acceptReplica, isNewer, isStale, sharedBefore, type TheirState } from './their-state';
import type { ToShow } from './prepare';
import { saveHolds, showRevisions } from './show';
import type { Verified } from './verify';
import { withdraw } from './withdraw';
import { takeYield } from './yielded';

/**
 * Applies checked messages of one link inside one transaction. See `README.md`, "Applying", for the order and for what
 * a crash leaves.
 *
 * @param bytes hashes of file bytes that are not here, by message.
 * @returns an answer for each message, in order. Each entity occurs once.
 */
export const applyMessages = async (
  context: Context,
  unit: Unit,
  link: Row<'links'>,
  batch: readonly Verified[],
  bytes: ReadonlyMap<Verified, string[]>,
  events: DomainEvent[]
): Promise<Answer[]> => {
  const { tables } = unit;
  await lockEntries(context, unit, batch);
  await recordLocalEdits(context, unit, batch, events);

  const state = await loadState(context, unit, link, batch);
  const stored = await storedNearby(tables, batch, state.leaves);

  const used = await usedByWithdrawn(tables, batch);
  const answers = new Map<EntityKey, Answer>();
  const toShow: ToShow[] = [];
  const fresh: Revision[] = [];
  const accepted: Verified[] = [];
  for (const one of batch) {
    const outcome = await takeIn(context, unit, link, one, state, stored, fresh, events);
    if ('status' in outcome) answers.set(one.entity, outcome);
    else {
      accepted.push(one);
      answers.set(one.entity, { status: outcome.moved ? 'applied' : 'known' });
    }
  }
  await saveRevisions(tables, fresh, context.clock);
  await tables.insert(
    'replicas',
    accepted.map(({ entity }) => state.replicas.get(entity)!),
    'replace'
  );

  const moved = await moveHeads(context, unit, link, accepted, state, events);
  for (const one of accepted) {
    const missing = bytes.get(one) ?? [];
    const show = moved.get(one.entity);
    if (missing.length > 0) {
      answers.set(one.entity, { status: 'held', ...bytesMissing, bytes: missing.slice(0, 1_000) });
      await saveHolds(context, unit, [{ entity: one.entity, held: bytesMissing }]);
    } else if (show) toShow.push(show);
  }
  const { shown, retargeted } = await showRevisions(context, unit, toShow, link);
  await saveHolds(context, unit, shown);
  for (const { entity, held } of shown) {
    if (held === null) {
      events.push({ type: 'applied', entity, link: link.id, revision: state.entries.get(entity)?.head ?? null });
      continue;
    }
    answers.set(entity, { status: 'held', ...held, bytes: [] });
    events.push({ type: 'held', entity, link: link.id, reason: held.reason });
  }
  const takenBack = batch.filter(
    ({ entity, message }) => !isUpdate(message) && answers.get(entity)?.status === 'applied'
  );
  for (const { entity } of takenBack) if (!state.kept.has(entity)) state.replaced.add(entity);
  await refreshReplicas(
    context,
    unit,
    [...accepted, ...takenBack].map(({ entity }) => entity),
    events,
    { replaced: state.replaced, retargeted: { ...retargeted, lost: new Set([...retargeted.lost, ...used]) } }
  );
  await forgetUntouched(unit, batch, accepted);
  return batch.map(({ entity }) => answers.get(entity)!);
};

/** What went along with entries that may be withdrawn: whether it still does is asked when their rows are gone. */
const usedByWithdrawn = async (tables: Tables, batch: readonly Verified[]): Promise<EntityKey[]> => {
  const source = batch.filter(({ message }) => message.type === 'ENTITY_UNREPLICATE').map(({ entity }) => entity);
  if (source.length === 0) return [];
  return (await tables.find('refs', { source }, { columns: ['target'] })).map(({ target }) => target);
};

export interface State extends Claims {
  entries: Map<EntityKey, Row<'entries'>>;
  leaves: Map<EntityKey, RevisionId[]>;
  replicas: Map<EntityKey, Row<'replicas'>>;
  /** Revisions that are here, of those that messages name, and the entry that each belongs to. */
  known: Map<RevisionId, EntityKey>;
  /**
   * Entries of which the link tells a decision that is newer than all we have heard of it, and what it shared by the one
   * before, where it sees and knows as much as then.
   */
  newer: Map<EntityKey, RevisionId[]>;
  /** Entries of which a message opened parts that were withheld: their rows may show more now. */
  opened: Set<EntityKey>;
  /** Entries of which the link took its word back, and which stay. */
  kept: Set<EntityKey>;
  /** Entries of which leaves were set aside: what others have of these does not grow into what they shall have. */
  replaced: Set<EntityKey>;
}

export const loadState = async (
  context: Context,
  { tables }: Unit,
  link: Row<'links'>,
  batch: readonly Verified[]
): Promise<State> => {
  const entities = batch.map(({ entity }) => entity);
  const leaves = await leavesOf(tables, entities);
  // A courier writes these rows without holding the entries' locks.
  await tables.lock('replicas', { link: link.id, entity: entities });
  const replicas = await tables.find('replicas', { link: link.id, entity: entities });
  return {
    entries: new Map((await tables.find('entries', { entity: entities })).map((row) => [row.entity, row])),
    leaves,
    replicas: new Map(replicas.map((row) => [row.entity, row])),
    granted: JSON.parse(link.granted) as string[],
    rules: await tables.find('rules', { link: link.id }),
    known: await knownRevisions(tables, batch),
    newer: new Map(),
    opened: new Set(),
    kept: new Set(),
    replaced: new Set(),
    ...(await claimsOn(tables, link.id, selvesTowards(context.signer, link.id), batch, leaves)),
  };
};

/** What was refused leaves no trace: an entry that nobody has anything of is not one. */
const forgetUntouched = async (
  { tables }: Unit,
  batch: readonly Verified[],
  accepted: readonly Verified[]
): Promise<void> => {
  const refused = batch.filter((one) => !accepted.includes(one)).map(({ entity }) => entity);
  if (refused.length === 0) return;
  const replicas = await tables.find('replicas', { entity: refused });
  // What only remembers a withdrawal is nothing of an entry.
  const shared = new Set(replicas.flatMap((row) => (row.their_level || row.sequence > 0 ? row.entity : [])));
  const empty = refused.filter((entity) => !shared.has(entity));
  await tables.remove('entries', { entity: empty, head: null, version: 0, shows: 'EVERYTHING' });
};

/** Before anything is read that these rows guard. */
const lockEntries = async (context: Context, unit: Unit, batch: readonly Verified[]): Promise<void> => {
  const { tables } = unit;
  const identity = await Identity.of(context, unit);
  const rows = new Map<EntityKey, Row<'entries'>>();
  for (const { entity, message } of batch) {
    const { uid, id } = message.entity;
    if (!isUpdate(message)) continue;
    const here = await identity.local(message.entity);
    // Single types have their uid for an id, also where the type is not known here.
    const isNone = id === uid && (here === null || !identity.isSingle(uid));
    rows.set(entity, newEntry(entity, uid, isNone ? message.documentId : here!));
  }
  const sorted = [...rows.keys()].sort();
  await tables.insert(
    'entries',
    sorted.map((entity) => rows.get(entity)!),
    'ignore'
  );
  await tables.lock('entries', { entity: batch.map(({ entity }) => entity).sort() });
  for (const [entity, { uid, local_id: id }] of rows) {
    if (identity.isSingle(uid)) await tables.update('entries', { entity, local_id: { not: id } }, { local_id: id });
  }
};

/** What was edited here since is in the history before anything is written over it. */
const recordLocalEdits = async (
  context: Context,
  unit: Unit,
  batch: readonly Verified[],
  events: DomainEvent[]
): Promise<void> => {
  const { tables, content } = unit;
  const entries = await tables.find('entries', { entity: batch.map(({ entity }) => entity) });
  const byType = new Map<Uid, string[]>();
  for (const { uid, local_id: id } of entries) {
    if (context.schemas.type(uid)) byType.set(uid, [...(byType.get(uid) ?? []), id]);
  }
  const rows = new Map<Uid, Map<string, RowState[]>>();
  const touched: Touched[] = [];
  for (const [uid, ids] of byType) {
    const documents = await documentsOf(context, unit, uid, ids);
    await content.lock(uid, [...documents.keys()]);
    // Marks first: a row that is added in between leaves its mark for the recorder.
    const marks = await tables.find('marks', { uid, document_id: [...documents.values()].flat() }, { orderBy: 'id' });
    rows.set(uid, await content.read(uid, [...documents.keys()]));
    for (const [localId, own] of documents) touched.push({ uid, localId, marks: marksFor(marks, uid, own) });
  }
  await recordTouched(context, unit, touched, rows, events);
  // What asks to be rendered again is the recorder's: this message may not move the head.
  const recorded = touched.flatMap(({ marks }) => marks.filter(({ action }) => action !== 'place').map(({ id }) => id));
  await tables.remove('marks', { id: recorded });
};

const knownRevisions = async (
  tables: Unit['tables'],
  batch: readonly Verified[]
): Promise<Map<RevisionId, EntityKey>> => {
  const ids = new Set<RevisionId>();
  for (const { message, revisions } of batch) {
    if (!isUpdate(message)) continue;
    for (const id of message.leaves) ids.add(id);
    for (const { id, header } of revisions) [id, ...header.parents].forEach((one) => ids.add(one));
  }
  return new Map((await tables.find('revisions', { id: [...ids] })).map(({ id, entity }) => [id, entity]));
};

/**
 * Why a message cannot be taken, for reasons that can be seen before anything is done for it: it comes late, this site's
 * rules are against it, or it names versions of another entry.
 */
export const objectionTo = (link: Row<'links'>, one: Verified, state: State): Answer | null => {
  const { entity, message, revisions } = one;
  const replica = state.replicas.get(entity);
  if (isStale(replica, message.order)) {
    return { status: 'stale', order: [replica!.their_incarnation, replica!.their_sequence] };
  }
  if (!isUpdate(message)) return null;
  const named = [...message.leaves, ...revisions.flatMap(({ header }) => header.parents)];
  // Another entry's content must not come in, or go out again, under the name of this one.
  if (named.some((id) => state.known.has(id) && state.known.get(id) !== entity)) {
    return { status: 'refused', code: 'OTHER_ENTITY', message: 'A version of another entry is named as one of this.' };
  }
  if (message.along && isThere(state, entity, named)) return itsOwn;
  const refused = refusalOf(state, link.id, one, message);
  if (refused === null || refused.status !== 'refused' || refused.code === 'NOT_ACCEPTED') return refused;
  // In a ring of sites what was started here comes back: that is no news, and changes nothing.
  const nothingNew =
    message.leaves.every((id) => state.known.has(id)) && revisions.every(({ id }) => state.known.has(id));
  return nothingNew ? { status: 'known' } : refused;
};

/** What only goes along with something else takes the place of nothing: another entry under this id stays as it is. */
const isThere = (state: State, entity: EntityKey, named: readonly RevisionId[]): boolean => {
  const { head, shows } = state.entries.get(entity) ?? { head: null, shows: 'WITHDRAWN' };
  const theirs = state.replicas.get(entity)?.their_level ?? 'NONE';
  const isRelated = named.some((id) => state.known.has(id));
  return head !== null && shows !== 'WITHDRAWN' && theirs === 'NONE' && !isRelated;
};

const itsOwn: Answer = {
  status: 'refused',
  code: IS_THERE,
  message: 'This site has an entry of its own under this id, and what only goes along does not replace it.',
};

/** No site could tell another of more: its messages, and a version that joins them all, name as many at most. */
const tooManyVersions: Answer = {
  status: 'refused',
  code: 'TOO_MANY_VERSIONS',
  message: `The other site has ${MAX_PARENTS} versions of this entry beside one another. Edit one of them further.`,
};

/** How many versions would stand beside one another: those that are here and not built upon, and those that are new. */
const versionsAfter = ({ entity, message, revisions }: Verified, state: State): number => {
  const fresh = isUpdate(message) ? message.leaves.filter((id) => !state.known.has(id)) : [];
  if (fresh.length === 0) return 0;
  const builtUpon = new Set(revisions.flatMap(({ header }) => header.parents));
  return fresh.length + (state.leaves.get(entity) ?? []).filter((id) => !builtUpon.has(id)).length;
};

/** What it was called here was matched with another entry: it would stand in its place. */
const knownOtherwise: Answer = {
  status: 'refused',
  code: 'KNOWN_OTHERWISE',
  message: 'That site has matched this entry with one that another site calls otherwise.',
};

const isStartedHere = async (
  context: Context,
  { tables }: Unit,
  { id }: Row<'links'>,
  entity: EntityKey
): Promise<boolean> =>
  (await startedHere(tables, selvesTowards(context.signer, id), await leavesOf(tables, [entity]))).has(entity);

/** Decides whether a message may be taken, and stores what it brings. Rows are not touched yet. */
const takeIn = async (
  context: Context,
  unit: Unit,
  link: Row<'links'>,
  one: Verified,
  state: State,
  stored: ReadonlyMap<RevisionId, Revision>,
  fresh: Revision[],
  events: DomainEvent[]
): Promise<Answer | { moved: boolean }> => {
  const { entity, message, revisions } = one;
  const replica = state.replicas.get(entity);
  const objection = objectionTo(link, one, state);
  if (objection) return objection;
  if (!isUpdate(message)) {
    // What it takes back would be refused, too: nobody has this site remember anything of what it does not take.
    if (!replica && !accepts(ruleHere(state, link.id, one))) return { status: 'known' };
    // Nor is it taken from here where it is only sent to the other side, or not shared with it.
    const asks = message.type === 'ENTITY_YIELD';
    if (asks || !accepts(ruleHere(state, link.id, one)) || (await isStartedHere(context, unit, link, entity))) {
      state.kept.add(entity);
      return takeYield(unit.tables, link, entity, message.order, replica, asks);
    }
    return withdraw(context, unit, link, entity, message.order, replica, events);
  }
  if (state.entries.get(entity)?.local_id === '') return knownOtherwise;

  const brought = new Set(revisions.map(({ id }) => id));
  const here = (id: RevisionId) => state.known.has(id) || brought.has(id);
  const shallow = new Set(message.shallow);
  const placed = revisions.every(({ header }) => header.parents.every((parent) => here(parent) || shallow.has(parent)));
  if (!placed || !message.leaves.every(here)) return { status: 'unplaced', leaves: state.leaves.get(entity) ?? [] };

  if (versionsAfter(one, state) > MAX_PARENTS) return tooManyVersions;

  const opened = openWith(one, state.leaves, stored);
  if (opened.missing.length > 0) return { status: 'need', commitments: opened.missing };
  for (const revision of opened.revisions) {
    if (!state.known.has(revision.id)) {
      fresh.push(revision);
      // What this site has signed it has also stored: its database was put back to an earlier state.
      if (revision.header.origin === context.signer.instance)
        await noteRestore(unit, context, link.id, revision, events);
    } else if (await openParts(unit.tables, revision.id, opened.newlyOpened(revision))) state.opened.add(entity);
  }
  const isNew = revisions.some(({ id }) => !state.known.has(id));
  const theirs: TheirState = { level: message.level, direction: message.direction, granted: message.granted };
  if (isNewer(replica, message.order)) state.newer.set(entity, sharedBefore(replica, message));
  const had = replica ?? newReplica(link.id, entity);
  const leaves = state.leaves.get(entity) ?? [];
  const after = await acceptReplica(unit.tables, had, message, theirs, revisions, leaves);
  const relevelled = replica?.their_level !== after.their_level || replica?.their_direction !== after.their_direction;
  state.replicas.set(entity, after);
  return { moved: state.opened.has(entity) || isNew || relevelled };
};
