import type {
  Attributes,
  Fields,
  Json,
  Reference,
  Status,
  TypeSchema,
  Uid,
} from '../../../server/src/replication/entity';
import { keyOf } from '../../../server/src/replication/entity';
import type { MemoryTransaction } from '../memory/database';
import { LOCALES } from './catalogue';
import type { SeededChance } from './chance';
import type { Ledger } from './ledger';
import { mark, markLinking, type Actor } from './marks';
import { localeOf, type Rows, type SiteRow } from './rows';

/** i18n copies the fields all locales share after the save, outside its transaction. */
export interface PendingCopy {
  source: SiteRow;
  actor: Actor;
}

export interface Desk {
  site: string;
  rows: Rows;
  transaction: MemoryTransaction;
  chance: SeededChance;
  ledger: Ledger;
  now: number;
  actor: Actor;
  pendingCopies: PendingCopy[];
  hook: (row: SiteRow) => SiteRow;
}

/** Somebody does something on a site's admin panel: rows and marks in one transaction. Answers what was done, for the log. */
export const editSomething = (desk: Desk): string => {
  const { chance, rows } = desk;
  const uid = chance.pick(rows.catalogue.types());
  const schema = rows.catalogue.type(uid) as TypeSchema;
  const ids = rows.idsOf(uid).filter((id) => !isLocked(desk, uid, id));
  if (ids.length === 0 || (!schema.single && ids.length < 6 && chance.happens(0.3))) {
    const isTaken = schema.single && (rows.idsOf(uid).length > 0 || isLockedHere(desk, uid));
    return isTaken ? 'nothing' : create(desk, schema);
  }
  const id = chance.pick(ids);
  const row = chance.pick(rows.of(uid, id));
  const { locale } = row;
  const name = `${uid}/${id} ${locale}`;
  const draft = rows.one(uid, id, locale, schema.drafts ? 'draft' : 'published');
  const published = schema.drafts ? rows.one(uid, id, locale, 'published') : undefined;
  switch (chance.below(12)) {
    case 0:
    case 1:
      if (schema.drafts && draft) return (publish(desk, schema, draft), `publish ${name}`);
      break;
    case 2:
      if (published) return (unpublish(desk, published), `unpublish ${name}`);
      break;
    case 3:
      if (published && draft) return (discard(desk, schema, draft, published), `discard ${name}`);
      break;
    case 4:
      if (schema.localized && draft) return addLocale(desk, schema, draft);
      break;
    case 5:
      if (schema.localized && chance.happens(0.5))
        return (
          removeRows(
            desk,
            schema,
            rows.of(uid, id).filter((one) => one.locale === locale)
          ),
          `delete ${name}`
        );
      break;
    case 6:
      if (chance.happens(0.4)) {
        desk.ledger.removed(keyOf({ uid, id: schema.single ? uid : id }));
        return (removeRows(desk, schema, rows.of(uid, id)), `delete ${uid}/${id}`);
      }
      break;
    case 7:
      if (!schema.single && chance.happens(0.4)) return clone(desk, schema, id);
      break;
    case 8:
      if (draft) return connectFromTheOtherSide(desk, schema, draft);
      break;
    default:
      break;
  }
  return draft ? (edit(desk, schema, draft), `edit ${name}`) : 'nothing';
};

/** The copy that i18n makes afterwards, a transaction of its own. */
export const copyShared = (desk: Desk, { source, actor }: PendingCopy): void => {
  const { rows, transaction, now } = desk;
  const schema = rows.catalogue.type(source.uid);
  if (!schema) return;
  for (const row of rows.of(source.uid, source.document_id)) {
    if (row.locale === source.locale || row.status !== source.status) continue;
    const fields = { ...row.fields };
    for (const name of schema.shared) {
      delete fields[name];
      if (source.fields[name] !== undefined) fields[name] = source.fields[name];
    }
    write(desk, { ...row, fields, dates: { ...row.dates, updatedAt: iso(now) } }, row.ids);
    const markId = mark(transaction, now, row, 'update', actor);
    noteShared(desk, schema, source, markId);
    if (row.status === 'published') desk.ledger.publish(JSON.stringify(fields));
  }
};

const isLocked = ({ transaction }: Desk, uid: Uid, id: string): boolean =>
  transaction.find('entries', { uid, local_id: id }).some((entry) => entry.locked === 1 || entry.shows === 'PUBLISHED');

/** A single type is one entry, whatever document holds it: one that was deleted where it is edited is not made here. */
const isLockedHere = ({ transaction }: Desk, uid: Uid): boolean =>
  transaction.find('entries', { uid, locked: 1 }).length > 0;

const create = (desk: Desk, schema: TypeSchema): string => {
  const { chance, now } = desk;
  const id = desk.site + chance.bytes(11).toString('hex');
  const locale = localeOf(schema, chance.pick(LOCALES));
  const status: Status = schema.drafts ? 'draft' : 'published';
  const fields = {
    ...desk.rows.catalogue.defaults[schema.uid],
    ...randomFields(desk, schema, locale, schema.attributes),
  };
  const known = Object.fromEntries(Object.entries(fields).filter(([name]) => name in schema.attributes));
  const dates = { createdAt: iso(now), updatedAt: iso(now), publishedAt: schema.drafts ? null : iso(now) };
  save(desk, schema, { uid: schema.uid, document_id: id, locale, status, fields: known, ids: {}, dates }, 'create');
  return `create ${schema.uid}/${id} ${locale}`;
};

const edit = (desk: Desk, schema: TypeSchema, row: SiteRow): void => {
  const names = desk.chance.some(Object.keys(schema.attributes), 3);
  const only = Object.fromEntries(Object.entries(schema.attributes).filter(([name]) => names.includes(name)));
  const fields = { ...row.fields };
  for (const name of names) if (desk.chance.happens(0.2)) delete fields[name];
  Object.assign(fields, randomFields(desk, schema, row.locale, only, row.fields));
  save(desk, schema, { ...row, fields, dates: { ...row.dates, updatedAt: iso(desk.now) } }, 'update');
};

const publish = (desk: Desk, schema: TypeSchema, draft: SiteRow): void => {
  const { rows, transaction, now, actor, ledger } = desk;
  const before = rows.one(draft.uid, draft.document_id, draft.locale, 'published');
  if (before) mark(transaction, now, before, 'delete', actor);
  const row: SiteRow = { ...draft, status: 'published', ids: {}, dates: { ...draft.dates, publishedAt: iso(now) } };
  const written = write(desk, row, {});
  mark(transaction, now, row, 'create', actor);
  ledger.publish(JSON.stringify(written.fields));
  copyLater(desk, schema, written);
};

const unpublish = (desk: Desk, published: SiteRow): void => {
  markLinking(desk.rows, desk.transaction, desk.now, published.uid, published.document_id);
  mark(desk.transaction, desk.now, published, 'delete', desk.actor);
  desk.rows.remove(published);
};

const discard = (desk: Desk, schema: TypeSchema, draft: SiteRow, published: SiteRow): void => {
  mark(desk.transaction, desk.now, draft, 'delete', desk.actor);
  save(
    desk,
    schema,
    { ...published, status: 'draft', ids: {}, dates: { ...published.dates, publishedAt: null } },
    'create'
  );
};

const addLocale = (desk: Desk, schema: TypeSchema, draft: SiteRow): string => {
  const taken = desk.rows.of(draft.uid, draft.document_id).map(({ locale }) => locale);
  const free = LOCALES.filter((locale) => !taken.includes(locale));
  if (free.length === 0) return 'nothing';
  const locale = desk.chance.pick(free);
  const fields = randomFields(desk, schema, locale, schema.attributes);
  for (const name of schema.shared) {
    delete fields[name];
    if (draft.fields[name] !== undefined) fields[name] = draft.fields[name];
  }
  const dates = { createdAt: iso(desk.now), updatedAt: iso(desk.now), publishedAt: null };
  save(desk, schema, { ...draft, locale, fields, ids: {}, dates }, 'create');
  return `add ${locale} to ${draft.uid}/${draft.document_id}`;
};

const removeRows = (desk: Desk, schema: TypeSchema, gone: SiteRow[]): void => {
  const { rows, transaction, now, actor } = desk;
  const [first] = gone;
  if (first === undefined) return;
  const left = rows.of(first.uid, first.document_id).length - gone.length;
  if (left === 0) desk.ledger.removed(keyOf({ uid: first.uid, id: schema.single ? first.uid : first.document_id }));
  markLinking(rows, transaction, now, first.uid, first.document_id);
  for (const row of gone) {
    const markId = mark(transaction, now, row, 'delete', actor);
    rows.remove(row);
    note(desk, schema, { ...row, fields: {} }, markId, left === 0);
  }
};

const clone = (desk: Desk, schema: TypeSchema, id: string): string => {
  const copy = desk.site + desk.chance.bytes(11).toString('hex');
  for (const row of desk.rows.of(schema.uid, id)) {
    if (schema.drafts && row.status === 'published') continue;
    save(
      desk,
      schema,
      { ...row, document_id: copy, ids: {}, dates: { ...row.dates, createdAt: iso(desk.now) } },
      'create'
    );
  }
  return `clone ${schema.uid}/${id} as ${copy}`;
};

/** The relation stands in the other entry's rows: an editor changed it from this side, and both are marked. */
const connectFromTheOtherSide = (desk: Desk, schema: TypeSchema, target: SiteRow): string => {
  const { rows, chance, transaction, now, actor } = desk;
  const sources = rows.catalogue.types().flatMap((uid) => {
    const type = rows.catalogue.type(uid) as TypeSchema;
    return Object.entries(type.attributes).flatMap(([name, attribute]) =>
      attribute.kind === 'relation' && attribute.target === target.uid
        ? rows
            .ofType(uid)
            .filter((row) => !type.drafts || row.status === 'draft')
            .map((row) => ({ type, name, many: attribute.many, row }))
        : []
    );
  });
  const free = sources.filter(({ row }) => !isLocked(desk, row.uid, row.document_id));
  if (free.length === 0) return 'nothing';
  const { type, name, many, row } = chance.pick(free);
  const reference = referenceTo(target.uid, target.document_id, type, schema, target.locale);
  const before = (row.fields[name] ?? []) as Json[];
  const without = before.filter((one) => (one as unknown as Reference).id !== target.document_id);
  const list = without.length < before.length ? without : many ? [...before, reference] : [reference];
  write(desk, { ...row, fields: { ...row.fields, [name]: list } }, row.ids);
  mark(transaction, now, row, 'update', actor);
  mark(transaction, now, target, 'update', actor);
  return `connect ${row.uid}/${row.document_id} ${name} from ${target.uid}/${target.document_id}`;
};

const save = (desk: Desk, schema: TypeSchema, row: SiteRow, action: 'create' | 'update'): void => {
  const written = write(desk, row, row.ids);
  const markId = mark(desk.transaction, desk.now, row, action, desk.actor);
  note(desk, schema, written, markId, false);
  if (written.status === 'published') desk.ledger.publish(JSON.stringify(written.fields));
  copyLater(desk, schema, written);
};

const write = (desk: Desk, row: SiteRow, ids: SiteRow['ids']): SiteRow => desk.rows.put(desk.hook(row), ids);

const copyLater = (desk: Desk, schema: TypeSchema, written: SiteRow): void => {
  if (schema.localized && schema.shared.length > 0)
    desk.pendingCopies.push({ source: structuredClone(written), actor: desk.actor });
};

const WATCHED = ['title', 'body', 'name', 'headline'];

/** Tells the ledger what stands in this row now. */
const note = (desk: Desk, schema: TypeSchema, row: SiteRow, markId: number, wholeEntry: boolean): void => {
  if (schema.drafts && row.status === 'published') return;
  const entry = `${row.uid}/${row.document_id}`;
  for (const name of WATCHED) {
    if (!(name in schema.attributes)) continue;
    const value = row.fields[name];
    const place = schema.shared.includes(name) ? name : `${row.locale} ${name}`;
    desk.ledger.wrote(desk.site, entry, place, typeof value === 'string' ? value : null, markId, desk.transaction);
  }
  if (wholeEntry || Object.keys(row.fields).length > 0) noteShared(desk, schema, row, markId);
};

const noteShared = (desk: Desk, schema: TypeSchema, row: SiteRow, markId: number): void => {
  if (!schema.shared.includes('code') || row.status !== 'draft') return;
  const value = row.fields.code;
  const entry = `${row.uid}/${row.document_id}`;
  desk.ledger.wrote(desk.site, entry, 'code', typeof value === 'string' ? value : null, markId, desk.transaction);
};

const randomFields = (
  desk: Desk,
  schema: TypeSchema,
  locale: string,
  attributes: Attributes,
  before: Fields = {}
): Fields => {
  const { chance } = desk;
  const fields: Fields = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    if (chance.happens(0.25)) continue;
    const value = randomValue(desk, schema, locale, attribute, before[name] ?? null);
    if (value !== null) fields[name] = value;
  }
  return fields;
};

const randomValue = (
  desk: Desk,
  schema: TypeSchema,
  locale: string,
  attribute: Attributes[string],
  before: Json
): Json => {
  const { chance, ledger, site, rows } = desk;
  switch (attribute.kind) {
    case 'value':
      return attribute.type === 'integer' ? chance.below(100) : ledger.word(site);
    case 'relation': {
      const target = attribute.target === null ? null : rows.catalogue.type(attribute.target);
      if (target === null) return null;
      const picked = chance.some(rows.idsOf(target.uid), attribute.many ? 3 : 1);
      return picked.map((id) =>
        referenceTo(target.uid, id, schema, target, chance.pick(rows.of(target.uid, id)).locale)
      );
    }
    case 'media':
      return null;
    case 'component': {
      const inner = rows.catalogue.components(attribute.component) ?? {};
      const item = (): Fields => randomFields(desk, schema, locale, inner);
      return attribute.many ? shuffledItems(chance, before, item) : item();
    }
    case 'zone': {
      if (attribute.components.length === 0) return null;
      return shuffledItems(chance, before, () => {
        const component = chance.pick(attribute.components);
        return {
          __component: component,
          ...randomFields(desk, schema, locale, rows.catalogue.components(component) ?? {}),
        };
      });
    }
  }
};

/** Some items stay, in another order; some go; some are new. */
const shuffledItems = (chance: SeededChance, before: Json, item: () => Fields): Json => [
  ...chance.some(Array.isArray(before) ? before : [], 4),
  ...Array.from({ length: chance.below(3) }, item),
];

/** A reference names a locale only where its source has none and its target has. */
const referenceTo = (uid: Uid, id: string, source: TypeSchema, target: TypeSchema, locale: string): Json =>
  !source.localized && target.localized ? { uid, id, locale } : { uid, id };

const iso = (time: number): string => new Date(time).toISOString();
