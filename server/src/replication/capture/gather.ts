import { keyOf, type EntityKey, type RowState, type Uid } from '../entity';
import type { Context } from '../context';
import { Identity } from '../identity';
import type { Unit } from '../ports';
import type { Row } from '../tables';

/*
 * Which entries marks are about, and their rows as they belong to these marks.
 */

/** At most this many entries in one transaction: reads in batches are twenty times cheaper than one by one. */
export const RECORD_BATCH = 100;

/** What is known of one entry whose rows may have changed. */
export interface Touched {
  uid: Uid;
  localId: string;
  marks: Row<'marks'>[];
}

const PAGE = RECORD_BATCH * 4;

/** The oldest marks, of at most {@link RECORD_BATCH} entries, without those that are to be left alone. */
export const nextMarks = async (
  tables: Unit['tables'],
  isAside: (mark: Row<'marks'>) => boolean
): Promise<Row<'marks'>[]> => {
  for (let after = 0; ;) {
    const page = await tables.find('marks', { id: { gt: after } }, { orderBy: 'id', limit: PAGE });
    const documents = new Set<string>();
    const marks = page.filter((mark) => {
      if (isAside(mark)) return false;
      const key = `${mark.uid}/${mark.document_id}`;
      if (!documents.has(key) && documents.size >= RECORD_BATCH) return false;
      documents.add(key);
      return true;
    });
    if (marks.length > 0 || page.length < PAGE) return marks;
    after = page.at(-1)!.id;
  }
};

/** For each entry by its documentId here, the documents whose marks are its own. */
type Documents = Map<Uid, Map<string, string[]>>;

export const groupByDocument = async (
  context: Context,
  unit: Unit,
  marks: readonly Row<'marks'>[]
): Promise<Documents> => {
  const ids = new Map<Uid, Set<string>>();
  for (const { uid, document_id: id } of marks) ids.set(uid, (ids.get(uid) ?? new Set()).add(id));
  const result: Documents = new Map();
  for (const [uid, some] of ids) result.set(uid, await documentsOf(context, unit, uid, [...some]));
  return result;
};

/**
 * A single type is one entry, whatever document holds it: of one that was deleted and made anew all marks belong
 * together. Where two documents stand at once (one made here, one applied), the second waits for the next batch.
 */
export const documentsOf = async (
  context: Context,
  unit: Unit,
  uid: Uid,
  localIds: readonly string[]
): Promise<Map<string, string[]>> => {
  const { tables, content } = unit;
  const identity = await Identity.of(context, unit);
  if (!identity.isSingle(uid)) return new Map(localIds.map((id) => [id, [id]]));
  const marks = await tables.find('marks', { uid }, { orderBy: 'id' });
  const all = [...new Set([...marks.map(({ document_id: id }) => id), ...localIds])];
  const present = await content.presence(uid, all);
  const local = all.find((id) => present.has(id)) ?? (await identity.local({ uid, id: uid })) ?? all[0]!;
  return new Map([[local, [local, ...all.filter((id) => id !== local && !present.has(id))]]]);
};

export const lockEntries = async (context: Context, unit: Unit, documents: Documents): Promise<void> => {
  const { tables } = unit;
  const identity = await Identity.of(context, unit);
  const keys: { entity: EntityKey; uid: Uid; localId: string }[] = [];
  for (const [uid, ids] of documents) {
    // Without its type it cannot be told what a single type's entry is called.
    if (!context.schemas.type(uid)) continue;
    for (const id of ids.keys()) keys.push({ entity: keyOf(identity.canonical({ uid, id })), uid, localId: id });
  }
  keys.sort((a, b) => (a.entity < b.entity ? -1 : 1));
  await tables.insert(
    'entries',
    keys.map(({ entity, uid, localId }) => newEntry(entity, uid, localId)),
    'ignore'
  );
  await tables.lock('entries', { entity: keys.map(({ entity }) => entity) });
};

export const newEntry = (entity: EntityKey, uid: Uid, localId: string): Row<'entries'> => ({
  entity,
  uid,
  local_id: localId,
  head: null,
  shows: 'EVERYTHING',
  locked: 0,
  locked_at: null,
  version: 0,
  held: null,
  held_until: 0,
});

/** Marks, rows, marks again until equal: so the rows belong to the marks that are deleted with them. */
export const readUntilQuiet = async (
  context: Context,
  { tables, content }: Unit,
  documents: Documents
): Promise<{ touched: Touched[]; rows: Map<Uid, Map<string, RowState[]>> }> => {
  const marksNow = async () => {
    const found: Row<'marks'>[] = [];
    for (const [uid, ids] of documents) {
      found.push(...(await tables.find('marks', { uid, document_id: [...ids.values()].flat() }, { orderBy: 'id' })));
    }
    return found;
  };
  let marks = await marksNow();
  for (;;) {
    const rows = new Map<Uid, Map<string, RowState[]>>();
    for (const [uid, ids] of documents) {
      rows.set(uid, context.schemas.type(uid) ? await content.read(uid, [...ids.keys()]) : new Map());
    }
    const again = await marksNow();
    if (again.length === marks.length) {
      const touched = [...documents].flatMap(([uid, ids]) =>
        [...ids].map(([localId, own]) => ({ uid, localId, marks: marksFor(marks, uid, own) }))
      );
      return { touched, rows };
    }
    marks = again;
  }
};

export const marksFor = (marks: readonly Row<'marks'>[], uid: Uid, documents: readonly string[]): Row<'marks'>[] =>
  marks.filter((mark) => mark.uid === uid && documents.includes(mark.document_id));
