import {
  FILE_UID,
  keyOf,
  type Attributes,
  type Json,
  type Reference,
  type RowWrite,
  type TypeSchema,
  type Uid,
} from '../../replication/entity';
import { decode, fileIdsIn, stringsIn } from '../../replication/upload-tokens';
import type { Removed, Telling, Written } from '../../replication/ports';
import { inState } from '../notify/state';
import { type Applying, whileApplying } from './applying';
import { type ComponentRow, componentRowsOf } from './component-rows';
import { localeColumn, mainRowsOf, type MainRow, type Session } from './content';
import { checkIdFree } from './exactly';
import type { FileRow } from './file-bytes';
import { forgetFile, writeFile } from './file-rows';
import { linkNewVersions } from './link-new-versions';
import { ensureLocale } from './locales';
import { referencesIn, resolveReferences } from './references';
import { type Data, dataOf, deleteRow, slotOf, type Writing } from './row-writer';
import { urlsOf } from './upload-urls';

export type Kept = Exclude<RowWrite, { kind: 'remove' }>;

/** Every reference in a value, at whatever depth: relations and media are lists of `{uid, id}`. */
const referencesWithin = (value: Json, into: Reference[] = []): Reference[] => {
  if (Array.isArray(value)) {
    into.push(...referencesIn(value));
    for (const item of value) referencesWithin(item, into);
  } else if (value !== null && typeof value === 'object') {
    for (const item of Object.values(value)) referencesWithin(item, into);
  }
  return into;
};

/** What writing these rows needs to look up, for all of them at once. `rowIds` are those that have components. */
export const prepare = async (
  session: Session,
  writes: readonly Kept[],
  rowIds: number[],
  schema: TypeSchema
): Promise<Omit<Writing, 'source'>> => {
  const { strapi, schemas, trx, siteUrl, storage } = session;
  const values = writes.map((write) => write.fields as Json);
  const rowsOf = await resolveReferences(
    strapi,
    schemas,
    values.flatMap((value) => referencesWithin(value))
  );
  const fileIds = new Set(values.flatMap((value) => stringsIn(value).flatMap(fileIdsIn)));
  const urlOf = fileIds.size > 0 ? await urlsOf(strapi, fileIds) : () => null;
  const current = new Map<string, ComponentRow[]>();
  for (const row of await componentRowsOf(strapi, trx, schema.uid, rowIds)) {
    const slot = slotOf(row.parent.uid, row.parent.id, row.field);
    current.set(slot, [...(current.get(slot) ?? []), row]);
  }
  const create = async (uid: Uid, data: Data) => Number((await strapi.db.query(uid).create({ data })).id);
  return { strapi, schemas, rowsOf, decodeText: (text) => decode(text, urlOf, siteUrl), storage, current, create };
};

export const sourceOf = (schema: TypeSchema, { locale, status }: Pick<MainRow, 'locale' | 'status'>) => ({
  locale: schema.localized ? localeColumn(locale) : null,
  status: schema.drafts ? status : null,
});

/** A published row says since when; one that was read without such a date is taken to be published since its last change. */
export const datesOf = (schema: TypeSchema, { dates, status }: Kept) => {
  if (status === 'draft') return { ...dates, publishedAt: null };
  const publishedAt = dates.publishedAt ?? (schema.drafts ? (dates.updatedAt ?? new Date().toISOString()) : null);
  return { ...dates, publishedAt };
};

const writeOne = async (
  session: Session,
  schema: TypeSchema,
  localId: string,
  write: Kept,
  existing: MainRow | null,
  writing: Writing
): Promise<void> => {
  const { uid, attributes } = schema;
  const changes = write.kind === 'update' && existing ? new Set(Object.keys(write.fields)) : undefined;
  const ids = write.kind === 'update' ? write.ids : {};
  const data = {
    ...(await dataOf(writing, uid, existing?.id ?? null, attributes as Attributes, write.fields, ids, changes)),
    ...datesOf(schema, write),
  };
  const query = session.strapi.db.query(uid);
  // What was read before a hook of the site removed it is made anew.
  const updated = existing && (await query.update({ where: { id: existing.id }, data }));
  if (!updated) await writing.create(uid, { ...data, documentId: localId, locale: localeColumn(write.locale) });
};

/** Answers the row that was there, for files and where it is asked for. */
const removeOne = async (
  session: Session,
  schema: TypeSchema,
  localId: string,
  { id }: MainRow,
  prepared: Omit<Writing, 'source'>,
  keep: boolean
): Promise<Json> => {
  const isFile = schema.uid === FILE_UID;
  const row =
    isFile || keep ? ((await session.strapi.db.query(schema.uid).findOne({ where: { id } })) as unknown as Json) : null;
  await deleteRow(prepared, schema.uid, id);
  if (isFile) await forgetFile({ ...session, schema }, localId, row as unknown as FileRow | null);
  return row;
};

/** Attributes of a row that was just made and refers to its own entry: its id was not known when it was written. */
export const selfReferring = (write: Kept, schema: TypeSchema, localId: string): { [name: string]: Json } =>
  Object.fromEntries(
    Object.entries(write.fields).filter(
      ([name, value]) =>
        schema.attributes[name]?.kind === 'relation' &&
        referencesIn(value).some((reference) => keyOf(reference) === keyOf({ uid: schema.uid, id: localId }))
    )
  );

/** Whether components of the row are written or removed along with it. */
const concernsComponents = (write: RowWrite, schema: TypeSchema): boolean =>
  write.kind === 'remove' ||
  Object.keys(write.fields).some((name) => ['component', 'zone'].includes(schema.attributes[name]?.kind ?? ''));

/**
 * The entry's rows: as they were locked, where that is enough. A row that is to be made may have come since, unless nobody
 * here had a row of the entry to add another to.
 */
const rowsToWrite = async (
  session: Session,
  schema: TypeSchema,
  localId: string,
  writes: readonly RowWrite[]
): Promise<MainRow[]> => {
  const key = keyOf({ uid: schema.uid, id: localId });
  const locked = session.locked.get(key);
  session.locked.delete(key);
  const isThere = ({ locale, status }: RowWrite) =>
    locked?.some((row) => row.locale === locale && row.status === status) ?? false;
  return locked && (locked.length === 0 || writes.every(isThere)) ? locked : mainRowsOf(session, schema, [localId]);
};

/**
 * Carries out what is to be done to an entry's rows, inside the current transaction. Rows are never made anew: open forms
 * send the ids of rows and components, and other entries' links hang on them.
 */
export const writeRows = (
  session: Session,
  schema: TypeSchema,
  localId: string,
  writes: readonly RowWrite[],
  telling?: Telling,
  quiet = false
): Promise<Written> => {
  const work = (applying: Applying) =>
    writeAll(session, schema, localId, writes, applying, telling?.keepRemoved ?? false);
  return whileApplying(
    schema.uid,
    [localId],
    (applying) => (telling ? inState(session.strapi, telling.from, () => work(applying)) : work(applying)),
    quiet
  );
};

const writeAll = async (
  session: Session,
  schema: TypeSchema,
  localId: string,
  writes: readonly RowWrite[],
  applying: Applying,
  keepRemoved: boolean
): Promise<Written> => {
  const { strapi } = session;
  const removed: Removed[] = [];
  const rows = await rowsToWrite(session, schema, localId, writes);
  applying.isNew = rows.length === 0;
  const rowAt = (key: Pick<MainRow, 'locale' | 'status'>) =>
    rows.find((row) => row.locale === key.locale && row.status === key.status) ?? null;
  const kept = writes.filter((write): write is Kept => write.kind !== 'remove');
  if (applying.isNew && kept.length > 0) await checkIdFree(strapi, schema.uid, localId);
  const holding = writes.filter((write) => concernsComponents(write, schema));
  const touched = holding.flatMap((write) => rowAt(write)?.id ?? []);
  const prepared = await prepare(session, kept, touched, schema);

  for (const locale of new Set(kept.map((write) => write.locale))) {
    if (schema.localized && localeColumn(locale) !== null) await ensureLocale(strapi, locale);
  }
  for (const write of writes) {
    const existing = rowAt(write);
    if (write.kind === 'remove') {
      const row = existing && (await removeOne(session, schema, localId, existing, prepared, keepRemoved));
      if (row && keepRemoved) removed.push({ locale: write.locale, row });
      continue;
    }
    if (existing && write.dates.updatedAt !== null) applying.updatedAt.set(existing.id, write.dates.updatedAt);
    if (schema.uid === FILE_UID) await writeFile({ ...session, schema }, localId, write, existing);
    else await writeOne(session, schema, localId, write, existing, { ...prepared, source: sourceOf(schema, write) });
  }
  const created = kept.filter((write) => !rowAt(write));
  await linkNewVersions(session, schema, localId, rows, created);
  await connectToItself(session, schema, localId, created, applying.updatedAt);
  return { removed, along: [...applying.along.values()] };
};

const connectToItself = async (
  session: Session,
  schema: TypeSchema,
  localId: string,
  created: readonly Kept[],
  updatedAt: Map<number, string>
): Promise<void> => {
  const again = created.filter((write) => Object.keys(selfReferring(write, schema, localId)).length > 0);
  if (again.length === 0) return;
  const rows = await mainRowsOf(session, schema, [localId]);
  const prepared = await prepare(session, again, [], schema);
  for (const write of again) {
    const row = rows.find(({ locale, status }) => locale === write.locale && status === write.status);
    if (!row) continue;
    if (write.dates.updatedAt !== null) updatedAt.set(row.id, write.dates.updatedAt);
    const fields = selfReferring(write, schema, localId);
    const writing = { ...prepared, source: sourceOf(schema, write) };
    const data = await dataOf(writing, schema.uid, row.id, schema.attributes, fields, {}, new Set(Object.keys(fields)));
    await session.strapi.db.query(schema.uid).update({ where: { id: row.id }, data });
  }
};
