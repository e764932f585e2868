import { keyOf, type EntityKey, type RowState, type TypeSchema, type Uid } from '../entity';
import type { Context } from '../context';
import type { Identity } from '../identity';
import type { Content, Tables, Unit } from '../ports';
import type { Row } from '../tables';
import { comparable, fieldsThatDiffer, Names } from './comparable';
import { plainFor } from './match-fields';
import type { LookAlikeQuestion, PreviewAnswer } from './question';

type Asked = LookAlikeQuestion['entries'][number];

/** What could be another site's entry here. */
export type Likeness =
  | { kind: 'none' }
  | { kind: 'one'; localId: string }
  | { kind: 'several'; localIds: string[] }
  /** All that it could be is shared under another id. */
  | { kind: 'taken' };

const MOST_CANDIDATES = 20;

/**
 * What of this site's entries could be the ones that another site asks about: the one of the same id; else those that hold
 * the same in the field by which entries are found, in the same locale, and are shared with nobody.
 */
export const likenesses = async (
  context: Context,
  unit: Unit,
  identity: Identity,
  schema: TypeSchema,
  { by, entries, choices }: Pick<LookAlikeQuestion, 'by' | 'entries' | 'choices'>
): Promise<Map<string, Likeness>> => {
  const { uid } = schema;
  const result = new Map<string, Likeness>();
  const locals = new Map<string, string>();
  for (const { id } of entries) locals.set(id, (await identity.local({ uid, id })) ?? id);
  const present = await unit.content.presence(uid, [...locals.values()]);
  for (const [id, localId] of locals) {
    if (!present.has(localId)) continue;
    const isOther = identity.isCalledOtherwise(uid, { id, localId });
    result.set(id, isOther ? { kind: 'taken' } : { kind: 'one', localId });
  }

  const rest = entries.filter(({ id }) => !result.has(id));
  const found = await candidatesBy(unit.content, schema, by, rest);
  const taken = await takenAmong(unit.tables, identity, uid, [...new Set([...found.values()].flat())]);
  const chosen = new Map(choices);
  const users = new Map<string, number>();
  for (const ids of found.values()) for (const id of ids) users.set(id, (users.get(id) ?? 0) + 1);
  for (const { id } of rest) {
    const all = found.get(id) ?? [];
    const free = all.filter((localId) => !taken.has(localId));
    const choice = chosen.get(id);
    if (choice === null || all.length === 0) result.set(id, { kind: 'none' });
    else if (free.length === 0) result.set(id, { kind: 'taken' });
    else if (choice !== undefined && free.includes(choice)) result.set(id, { kind: 'one', localId: choice });
    // Two there that one here could be are as unclear as two here.
    else if (free.length === 1 && users.get(free[0]!) === 1) result.set(id, { kind: 'one', localId: free[0]! });
    else result.set(id, { kind: 'several', localIds: free.slice(0, MOST_CANDIDATES) });
  }
  return result;
};

const candidatesBy = async (
  content: Content,
  schema: TypeSchema,
  by: string | null,
  entries: readonly Asked[]
): Promise<Map<string, string[]>> => {
  const attribute = by !== null && Object.hasOwn(schema.attributes, by) ? schema.attributes[by] : undefined;
  if (by === null || attribute?.kind !== 'value' || entries.length === 0) return new Map();
  const values = plainFor(schema, by, [...new Set(entries.flatMap((entry) => entry.values.map(([, value]) => value)))]);
  const rows = await content.look(schema.uid, by, { values });
  return new Map(
    entries.map(({ id, values: asked }) => {
      // Databases compare without regard to case, some of them.
      const like = rows.filter((row) =>
        asked.some(([locale, value]) => locale === row.locale && String(value) === String(row.value))
      );
      return [id, [...new Set(like.map(({ localId }) => localId))]];
    })
  );
};

/** Something of it went to the link, or came from it. */
export const isShared = (row: Row<'replicas'>): boolean =>
  row.common !== '[]' || row.acked_at !== null || row.sent_hash !== null || row.their_level !== null;

/** Those of these documents that another site already knows, or brought: they have a name that all sites use. */
export const takenAmong = async (
  tables: Tables,
  identity: Identity,
  uid: Uid,
  localIds: readonly string[]
): Promise<Set<string>> => {
  const taken = new Set<string>();
  const byEntity = new Map<EntityKey, string>();
  for (const localId of localIds) {
    if (identity.canonical({ uid, id: localId }).id !== localId) taken.add(localId);
    else byEntity.set(keyOf({ uid, id: localId }), localId);
  }
  const entities = [...byEntity.keys()];
  for (const { entity, locked } of await tables.find('entries', { entity: entities })) {
    if (locked === 1) taken.add(byEntity.get(entity)!);
  }
  for (const row of await tables.find('replicas', { entity: entities })) {
    if (isShared(row)) taken.add(byEntity.get(row.entity)!);
  }
  return taken;
};

/** What could be the entries asked about, and the rows of all of it. */
export interface Found {
  found: ReadonlyMap<string, Likeness>;
  rows: ReadonlyMap<string, RowState[]>;
  /** Everybody may read what is published of the type. */
  mayTell: boolean;
}

/** The entries asked about, each with what is here in its place, compared as far as the level opens it. */
export const compareLikenesses = async (
  context: Context,
  unit: Unit,
  identity: Identity,
  schema: TypeSchema,
  question: LookAlikeQuestion,
  { found, rows, mayTell }: Found
): Promise<PreviewAnswer['entries']> => {
  const names = await Names.of(context, unit, identity, schema, [...rows.values()].flat(), question.named);
  return question.entries.map((asked) => {
    const likeness = found.get(asked.id) ?? { kind: 'none' };
    const base = { id: asked.id, there: null, fields: [], candidates: [] };
    if (likeness.kind === 'none') return { ...base, state: 'new' };
    if (likeness.kind === 'taken') return { ...base, state: 'taken' };
    if (likeness.kind === 'several') {
      const candidates = likeness.localIds.map((documentId) => ({
        documentId,
        title: mayTell ? titleOf(rows.get(documentId) ?? []) : null,
      }));
      return { ...base, state: 'ambiguous', candidates };
    }
    const here = rows.get(likeness.localId) ?? [];
    const fields = differing(context, schema, names, question, asked, here);
    return { ...base, there: likeness.localId, state: fields.length === 0 ? 'same' : 'different', fields };
  });
};

export const localIdsIn = (found: ReadonlyMap<string, Likeness>): string[] => [
  ...new Set(
    [...found.values()].flatMap((likeness) =>
      likeness.kind === 'one' ? [likeness.localId] : likeness.kind === 'several' ? likeness.localIds : []
    )
  ),
];

/** Where only what is published comes, it is compared with the draft here as well: both would show it. */
const differing = (
  context: Context,
  schema: TypeSchema,
  names: Names,
  { level }: LookAlikeQuestion,
  { rows }: Asked,
  here: readonly RowState[]
): string[] => {
  const differ = new Set<string>();
  const statusesOf = (status: RowState['status']) =>
    level === 'PUBLISHED' && schema.drafts && status === 'published' ? (['published', 'draft'] as const) : [status];
  for (const row of rows) {
    for (const status of statusesOf(row.status)) {
      if (status === 'draft' && !schema.drafts) continue;
      const own = here.find((one) => one.locale === row.locale && one.status === status);
      const fields = own ? comparable(context, schema, names, own).fields : {};
      for (const name of fieldsThatDiffer(schema, row.fields, fields)) differ.add(name);
    }
  }
  return [...differ].sort();
};

const TITLES = ['title', 'name', 'label', 'headline', 'question', 'subject'];

/** A title to tell candidates apart by; of what is not published none. */
const titleOf = (rows: readonly RowState[]): string | null => {
  const row = rows.find(({ status }) => status === 'published');
  for (const name of TITLES) {
    const value = row?.fields[name];
    if (typeof value === 'string' && value !== '') return value.slice(0, 200);
  }
  return null;
};
