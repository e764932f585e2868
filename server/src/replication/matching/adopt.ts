import { keyOf, type EntityKey, type RowState, type TypeSchema } from '../entity';
import type { Context } from '../context';
import { newEntry } from '../capture/gather';
import { recordTouched } from '../capture/record';
import type { DomainEvent } from '../events';
import { Identity } from '../identity';
import type { Unit } from '../ports';
import { refreshReplicas } from '../queue/refresh';

import { isShared, takenAmong } from './look-alike';
import { announceMatches, forgetMatches } from './matches';

/** An entity of a linked site, and the document here that is to be the same entry. */
export interface Pair {
  id: string;
  localId: string;
}
export interface Refusal {
  id: string;
  code: string;
  message: string;
}

/**
 * Takes documents of this site for entries of a linked one. What is in them is kept as a version that is never sent, and
 * is what is shown until the other site's comes and takes its place; an edit in between is one like any other. Nothing
 * is changed in the rows.
 *
 * Asked again for the same pair it changes nothing.
 */
export const adopt = async (
  context: Context,
  unit: Unit,
  link: string,
  schema: TypeSchema,
  pairs: readonly Pair[]
): Promise<{ adopted: number; refused: Refusal[] }> => {
  const { tables, content } = unit;
  const { uid } = schema;
  const single = (id: string) => (schema.single ? uid : id);
  const keyed = pairs.map((pair) => ({
    ...pair,
    entity: keyOf({ uid, id: single(pair.id) }),
    former: keyOf({ uid, id: single(pair.localId) }),
  }));
  await lockBoth(unit, uid, keyed);
  // Another link may have taken the same document while this one waited: what counts is what holds under the locks.
  forgetMatches(tables);
  const before = await Identity.of(context, unit);

  const taken = await takenAmong(
    tables,
    before,
    uid,
    keyed.filter(({ entity, former }) => entity !== former).map(({ localId }) => localId)
  );
  const known = await knownEntities(
    unit,
    keyed.map(({ entity }) => entity)
  );
  const present = await content.presence(
    uid,
    keyed.flatMap(({ id, localId }) => [id, localId])
  );
  const used = new Set<string>();
  const refused: Refusal[] = [];
  const fresh: typeof keyed = [];
  let again = 0;
  for (const one of keyed) {
    const matched = await before.local({ uid, id: one.id });
    const refuse = (code: string, message: string) => refused.push({ id: one.id, code, message });
    if (known.matched.get(one.entity) === one.localId) again += 1;
    else if (!present.has(one.localId)) refuse('GONE', 'It is not there any more.');
    else if (taken.has(one.localId) || used.has(one.localId) || before.isCalledOtherwise(uid, one))
      refuse('TAKEN', 'It is shared under another id already.');
    else if (known.shared.has(one.entity)) refuse('SHARED', 'This entry is shared already.');
    else if (one.entity !== one.former && (present.has(one.id) || (matched !== null && matched !== one.id))) {
      refuse('BOTH_THERE', 'There is an entry with this id as well.');
    } else {
      used.add(one.localId);
      fresh.push(one);
    }
  }
  await forgetLocked(
    unit,
    keyed.filter((one) => !fresh.includes(one))
  );
  if (fresh.length > 0) await takeOver(context, unit, link, schema, fresh);
  return { adopted: fresh.length + again, refused };
};

interface Keyed extends Pair {
  entity: EntityKey;
  /** What the document was called before. */
  former: EntityKey;
}

/** Both names at once, so that no recorder gives the document the one that it is about to lose. */
const lockBoth = async ({ tables }: Unit, uid: string, keyed: readonly Keyed[]): Promise<void> => {
  const rows = new Map(
    keyed.flatMap(({ entity, former, localId }) => [
      [entity, newEntry(entity, uid, localId)] as const,
      [former, newEntry(former, uid, localId)] as const,
    ])
  );
  const sorted = [...rows.keys()].sort();
  await tables.insert(
    'entries',
    sorted.map((entity) => rows.get(entity)!),
    'ignore'
  );
  await tables.lock('entries', { entity: sorted });
};

/** What was locked for nothing leaves no trace. */
const forgetLocked = async ({ tables }: Unit, keyed: readonly Keyed[]): Promise<void> => {
  const entity = keyed.flatMap((one) => [one.entity, one.former]);
  const used = new Set((await tables.find('replicas', { entity })).map((row) => row.entity));
  for (const row of await tables.find('matches', { entity })) used.add(row.entity);
  for (const row of await tables.find('shown', { entity }, { columns: ['entity'] })) used.add(row.entity);
  await tables.remove('entries', {
    entity: entity.filter((key) => !used.has(key)),
    head: null,
    version: 0,
    shows: 'EVERYTHING',
  });
};

const knownEntities = async ({ tables }: Unit, entity: EntityKey[]) => {
  const shared = new Set<EntityKey>();
  for (const row of await tables.find('replicas', { entity })) {
    if (isShared(row)) shared.add(row.entity);
  }
  const matches = await tables.find('matches', { entity });
  return { shared, matched: new Map(matches.map((row) => [row.entity, row.local_id])) };
};

const takeOver = async (
  context: Context,
  unit: Unit,
  link: string,
  schema: TypeSchema,
  pairs: readonly Keyed[]
): Promise<void> => {
  const { tables, content } = unit;
  const { uid } = schema;
  const entities = pairs.map(({ entity }) => entity);
  const formers = pairs.filter(({ entity, former }) => entity !== former).map(({ former }) => former);
  await content.lock(
    uid,
    pairs.map(({ localId }) => localId)
  );
  await setAside(unit, [...entities, ...formers]);
  await tables.remove('replicas', { entity: formers });
  // The history stays under the name that it was signed with; no document is called so any more.
  await tables.update('entries', { entity: formers }, { head: null, local_id: '', held: null, held_until: 0 });
  await tables.insert(
    'matches',
    pairs.map(({ entity, localId }) => ({ entity, uid, local_id: localId, link, at: context.clock.now() })),
    'replace'
  );
  await announceMatches(tables);
  for (const { entity, localId } of pairs) await tables.update('entries', { entity }, { local_id: localId });

  await recordAsTheyAre(context, unit, schema, pairs);
  await setAsideAll(unit, entities);
  const events: DomainEvent[] = [];
  await refreshReplicas(context, unit, entities, events);
};

/** Also what was edited and not recorded yet: it is in the version that is kept. */
const recordAsTheyAre = async (
  context: Context,
  unit: Unit,
  { uid }: TypeSchema,
  pairs: readonly Keyed[]
): Promise<void> => {
  const { tables, content } = unit;
  const ids = pairs.map(({ localId }) => localId);
  const marks = await tables.find('marks', { uid, document_id: ids }, { orderBy: 'id' });
  const rows = new Map<string, Map<string, RowState[]>>([[uid, await content.read(uid, ids)]]);
  const touched = ids.map((localId) => ({
    uid,
    localId,
    marks: marks.filter((mark) => mark.document_id === localId),
  }));
  await recordTouched(context, unit, touched, rows, []);
  const recorded = marks.filter(({ action }) => action !== 'place').map(({ id }) => id);
  await tables.remove('marks', { id: recorded });
};

/** Versions that were made here give way: they are kept, and never sent. What the rows show is not touched. */
const setAsideAll = async ({ tables }: Unit, entity: EntityKey[]): Promise<void> => {
  const leaves = await tables.find('leaves', { entity });
  await tables.update('revisions', { id: leaves.map(({ revision }) => revision) }, { side: 1 });
  await tables.remove('leaves', { entity });
  await tables.remove('refs', { source: entity });
  await tables.remove('parked', { entity });
  await tables.update('entries', { entity }, { head: null, held: null, held_until: 0 });
};

/** The same, of what was recorded before; with the rows as they were shown, which are read again. */
const setAside = async (unit: Unit, entity: EntityKey[]): Promise<void> => {
  await setAsideAll(unit, entity);
  await unit.tables.remove('shown', { entity });
  await unit.tables.remove('findings', { entity });
};
