import { forgetVanished } from '../brake/vanished';
import { referencesDropped } from '../capture/missing-references';
import type { Context } from '../context';
import { isSameRow, keyOf, type EntityKey, type RowState, type Uid } from '../entity';
import type { DomainEvent } from '../events';
import { contentOf, loadRevisions } from '../history/repository';
import type { Revision } from '../history/revision';
import { saveShown } from '../history/shown';
import { nothingRetargeted, saveTargets, targetsByPart, type Retargeted } from '../history/targets';
import { Identity, inCanonicalIds, referencesIn } from '../identity';
import { makersOf, saveNotes } from '../notify/note';
import type { Source, Unit } from '../ports';
import { Presence } from '../presence';
import { refreshReplicas } from '../queue/refresh';
import type { Row } from '../tables';
import { rememberAlong } from './changed-along';
import type { Hold } from './hold';
import { parkAll, parkMore, wakeParked, wakeReferring } from './park';
import { prepareOne, type Prepared, type ToShow } from './prepare';
import { readAll, readUnedited, type Unedited } from './read-unedited';
import { writeAll } from './write-all';
import { lostMeanwhile, referringTo, returnedAmong } from './targets-come-and-go';

export interface Shown {
  entity: EntityKey;
  /** Why the rows could not be written; null where they show the revision now. */
  held: Hold | null;
}

export interface ShownAll {
  shown: Shown[];
  retargeted: Retargeted;
}

/** Try again so much later when something threw; at once when what it waits for changes. */
export const HELD_AGAIN_MS = 30_000;
/** What another schema is needed for: only a start can bring one, and tries again. */
const UNTIL_START_MS = 24 * 3_600_000;

/**
 * Makes rows show revisions: writes what differs in place, parks what has no place, reads back into `shown`.
 * One entry that cannot be written is held with its reason and undone alone. The caller holds the entries' locks and
 * has recorded what was edited here.
 *
 * @param link who brought them; without one the rest of the site is told who made them.
 */
export const showRevisions = async (
  context: Context,
  unit: Unit,
  wanted: readonly ToShow[],
  link?: Pick<Row<'links'>, 'id' | 'name'>
): Promise<ShownAll> => {
  const { tables, content } = unit;
  if (wanted.length === 0) return { shown: [], retargeted: nothingRetargeted() };
  const identity = await Identity.of(context, unit);
  const results = new Map<EntityKey, Hold | null>();
  const prepared: Prepared[] = [];
  for (const one of wanted) {
    const prepare = prepareOne(context, one);
    if ('code' in prepare) results.set(one.entry.entity, prepare);
    else prepared.push(prepare);
  }
  const locals = await localIds(identity, prepared);
  const references = new Map(
    prepared.map((one) => {
      const { components } = context.schemas;
      return [
        one.entry.entity,
        one.rendered.rows.flatMap(({ fields }) => referencesIn(one.schema.attributes, components, fields)),
      ];
    })
  );
  const referencesOf = ({ entry }: Prepared) => references.get(entry.entity)!;
  const presence = await Presence.of([...references.values()].flat(), context.schemas, content, identity);
  for (const reference of [...references.values()].flat()) {
    const local = await identity.local(reference);
    if (local !== null && local !== reference.id) locals.set(keyOf(reference), local);
  }

  const { before, shown } = await readUnedited(unit, prepared);
  const sourceOf = await sources(unit, prepared, link);
  const { parked, notes, along, ...rest } = await writeAll(context, unit, prepared, {
    identity,
    presence,
    locals,
    referencesOf,
    before: ({ entry }) => before.get(entry.uid)?.get(entry.local_id) ?? [],
    sourceOf: ({ revision }) => sourceOf(revision),
  });
  for (const [entity, held] of rest.results) results.set(entity, held);
  await saveNotes(tables, notes);
  const retargeted = await rememberShown(context, unit, prepared, results, { before, shown }, parked);
  const written = prepared.map(({ entry }) => entry.entity).filter((entity) => results.get(entity) === null);
  const returned = returnedAmong(prepared, results, { before, shown });
  const referring = await referringTo(tables, returned);
  await rememberAlong(context, unit, [...along, ...referring], new Set(written));
  await wakeParked(tables, returned, context.clock);
  return { shown: [...results].map(([entity, held]) => ({ entity, held })), retargeted };
};

const sources = async (
  { tables }: Unit,
  prepared: readonly Prepared[],
  link?: Pick<Row<'links'>, 'id' | 'name'>
): Promise<(revision: Revision) => Source> => {
  if (link) return ({ id }) => ({ site: link.id, siteName: link.name, revision: id });
  const names = await makersOf(
    tables,
    prepared.map(({ revision }) => revision.header.origin)
  );
  return ({ id, header: { origin } }) => ({ site: origin, siteName: names.get(origin) ?? '', revision: id });
};

const localIds = async (identity: Identity, prepared: readonly Prepared[]): Promise<Map<EntityKey, string>> => {
  for (const { entry } of prepared) identity.assign(entry.uid, entry.local_id);
  return new Map(prepared.map(({ entry }) => [entry.entity, entry.local_id]));
};

/** Reads the rows back: what a default or a hook of this site made of them is no edit. */
const rememberShown = async (
  context: Context,
  unit: Unit,
  prepared: readonly Prepared[],
  results: ReadonlyMap<EntityKey, Hold | null>,
  { before, shown }: Unedited,
  waiting: ReadonlyMap<EntityKey, EntityKey[]>
): Promise<Retargeted> => {
  const { tables, content } = unit;
  const written = prepared.filter(({ entry }) => results.get(entry.entity) === null);
  const after = await readAll(content, written);
  const rowsOf = (rows: ReadonlyMap<Uid, ReadonlyMap<string, RowState[]>>, entry: Row<'entries'>) =>
    rows.get(entry.uid)?.get(entry.local_id) ?? [];
  await saveShown(
    tables,
    written.map(({ entry, schema, rendered }) => ({
      entity: entry.entity,
      // A row that an editor added since is not ours to remember: it has its mark.
      rows: rowsOf(after, entry).filter((row) =>
        [...rowsOf(before, entry), ...rendered.rows].some((own) => isSameRow(own, row))
      ),
      fingerprint: schema.fingerprint,
    })),
    shown
  );
  const retargeted = await saveTargets(
    tables,
    new Map(
      written.map(({ entry, schema, revision }) => [
        entry.entity,
        targetsByPart(schema, context.schemas.components, contentOf(revision)),
      ])
    )
  );
  const identity = await Identity.of(context, unit);
  const canonical = (rows: ReadonlyMap<Uid, ReadonlyMap<string, RowState[]>>, entry: Row<'entries'>) =>
    rowsOf(rows, entry).map((row) => inCanonicalIds(context, identity, entry.uid, row));
  await parkAll(tables, waiting);
  await parkMore(
    tables,
    await lostMeanwhile(context, { content, identity }, written, ({ entry }) => canonical(after, entry))
  );
  // Nobody needs to say any more what becomes of rows that had vanished.
  const vanished = written.filter(({ entry }) => shown.get(entry.entity)!.length > rowsOf(before, entry).length);
  await forgetVanished(
    tables,
    vanished.map(({ entry }) => entry.entity)
  );
  // By what they are, not by how many: one row may have gone as another came.
  const appeared = written.filter(({ entry }) =>
    rowsOf(after, entry).some((row) => !rowsOf(before, entry).some((was) => isSameRow(was, row)))
  );
  const released = written.flatMap(({ entry, schema }) =>
    referencesDropped(context, schema, canonical(before, entry), canonical(after, entry))
  );
  await wakeParked(tables, [...appeared.map(({ entry }) => entry.entity), ...released], context.clock);
  const joined = appeared.filter(({ entry }) => rowsOf(before, entry).length > 0);
  await wakeReferring(
    context,
    tables,
    joined.map(({ entry }) => entry.entity)
  );
  return retargeted;
};

/** Renders heads again: for what was parked, held, or opened since. */
export const showHeads = async (
  context: Context,
  unit: Unit,
  entries: readonly Row<'entries'>[],
  events: DomainEvent[]
): Promise<void> => {
  const headed = entries.filter(({ head, shows }) => head !== null && shows !== 'WITHDRAWN');
  const revisions = await loadRevisions(
    unit.tables,
    headed.flatMap(({ head }) => head ?? [])
  );
  const ready = headed.flatMap((entry) => {
    const revision = revisions.get(entry.head!);
    return revision ? [{ entry, revision, shows: entry.shows as ToShow['shows'] }] : [];
  });
  const { shown, retargeted } = await showRevisions(context, unit, ready);
  await saveHolds(context, unit, shown);
  await refreshReplicas(context, unit, [], events, { retargeted });
};

export const saveHolds = async (context: Context, { tables }: Unit, shown: readonly Shown[]): Promise<void> => {
  const held = shown.filter((one) => one.held !== null);
  const free = shown.filter((one) => one.held === null).map(({ entity }) => entity);
  await tables.update('entries', { entity: free, held_until: { gt: 0 } }, { held: null, held_until: 0 });
  for (const { entity, held: hold } of held) {
    const pause = hold!.code === 'LOCALES_DIFFER' ? UNTIL_START_MS : HELD_AGAIN_MS;
    await tables.update('entries', { entity }, { held: hold!.reason, held_until: context.clock.now() + pause });
  }
};
