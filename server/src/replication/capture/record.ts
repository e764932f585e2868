import { FILE_UID, isSameRow, keyOf, type EntityKey, type RowState, type TypeSchema, type Uid } from '../entity';
import type { Context } from '../context';
import { Busy } from '../errors';
import type { DomainEvent } from '../events';
import { same } from '../history/canonical';
import { hasRows, sameRows, type EntryContent } from '../history/content';
import { contentOf, leavesOf, loadRevisions, saveRevisions, withheldIn } from '../history/repository';
import type { Revision } from '../history/revision';
import { loadShown, saveShown, type ShownUpdate } from '../history/shown';
import { saveTargets, targetsByPart, type Targets } from '../history/targets';
import { Identity, inCanonicalIds } from '../identity';
import type { Unit } from '../ports';
import { Presence } from '../presence';
import { refreshReplicas } from '../queue/refresh';
import type { Row } from '../tables';
import { countDeletions, forgetDeletions } from '../brake/count-deletions';
import { countEdits } from '../brake/count-edits';
import { answeredPutBack } from '../brake/put-back';
import { changedUnseen, forgetVanished, notToBeShown, rememberVanished } from '../brake/vanished';
import { parkAll, placeAgain, wakeParked } from '../apply/park';
import { showHeads } from '../apply/show';
import { markFirstSeen } from './baseline';
import { changedElsewhere, isAutomatic, isSigned, withoutCorrections } from './corrections';
import { asidesOf, nameOf } from './set-aside';
import { groupByDocument, lockEntries, nextMarks, readUntilQuiet, type Touched } from './gather';
import { referencesLost, referencesToOneVersion, unshown } from './missing-references';
import { haveSameBytes, isLateSave } from './late-save';
import { nextContent } from './next-content';
import { foldSeconds, isMadeBeside, type SecondDocument } from './second-document';
import { rebaseAll } from './rebase';
import { sealNext } from './seal';

/**
 * Turns marks into revisions: one batch, one transaction. See `README.md`, "Recording". Where a batch fails for a reason of
 * one entry's own, the others are recorded all the same, and that one is left alone for a while.
 *
 * @returns how many marks were taken care of; 0 when there is nothing to do.
 */
export const recordBatch = async (context: Context): Promise<number> => {
  const asides = asidesOf(context);
  const waiting = await context.store.transaction(({ tables }) => nextMarks(tables, (mark) => asides.has(mark)));
  if (waiting.length === 0) return 0;
  try {
    return await recordMarks(context, waiting);
  } catch (error) {
    if (error instanceof Busy) throw error;
    // Where nothing works at all this throws as well, and everything is tried again.
    await context.store.transaction(({ tables }) => tables.count('links', {}));
    const entries = new Map<string, Row<'marks'>[]>();
    for (const mark of waiting) entries.set(nameOf(mark), [...(entries.get(nameOf(mark)) ?? []), mark]);
    let taken = 0;
    for (const marks of entries.values()) {
      try {
        taken += await recordMarks(context, marks);
      } catch (reason) {
        if (reason instanceof Busy) continue;
        asides.add(marks[0]!);
        const { uid, document_id: localId } = marks[0]!;
        context.observer.notice({ type: 'unrecorded', uid, localId, error: reason });
      }
    }
    return taken;
  }
};

const recordMarks = async (context: Context, waiting: readonly Row<'marks'>[]): Promise<number> => {
  const files = new Set(waiting.filter(({ uid }) => uid === FILE_UID).map(({ document_id: id }) => id));
  if (files.size > 0) await context.files.hash([...files]);

  const events: DomainEvent[] = [];
  const taken = await context.store.transaction(async (unit) => {
    events.length = 0;
    const documents = await groupByDocument(context, unit, waiting);
    await lockEntries(context, unit, documents);
    const { touched, rows } = await readUntilQuiet(context, unit, documents);
    await recordTouched(context, unit, touched, rows, events);
    // What is recorded is no edit any more that rendering others would have to wait for.
    const recorded = touched.flatMap(({ marks }) => marks.filter(({ action }) => action !== 'place'));
    await unit.tables.remove('marks', { id: recorded.map(({ id }) => id) });
    const busy = await placeMarked(context, unit, touched, events);
    const placed = touched.flatMap(({ localId, marks }) =>
      busy.has(localId) ? [] : marks.filter(({ action }) => action === 'place')
    );
    await unit.tables.remove('marks', { id: placed.map(({ id }) => id) });
    return recorded.length + placed.length;
  });
  for (const event of events) context.observer.notice(event);
  return taken;
};

/**
 * Renders the heads again of entries whose missing target, type or bytes may have arrived.
 *
 * @returns local ids of entries that somebody is editing: they are rendered when that is recorded. Not of those that
 *   changed unseen: whoever answers has them rendered.
 */
const placeMarked = async (
  context: Context,
  unit: Unit,
  touched: readonly Touched[],
  events: DomainEvent[]
): Promise<Set<string>> => {
  const busy = new Set<string>();
  const waiting = touched.filter(({ marks }) => marks.some(({ action }) => action === 'place'));
  const byType = new Map<Uid, string[]>();
  for (const { uid, localId } of waiting) byType.set(uid, [...(byType.get(uid) ?? []), localId]);
  const place = (uid: Uid, ids: string[]) =>
    context.store.savepoint(unit, async (inside) => {
      const entries = await inside.tables.find('entries', { uid, local_id: ids });
      const asked = await notToBeShown(
        inside.tables,
        entries.map(({ entity }) => entity)
      );
      await showHeads(
        context,
        inside,
        entries.filter(({ entity }) => !asked.has(entity)),
        events
      );
    });
  for (const [uid, ids] of byType) {
    try {
      await place(uid, ids);
    } catch (error) {
      if (!(error instanceof Busy)) throw error;
      for (const id of ids) {
        await place(uid, [id]).catch(async (reason: unknown) => {
          if (!(reason instanceof Busy)) throw reason;
          if (!(await isAskedAbout(unit.tables, uid, id))) busy.add(id);
        });
      }
    }
  }
  return busy;
};

const isAskedAbout = async (tables: Unit['tables'], uid: Uid, localId: string): Promise<boolean> => {
  const entries = await tables.find('entries', { uid, local_id: localId }, { columns: ['entity'] });
  return (
    (
      await changedUnseen(
        tables,
        entries.map(({ entity }) => entity)
      )
    ).size > 0
  );
};

/** Compares entries with what is shown, and writes down what differs. The caller holds their locks. */
export const recordTouched = async (
  context: Context,
  unit: Unit,
  touched: readonly Touched[],
  rows: ReadonlyMap<Uid, ReadonlyMap<string, RowState[]>>,
  events: DomainEvent[]
): Promise<void> => {
  const { tables, content } = unit;
  const identity = await Identity.of(context, unit);
  const known: Touched[] = [];
  for (const one of touched) {
    const hasRows = rows.get(one.uid)?.has(one.localId) ?? false;
    if (context.schemas.type(one.uid) === null) continue;
    if (!hasRows && (await isMadeAnew(identity, one))) throw new Busy('The entry');
    known.push(one);
  }
  const keyed = known.map((one) => ({ ...one, entity: keyOf(identity.canonical({ uid: one.uid, id: one.localId })) }));
  const entities = keyed.map(({ entity }) => entity);
  if (entities.length === 0) return;
  const entries = new Map((await tables.find('entries', { entity: entities })).map((entry) => [entry.entity, entry]));
  const heads = [...entries.values()].flatMap(({ head }) => head ?? []);
  const revisions = await loadRevisions(tables, heads);
  const shownRows = await loadShown(tables, entities);
  const rebased = await rebaseAll(
    context,
    tables,
    keyed.map(({ uid, localId, entity }) => ({
      entity,
      schema: context.schemas.type(uid)!,
      shown: shownRows.get(entity)!,
      rows: rows.get(uid)?.get(localId) ?? [],
    }))
  );
  const shownBefore = (entity: EntityKey) => rebased.get(entity)?.shown ?? shownRows.get(entity)!;
  const putBack = await answeredPutBack(tables, keyed);
  const leaves = await leavesOf(tables, entities);

  const me = context.signer.instance;
  const automatic = keyed.filter(({ entity, marks }) => entries.get(entity)?.head && isAutomatic(marks));
  const foreign = await changedElsewhere(
    tables,
    me,
    automatic.map(({ entity }) => entity)
  );

  const lookups = keyed.map(({ uid, localId, entity }) => ({
    schema: context.schemas.type(uid)!,
    shown: shownBefore(entity).map((row) => inCanonicalIds(context, identity, uid, row)),
    rows: (rows.get(uid)?.get(localId) ?? []).map((row) => inCanonicalIds(context, identity, uid, row)),
  }));
  const lost = lookups.map(({ schema, shown, rows: now }) => referencesLost(context, schema, shown, now));
  const oneVersion = lookups.flatMap(({ schema, rows: now }) => referencesToOneVersion(context, schema, now));
  const presence = await Presence.of([...lost.flat(), ...oneVersion], context.schemas, content, identity);

  // An import, say: until a person answers it goes nowhere, whatever has this entry looked at. A save is an answer.
  const unsaid = keyed.filter(
    ({ marks }, index) => !marks.some(isSave) && !sameRows(lookups[index]!.shown, lookups[index]!.rows)
  );
  const asked = await changedUnseen(
    tables,
    unsaid.map(({ entity }) => entity)
  );

  const sealed: Revision[] = [];
  /** Edits of rows that may not be edited here, and hooks that only put back what another site's changed: kept, never sent. */
  const aside: Revision[] = [];
  const shownUpdates: ShownUpdate[] = [];
  const targets = new Map<EntityKey, Map<string, Targets>>();
  const waiting = new Map<EntityKey, EntityKey[]>();
  const appeared: EntityKey[] = [];
  const changed: EntityKey[] = [];
  /**
   * Published while a deletion took the draft away: what nobody could edit any more gets its draft back. Or drafts differ
   * in what all locales share, as after Strapi has discarded one of them: they are made equal again.
   */
  const uneven: EntityKey[] = [];
  const second: SecondDocument[] = [];
  const vanished: EntityKey[] = [];
  const returned: EntityKey[] = [];
  /** The schema has changed: what of the head could not be shown may have a place now, and what could may have none. */
  const reread: EntityKey[] = [];
  const revived: EntityKey[] = [];
  /** Looked at for the first time, as somebody thought: decided anew, since rules may have changed while it was recorded. */
  const unchanged: EntityKey[] = [];
  /** Saved in the moment in which they became read-only: their heads are rendered again. */
  const late: EntityKey[] = [];

  for (const [index, one] of keyed.entries()) {
    const { schema, shown, rows: now } = lookups[index]!;
    const entry = entries.get(one.entity);
    if (!entry || asked.has(one.entity)) continue;
    const isSecond = entry.local_id !== one.localId && (await isMadeBeside(content, one, entry.local_id));
    if (isSecond) second.push({ ...one, rows: rows.get(one.uid)?.get(one.localId) ?? [] });
    else if (entry.local_id !== one.localId) {
      // It was matched in this moment, and is called otherwise now.
      if (!schema.single) throw new Busy('The entry');
      // A single type's entry was made anew: from now on it is written there, also where nothing else changed.
      entry.local_id = one.localId;
      await tables.update('entries', { entity: one.entity }, { local_id: one.localId });
    }
    const change = rebased.get(one.entity);
    if (change && one.marks.some(({ action }) => action !== 'place')) reread.push(one.entity);
    // Nothing is recorded, and what is shown stays, until the type is again what the head's words are for.
    if (change?.isForeign && entry.head !== null) continue;
    const writable = entry.shows === 'EVERYTHING' || (entry.shows === 'WITHDRAWN' && now.length > 0);
    const headRevision = entry.head !== null ? revisions.get(entry.head) : undefined;
    const head: EntryContent = headRevision ? contentOf(headRevision) : new Map();
    const withheld = headRevision ? withheldIn(headRevision) : new Set<string>();
    const mayCorrect = writable && !isSecond && headRevision && foreign.has(one.entity) && isAutomatic(one.marks);
    const recorded = mayCorrect ? await withoutCorrections(tables, me, headRevision, shown, now) : now;
    const contentWith = (current: readonly RowState[], before: readonly RowState[] = shown) =>
      nextContent({
        schema,
        components: context.schemas.components,
        head,
        withheld,
        shown: before,
        rows: current,
        marks: one.marks,
        gone: (reference, row) => !presence.isHere(reference, schema, row),
        isOnlyVersion: (reference, row) => presence.isOnlyVersion(reference, schema, row),
      });
    // Matched with another site's entry, whose version is on its way: until then only an edit makes one.
    const isAwaited = entry.head === null && entry.shows === 'EVERYTHING' && shown.length > 0;
    if (isAwaited && sameRows(shown, now)) continue;
    const next = isAwaited ? contentWith(recorded, []) : contentWith(recorded);
    const isMade = one.marks.some(({ action }) => action === 'create');
    if (!isSecond) {
      const vanishedNames = new Set(next.vanished.map((row) => `${row.locale}/${row.status}`));
      shownUpdates.push({
        entity: one.entity,
        rows: rows.get(one.uid)?.get(one.localId) ?? [],
        keep: shownBefore(one.entity).filter((row) => vanishedNames.has(`${row.locale}/${row.status}`)),
        fingerprint: schema.fingerprint,
      });
      // What could not be shown under another schema comes back with it, unasked.
      if (next.vanished.length > 0 && entry.held === null) vanished.push(one.entity);
      else if (shown.length > 0 && isMade) returned.push(one.entity);
    }
    // A row that went and came back before anybody looked took the links to it away, too.
    const isNew = now.some((row) => !shown.some((was) => isSameRow(was, row)));
    if (isNew || (isMade && now.length > 0)) appeared.push(one.entity);
    const reference = { uid: one.uid, id: identity.canonical({ uid: one.uid, id: one.localId }).id };
    if (recorded !== now) {
      // The whole is kept here, whatever of it is sent.
      aside.push(sealNext(context, reference, headRevision, contentWith(now).content, one.marks));
    }
    if (change?.isConverted) {
      // What the schema made of values is kept here, before the head's take their place again.
      const unaltered = shownRows.get(one.entity)!.map((row) => inCanonicalIds(context, identity, one.uid, row));
      const converted = contentWith(now, unaltered);
      if (converted.changed) aside.push(sealNext(context, reference, headRevision, converted.content, one.marks));
    }
    if (!next.changed) {
      // What lost its target here, not in the history, is placed again when the target's row comes back.
      if (lost[index]!.length > 0) waiting.set(one.entity, unshown(next.content, now, context, schema));
      // Where a hook does that, it would do it again.
      if (writable && isSigned(one.marks) && draftsDisagree(schema, now)) uneven.push(one.entity);
      if (entry.head !== null && one.marks.some(({ action }) => action === 'baseline')) unchanged.push(one.entity);
      continue;
    }

    if (!headRevision && !hasRows(next.content)) continue;
    const revision = sealNext(context, reference, headRevision, next.content, one.marks);
    const canBePutBack = headRevision !== undefined && (one.uid !== FILE_UID || haveSameBytes(head, next.content));
    const isLate = !isSecond && canBePutBack && isLateSave(entry, one.marks);
    if (isLate) late.push(one.entity);
    const givesWay = isLate || (isSecond && entry.locked === 1);
    if (!writable || givesWay || putBack.has(one.entity)) {
      // A draft that stays where the entry was unpublished is in the rows and in no head: nobody has edited it.
      if (!sameRows(shown, now)) aside.push(revision);
      continue;
    }
    sealed.push(revision);
    if (headRevision?.header.kind === 'delete' && revision.header.kind !== 'delete') revived.push(one.entity);
    changed.push(one.entity);
    const others = leaves.get(one.entity)!.filter((leaf) => leaf !== headRevision?.id);
    leaves.set(one.entity, [...others, revision.id]);
    entries.set(one.entity, {
      ...entry,
      head: revision.id,
      shows: 'EVERYTHING',
      version: entry.version + 1,
    });
    targets.set(one.entity, targetsByPart(schema, context.schemas.components, next.content));
    waiting.set(one.entity, unshown(next.content, now, context, schema));
    if (schema.drafts && (lacksDraft(now) || draftsDisagree(schema, now))) uneven.push(one.entity);
    events.push({ type: 'recorded', entity: one.entity, revision: revision.id });
  }

  await saveRevisions(tables, sealed, context.clock);
  await saveRevisions(tables, aside, context.clock, { side: true });
  await saveShown(tables, shownUpdates, shownRows);
  const retargeted = await saveTargets(tables, targets);
  await parkAll(tables, waiting);
  if (changed.length > 0) {
    await tables.insert(
      'entries',
      changed.map((entity) => entries.get(entity)!),
      'replace'
    );
    await tables.remove('leaves', { entity: changed });
    await tables.insert(
      'leaves',
      changed.flatMap((entity) => leaves.get(entity)!.map((revision) => ({ entity, revision }))),
      'ignore'
    );
  }
  await wakeParked(tables, appeared, context.clock);
  await placeAgain(tables, [...uneven, ...reread, ...late], context.clock);
  await rememberVanished(tables, vanished, context.clock);
  // What gave way is shown again, whatever somebody said of rows that had vanished.
  await forgetVanished(tables, [...returned, ...late]);
  await forgetDeletions(unit, revived);
  await foldSeconds(context, unit, second);
  await markFirstSeen(context, unit, retargeted.gained);
  await refreshReplicas(context, unit, [...changed, ...unchanged], events, { retargeted });
  await countEdits(context, tables, sealed, events);
  await countDeletions(context, unit, sealed, events);
};

/**
 * A single type's entry that was deleted and made anew is one entry: what is there now counts, under whatever documentId.
 * Where that has happened since these rows were read, both belong together: the next batch finds them.
 */
const isMadeAnew = async (identity: Identity, { uid, localId }: Touched): Promise<boolean> =>
  identity.isSingle(uid) && (await identity.local({ uid, id: uid })) !== localId;

const isSave = ({ action }: Row<'marks'>): boolean => action !== 'place' && action !== 'baseline';

const lacksDraft = (rows: readonly RowState[]): boolean =>
  rows.some(({ locale }) => !rows.some((row) => row.locale === locale && row.status === 'draft'));

const draftsDisagree = (schema: TypeSchema, rows: readonly RowState[]): boolean => {
  const [first, ...others] = rows.filter(({ status }) => status === 'draft');
  return others.some((row) =>
    schema.shared.some((name) => !same(first!.fields[name] ?? null, row.fields[name] ?? null))
  );
};
