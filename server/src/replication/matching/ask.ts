import {
  FILE_UID,
  keyOf,
  type EntityKey,
  type Fields,
  type Json,
  type RowState,
  type TypeSchema,
  type Uid,
} from '../entity';
import type { Context } from '../context';
import type { Direction, Level } from '../engine';
import { NotPossible } from '../errors';
import { same } from '../history/canonical';
import { Identity, inCanonicalIds } from '../identity';
import type { Unit } from '../ports';
import type { Row } from '../tables';
import type { Wire } from '../transport/wire';
import { alongOf, isOpenAt } from './along';
import { comparable, Names } from './comparable';
import { filesIn } from './look-alike';
import { matchFieldsOf, namedBy } from './match-fields';
import {
  differenceAnswer,
  matchAnswer,
  MOST_FIELDS,
  PAGE,
  previewAnswer,
  read,
  type LookAlikeQuestion,
  type MatchAnswer,
  type PreviewAnswer,
} from './question';

/** One page of a type's entries, before anything of them is shared. */
export interface PageRequest {
  uid: Uid;
  level: Level;
  direction: Direction;
  by: string | null;
  /** The last documentId of the page before; null: the first page. */
  cursor: string | null;
}

export interface PreviewedEntry {
  entity: EntityKey;
  documentId: string;
  state: PreviewAnswer['entries'][number]['state'] | 'nothing';
  matched: string | null;
  fields: string[];
  candidates: PreviewAnswer['entries'][number]['candidates'];
}
export interface PreviewedPage {
  cursor: string | null;
  total: number;
  totalThere: number;
  entries: PreviewedEntry[];
  files: number;
  bytes: number;
}

export interface MatchedPage extends MatchAnswer {
  cursor: string | null;
  /** The documentIds here, by the canonical ids of the page's entries. */
  documents: Map<string, string>;
}

/** What sharing a type would do, a page at a time: the other site compares digests with what it has. Changes nothing. */
export const previewPage = async (
  context: Context,
  wire: Wire,
  link: Row<'links'>,
  request: PageRequest
): Promise<PreviewedPage> => {
  const page = await readPage(context, request, []);
  const answer = await askIf(wire, link, 'preview', page.question);
  const { total, entries, missing } = read(previewAnswer, answer ?? { total: 0, entries: [], missing: [] });
  const found = new Map(entries.map((one) => [one.id, one]));
  const notThere = new Set(missing);
  return {
    cursor: page.cursor,
    total: page.total,
    totalThere: total,
    entries: page.entries.map(({ id, documentId, isOpen }) => {
      const one = found.get(id);
      const there = one?.there ?? null;
      return {
        entity: keyOf({ uid: request.uid, id }),
        documentId,
        state: isOpen ? (one?.state ?? 'new') : 'nothing',
        matched: there === id ? null : there,
        fields: one?.fields ?? [],
        candidates: one?.candidates ?? [],
      };
    }),
    files: missing.length,
    bytes: page.question.files
      .filter(({ id }) => notThere.has(id))
      .reduce((sum, { id }) => sum + (page.bytes.get(id) ?? 0), 0),
  };
};

/** Has the other site take what it has for ours, as the preview finds it; can be asked again. Sends no content. */
export const matchPage = async (
  context: Context,
  wire: Wire,
  link: Row<'links'>,
  request: PageRequest,
  choices: LookAlikeQuestion['choices']
): Promise<MatchedPage> => {
  const page = await readPage(context, request, choices);
  // Only what they are found by, not what is in them.
  const entries = page.question.entries.map((entry) => ({ ...entry, rows: [] }));
  const along = await readAlong(context, request, page);
  const answer = await askIf(wire, link, 'match', { ...page.question, entries, along });
  return {
    ...read(matchAnswer, answer ?? { matched: 0, files: 0, refused: [] }),
    cursor: page.cursor,
    documents: new Map(page.entries.map(({ id, documentId }) => [id, documentId])),
  };
};

/** Where nothing of a page is open there is nothing to ask; but for the first one, which tells how many there are. */
const askIf = async (
  wire: Wire,
  link: Row<'links'>,
  topic: string,
  question: LookAlikeQuestion
): Promise<Json | null> => {
  if (topic === 'match' && question.entries.length === 0) return null;
  return (await wire.ask({ id: link.id, url: link.url }, topic, question as unknown as Json)).answer;
};

const readAlong = (context: Context, { uid, level }: PageRequest, { entries, question }: ReadPage) =>
  context.store.transaction(async (unit) => {
    const identity = await Identity.of(context, unit);
    const ids = entries.filter(({ isOpen }) => isOpen).map(({ documentId }) => documentId);
    const rows = openRows([...(await unit.content.read(uid, ids)).values()].flat(), level);
    const asked = { level: question.level, named: namedBy(context.schemas) };
    return alongOf(context, unit, identity, context.schemas.type(uid)!, rows, asked);
  });

interface ReadPage {
  cursor: string | null;
  total: number;
  entries: { id: string; documentId: string; isOpen: boolean }[];
  question: LookAlikeQuestion;
  /** How large files are, by their canonical id. */
  bytes: ReadonlyMap<string, number>;
}

const readPage = async (
  context: Context,
  request: PageRequest,
  choices: LookAlikeQuestion['choices']
): Promise<ReadPage> => {
  const schema = checked(context, request);
  const files = await context.store.transaction(async ({ content }) => {
    const rows = await content.read(request.uid, await content.list(request.uid, request.cursor, PAGE));
    return filesIn(context, schema, openRows([...rows.values()].flat(), request.level));
  });
  await context.files.hash(files);
  return context.store.transaction((unit) => readHashed(context, unit, schema, request, choices));
};

const readHashed = async (
  context: Context,
  unit: Unit,
  schema: TypeSchema,
  { uid, level, by, cursor }: PageRequest,
  choices: LookAlikeQuestion['choices']
): Promise<ReadPage> => {
  const { content, tables } = unit;
  const identity = await Identity.of(context, unit);
  const ids = await content.list(uid, cursor, PAGE);
  const read = await content.read(uid, ids);
  const open = new Map(ids.map((id) => [id, openRows(read.get(id) ?? [], level)]));
  const named = namedBy(context.schemas);
  const names = await Names.of(context, unit, identity, schema, [...open.values()].flat(), named);

  const taken: string[] = [];
  let fields = 0;
  const entries: ReadPage['entries'] = [];
  const asked: LookAlikeQuestion['entries'] = [];
  for (const documentId of ids) {
    const rows = open.get(documentId)!.map((row) => comparable(context, schema, names, row));
    fields += rows.reduce((sum, row) => sum + Object.keys(row.fields).length, 0);
    // One entry always goes, however large it is.
    if (fields > MOST_FIELDS && taken.length > 0) break;
    taken.push(documentId);
    const { id } = identity.canonical({ uid, id: documentId });
    entries.push({ id, documentId, isOpen: rows.length > 0 });
    if (rows.length > 0) asked.push({ id, values: valuesOf(open.get(documentId)!, by), rows });
  }
  const used = filesIn(
    context,
    schema,
    taken.flatMap((id) => open.get(id)!)
  );
  const known = await tables.find('file_bytes', { local_id: used, format: '' });
  const sizes = new Map((await content.look(FILE_UID, 'size', { ids: used })).map((row) => [row.localId, row.value]));
  const canonicalFile = (id: string) => identity.canonical({ uid: FILE_UID, id }).id;
  const usedTypes = new Set([...open.values()].flat().flatMap(({ fields: some }) => uidsIn(some as Json)));
  return {
    cursor: taken.length < ids.length || ids.length === PAGE ? taken.at(-1)! : null,
    total: await content.total(uid),
    entries,
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

const checked = ({ schemas }: Context, { uid, level, direction, by }: PageRequest): TypeSchema => {
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

/** What of an entry's rows would leave. */
const openRows = (rows: readonly RowState[], level: Level): RowState[] => rows.filter(isOpenAt(level));

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

const uidsIn = (value: Json): Uid[] => {
  if (Array.isArray(value)) return value.flatMap(uidsIn);
  if (value === null || typeof value !== 'object') return [];
  return [...(typeof value.uid === 'string' ? [value.uid] : []), ...Object.values(value).flatMap(uidsIn)];
};

export interface DifferenceOf {
  uid: Uid;
  documentId: string;
  level: Level;
  /** The documentId there; null: the same as here. */
  there: string | null;
}

export interface Difference {
  locale: string;
  status: RowState['status'];
  fields: { name: string; here: Json; there: Json }[];
}

/** One entry against the one that it would replace, field by field, as far as both may be seen. */
export const differenceOf = async (
  context: Context,
  wire: Wire,
  link: Row<'links'>,
  request: DifferenceOf
): Promise<{ hidden: boolean; parts: Difference[] }> => {
  const { uid, documentId, level } = request;
  const schema = checked(context, { uid, level, direction: 'SEND_ONLY', by: null, cursor: null });
  const here = await context.store.transaction(async (unit) => {
    const identity = await Identity.of(context, unit);
    const rows = (await unit.content.read(uid, [documentId])).get(documentId) ?? [];
    return rows
      .filter(({ status }) => status === 'published')
      .map((row) => inCanonicalIds(context, identity, uid, row));
  });
  if (here.length === 0) return { hidden: false, parts: [] };
  const question = { uid, documentId: request.there ?? documentId, level } as Json;
  const { answer } = await wire.ask({ id: link.id, url: link.url }, 'difference', question);
  const { hidden, rows: there } = read(differenceAnswer, answer);
  if (hidden) return { hidden, parts: [] };
  const parts = here.map(({ locale, status, fields }) => {
    const other = (there.find((row) => row.locale === locale)?.fields ?? {}) as Fields;
    const names = [...new Set([...Object.keys(fields), ...Object.keys(other)])];
    return {
      locale,
      status,
      fields: names
        .filter((name) => Object.hasOwn(schema.attributes, name) && !same(fields[name] ?? null, other[name] ?? null))
        .sort()
        .map((name) => ({ name, here: fields[name] ?? null, there: other[name] ?? null })),
    };
  });
  return { hidden, parts };
};
