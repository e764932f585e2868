import { FILE_UID, type RowState, type TypeSchema, type Uid } from '../entity';
import type { Context } from '../context';
import type { Direction, Level } from '../engine';
import { NotPossible } from '../errors';
import { same } from '../history/canonical';
import { Identity } from '../identity';
import type { Unit } from '../ports';
import { isOpenAt } from './along';
import { comparable, filesIn, Names, targetsIn } from './comparable';
import { matchFieldsOf, namedBy } from './match-fields';
import { MOST_FIELDS, PAGE, type LookAlikeQuestion } from './question';

/** One page of a type's entries, before anything of them is shared. */
export interface PageRequest {
  uid: Uid;
  level: Level;
  direction: Direction;
  by: string | null;
  /** The last documentId of the page before; null: the first page. */
  cursor: string | null;
}

export interface ReadPage {
  cursor: string | null;
  total: number;
  entries: { id: string; documentId: string; isOpen: boolean }[];
  /** Of these entries, those that the level opens. */
  rows: RowState[];
  question: LookAlikeQuestion;
  /** How large files are, by their canonical id. */
  bytes: ReadonlyMap<string, number>;
}

/** Entries of a type, and the question about them. */
export const readPage = async (
  context: Context,
  request: PageRequest,
  choices: LookAlikeQuestion['choices']
): Promise<ReadPage> => {
  const schema = checked(context, request);
  const { uid, level, cursor } = request;
  const open = await context.store.transaction(async ({ content }) => {
    const ids = await content.list(uid, cursor, PAGE);
    const rows = await content.read(uid, ids);
    return new Map(ids.map((id) => [id, (rows.get(id) ?? []).filter(isOpenAt(level))]));
  });
  // Reading bytes takes its time: outside any transaction.
  await context.files.hash(filesIn(context, schema, [...open.values()].flat()));
  return context.store.transaction((unit) => questionAbout(context, unit, schema, request, open, choices));
};

const questionAbout = async (
  context: Context,
  unit: Unit,
  schema: TypeSchema,
  { uid, level, by }: PageRequest,
  open: ReadonlyMap<string, RowState[]>,
  choices: LookAlikeQuestion['choices']
): Promise<ReadPage> => {
  const { content, tables } = unit;
  const identity = await Identity.of(context, unit);
  const named = namedBy(context.schemas);
  const names = await Names.of(context, unit, identity, schema, [...open.values()].flat(), named);

  const rows: RowState[] = [];
  let fields = 0;
  const entries: ReadPage['entries'] = [];
  const asked: LookAlikeQuestion['entries'] = [];
  for (const [documentId, own] of open) {
    const compared = own.map((row) => comparable(context, schema, names, row));
    fields += compared.reduce((sum, row) => sum + Object.keys(row.fields).length, 0);
    // One entry always goes, however large it is.
    if (fields > MOST_FIELDS && entries.length > 0) break;
    rows.push(...own);
    const { id } = identity.canonical({ uid, id: documentId });
    entries.push({ id, documentId, isOpen: own.length > 0 });
    if (own.length > 0) asked.push({ id, values: valuesOf(own, by), rows: compared });
  }
  const used = filesIn(context, schema, rows);
  const known = await tables.find('file_bytes', { local_id: used, format: '' });
  const sizes = new Map((await content.look(FILE_UID, 'size', { ids: used })).map((row) => [row.localId, row.value]));
  const canonicalFile = (id: string) => identity.canonical({ uid: FILE_UID, id }).id;
  const usedTypes = new Set(targetsIn(context, schema, rows).map((target) => target.uid));
  return {
    cursor: entries.length < open.size || open.size === PAGE ? entries.at(-1)!.documentId : null,
    total: await content.total(uid),
    entries,
    rows,
    question: {
      uid,
      level: level as LookAlikeQuestion['level'],
      by,
      named: Object.fromEntries(Object.entries(named).filter(([of]) => usedTypes.has(of))),
      entries: asked,
      files: known
        .filter(({ hash }) => hash !== '')
        .map(({ local_id: id, hash }) => ({ id: canonicalFile(id), hash, size: sizes.get(id) ?? 0 })),
      along: [],
      choices,
    },
    bytes: new Map(known.map(({ local_id: id, size }) => [canonicalFile(id), size])),
  };
};

/** What an entry of it would be asked about; throws `NotPossible` where nothing of it would leave. */
export const checked = ({ schemas }: Context, { uid, level, direction, by }: PageRequest): TypeSchema => {
  const schema = uid === FILE_UID ? null : schemas.type(uid);
  if (!schema) throw new NotPossible('BAD_TYPE', `“${uid}” cannot be shared.`);
  if (level !== 'EVERYTHING' && level !== 'PUBLISHED') {
    throw new NotPossible('NOTHING_SENT', 'Nothing of these entries would be sent: there is nothing to compare.');
  }
  if (direction === 'RECEIVE_ONLY') {
    throw new NotPossible('NOTHING_SENT', 'These entries come from the other site: compare them there.');
  }
  if (by !== null && !matchFieldsOf(schema).includes(by)) {
    throw new NotPossible('NO_SUCH_FIELD', `Entries of “${uid}” cannot be found by a field “${by}”.`);
  }
  return schema;
};

const valuesOf = (rows: readonly RowState[], by: string | null): LookAlikeQuestion['entries'][number]['values'] => {
  if (by === null) return [];
  const values = rows.flatMap(({ locale, fields }) => {
    const value = fields[by];
    return typeof value === 'number' || (typeof value === 'string' && value !== '' && value.length <= 1_000)
      ? [[locale, value] as [string, string | number]]
      : [];
  });
  return values.filter((one, index) => values.findIndex((other) => same(one, other)) === index);
};
