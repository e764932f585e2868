import type { Context } from '../context';
import { keyOf, type EntityKey, type LocalEntry, type Reference, type RowState } from '../entity';
import { ReplicationError } from '../errors';
import { sameRows } from '../history/content';
import type { Identity } from '../identity';
import { makeAndNote, writeAndNote, type ToWrite, type WrittenAndNoted } from '../notify/note';
import type { NewRow, Source, Unit } from '../ports';
import type { Presence } from '../presence';
import { notStored, type Hold } from './hold';
import { planRows, rowsAfter } from './plan-rows';
import { placeReferences, type Prepared } from './prepare';

export interface WrittenAll {
  /** Why an entry's rows could not be written; null where they were, or had to be left as they are. */
  results: Map<EntityKey, Hold | null>;
  /** What an entry refers to that has no place here yet. */
  parked: Map<EntityKey, EntityKey[]>;
  notes: NewRow<'notifications'>[];
  /** Others whose rows changed along. */
  along: LocalEntry[];
}

interface Planned {
  one: Prepared;
  parked: EntityKey[];
  write: ToWrite;
}

/** What placing and writing need to know, besides the entries. */
export interface Places {
  identity: Identity;
  presence: Presence;
  /** Local ids of entries and of what they refer to, where these are known. */
  locals: ReadonlyMap<EntityKey, string>;
  referencesOf: (one: Prepared) => readonly Reference[];
  before: (one: Prepared) => readonly RowState[];
  sourceOf: (one: Prepared) => Source;
}

/**
 * Writes entries in their order. One that fails is undone alone and told with its reason; new ones of a type are made
 * together where nothing but the order of statements differs by it, and one by one where that fails.
 */
export const writeAll = async (
  context: Context,
  unit: Unit,
  prepared: readonly Prepared[],
  places: Places
): Promise<WrittenAll> => {
  const all: WrittenAll = { results: new Map(), parked: new Map(), notes: [], along: [] };

  const isWritten = ({ one, parked }: Planned): void => {
    const { entity } = one.entry;
    all.results.set(entity, null);
    all.parked.set(entity, parked);
    // Who refers to it and comes after it is linked to it at once, and the rest of the site hears of that one once.
    places.presence.now(entity, rowsAfter(places.before(one), one.rendered));
  };

  /** Answers the error that has undone it, or null. */
  const attempt = async (planned: readonly Planned[], work: () => Promise<WrittenAndNoted>): Promise<unknown> => {
    try {
      const { notes, along } = await context.store.savepoint(unit, work);
      all.notes.push(...notes);
      all.along.push(...along);
    } catch (error) {
      if (error instanceof ReplicationError && error.code === 'BUSY') throw error;
      return error ?? new Error('Nothing was said.');
    }
    planned.forEach(isWritten);
    return null;
  };

  const alone = async (planned: Planned): Promise<void> => {
    const { one, write } = planned;
    if (write.writes.length === 0) return isWritten(planned);
    const error = await attempt([planned], () => writeAndNote(context, unit.content, write));
    if (error !== null) all.results.set(one.entry.entity, reasonOf(error));
  };

  let together: Planned[] = [];
  const flush = async (): Promise<void> => {
    const planned = together;
    together = [];
    const writes = planned.map(({ write }) => write);
    if (planned.length > 1 && !(await attempt(planned, () => makeAndNote(context, unit.content, writes)))) return;
    for (const one of planned) await alone(one);
  };

  for (const one of prepared) {
    const members = new Set([...together.map((planned) => planned.one.entry.entity), one.entry.entity]);
    const refersToMember = places.referencesOf(one).some((reference) => members.has(keyOf(reference)));
    const isOther = together.length > 0 && together[0]!.one.entry.uid !== one.entry.uid;
    if (refersToMember || isOther) await flush();
    const planned = plan(context, one, places);
    if (!refersToMember && isNew(unit, planned)) together.push(planned);
    else {
      await flush();
      await alone(planned);
    }
  }
  await flush();
  return all;
};

const isNew = ({ content }: Unit, { write }: Planned): boolean =>
  write.before.length === 0 && write.writes.length > 0 && content.makesTogether(write.entry.uid);

const plan = (context: Context, one: Prepared, { identity, presence, locals, before, sourceOf }: Places): Planned => {
  const { entry, schema, rendered } = one;
  const current = before(one);
  const { rows, parked } = placeReferences(context, identity, one, presence, locals);
  const isThere = one.isFirst === true && sameRows(current, rows);
  const writes = isThere ? [] : planRows(schema, context.schemas.components, current, rows, rendered.keepDrafts);
  return { one, parked, write: { entry, schema, before: current, writes, from: sourceOf(one) } };
};

const reasonOf = (error: unknown): Hold => {
  const said = error instanceof Error ? error.message : String(error);
  // The database layer repeats the statement, values and all: what follows is the database's own reason.
  return notStored(said.replace(/^(insert|update|delete|select)\b[^]* - /i, ''));
};
