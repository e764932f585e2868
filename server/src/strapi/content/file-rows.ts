import type { Core } from '@strapi/strapi';
import {
  FILE_UID,
  type Fields,
  type Json,
  type RowState,
  type RowWrite,
  type TypeSchema,
} from '../../replication/entity';
import { FilesNotHashed, Refused } from '../../replication/errors';
import { fileNames, ODD_FILE_NAME } from '../../replication/file-names';
import type { Schemas, Tables } from '../../replication/ports';
import { type DatabaseRow, rowStateOf } from './canonical-row';
import { exactly } from './exactly';
import {
  BytesNotPlaced,
  bytesOf,
  type FileBytes,
  type FileRow,
  type FormatMetadata,
  isPending,
  pendingOf,
  stampOf,
} from './file-bytes';
import type { Session } from './content';
import { DERIVED_FILE_ATTRIBUTES } from './file-schema';
import { checkNamesFree, takenNames } from './taken-names';
import { ensureFolder, folderNames } from './folders';
import { type JsonStorage, toDatabase } from './values';

/** Where a format's bytes are is local; that they have been made at all, and what they are, is content. */
const LOCAL_FORMAT_KEYS: ReadonlySet<string> = new Set(['url', 'provider_metadata', 'isUrlSigned']);

/** What another site may say of a format. Providers that sign or delete one are given all that its row holds. */
const FORMAT_KEYS = ['name', 'hash', 'ext', 'mime', 'width', 'height', 'size', 'sizeInBytes'] as const;
/** Of these, and with that, a provider finds the bytes. */
const PLACE = ['hash', 'ext', 'path'] as const;

interface Context {
  strapi: Core.Strapi;
  schemas: Schemas;
  schema: TypeSchema;
  tables: Tables;
  storage: JsonStorage;
}

const canonicalFormats = (row: FileRow, bytes: Map<string, FileBytes>): Fields =>
  Object.fromEntries(
    Object.entries(row.formats ?? {})
      .filter(([name]) => bytes.has(name))
      .map(([name, format]) => {
        const metadata = Object.entries(format).filter(([key]) => !LOCAL_FORMAT_KEYS.has(key));
        return [name, { ...Object.fromEntries(metadata), sha256: bytes.get(name)!.hash }];
      })
  );

/** Throws {@link FilesNotHashed} where the bytes of some are not known as they are now. */
export const readFiles = async (context: Context, localIds: readonly string[]): Promise<Map<string, RowState[]>> => {
  const { strapi, schemas, schema, tables } = context;
  const found = (await strapi.db.query(FILE_UID).findMany({
    where: { documentId: { $in: [...localIds] } },
    orderBy: { id: 'asc' },
  })) as unknown as (FileRow & DatabaseRow)[];
  const rows = exactly(found, localIds);
  const bytes = await bytesOf(tables, localIds);
  const unknown = rows.filter((row) => bytes.get(row.documentId)?.get('')?.stamp !== stampOf(row));
  if (unknown.length > 0) throw new FilesNotHashed(unknown.map((row) => row.documentId));

  const namesOf = await folderNames(
    strapi,
    rows.map((row) => row.folderPath)
  );
  const files = new Map<string, RowState[]>();
  for (const row of rows) {
    const known = bytes.get(row.documentId)!;
    const folder = namesOf(row.folderPath);
    const derived = {
      folder: folder.length > 0 ? folder : null,
      // Bytes that are lost have no hash: the entry is known all the same.
      sha256: known.get('')!.hash || null,
      formats: Object.keys(row.formats ?? {}).length > 0 ? canonicalFormats(row, known) : null,
    };
    const state = rowStateOf({ ...row, ...derived }, schema, schemas, (text) => text);
    files.set(row.documentId, [...(files.get(row.documentId) ?? []), state]);
  }
  return files;
};

/** Bytes for a hash: those placed for this revision, else those that are there already. */
const bytesFor = (
  known: Map<string, FileBytes>,
  format: string,
  hash: Json | undefined,
  localId: string
): FileBytes => {
  const found = known.get(pendingOf(format)) ?? known.get(format);
  if (!found || found.hash !== hash) throw new BytesNotPlaced(localId, String(hash));
  return found;
};

const objectOf = (value: Json | undefined): Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};

/** What the provider told when the bytes were placed. A row that was hashed here has a plain stamp instead. */
const metadataOf = (bytes: FileBytes): Json => {
  const told = bytes.stamp.startsWith('{') ? (JSON.parse(bytes.stamp) as Fields) : {};
  return Object.keys(told).length > 0 ? told : null;
};

/** A format as the other site says it is. Where its bytes are is what the provider has told, now or before. */
const formatOf = (told: Fields, bytes: FileBytes, before: FormatMetadata | undefined): FormatMetadata => {
  const stays = !isPending(bytes.format) && before?.url === bytes.url;
  const known = FORMAT_KEYS.filter((key) => told[key] === null || ['string', 'number'].includes(typeof told[key]));
  const metadata = stays ? before.provider_metadata : metadataOf(bytes);
  return {
    ...Object.fromEntries(known.map((key) => [key, told[key]!])),
    // Strapi writes this of a format that lies in no folder of its bucket.
    ...('path' in told ? { path: null } : {}),
    ...(stays ? Object.fromEntries(PLACE.filter((key) => key in before).map((key) => [key, before[key]!])) : {}),
    url: bytes.url,
    ...(metadata ? { provider_metadata: metadata } : {}),
  };
};

/** Turns canonical fields into columns, as far as `fields` has them; `null` where the write clears one. */
const columnsOf = async (
  context: Context,
  localId: string,
  fields: { [name: string]: Json },
  known: Map<string, FileBytes>,
  before: FileRow | null
) => {
  const { schema, strapi, storage } = context;
  const data: Record<string, unknown> = {};
  const used = new Map<string, FileBytes>();
  for (const [name, value] of Object.entries(fields)) {
    const attribute = schema.attributes[name];
    if (attribute?.kind !== 'value' || DERIVED_FILE_ATTRIBUTES.has(name)) continue;
    data[name] = toDatabase(attribute.type, value, (text) => text, storage);
  }
  if ('folder' in fields) {
    const names = Array.isArray(fields.folder) ? fields.folder.filter((name) => typeof name === 'string') : [];
    const folder = await ensureFolder(strapi, names);
    Object.assign(data, { folder: folder.id, folderPath: folder.path });
  }
  if (typeof fields.sha256 === 'string') {
    const bytes = bytesFor(known, '', fields.sha256, localId);
    used.set('', bytes);
    data.url = bytes.url;
    if (bytes.format !== '') {
      Object.assign(data, {
        provider: strapi.config.get('plugin::upload.provider'),
        provider_metadata: metadataOf(bytes),
      });
    }
  }
  if ('formats' in fields) {
    const formats: Record<string, FormatMetadata> = {};
    for (const [name, format] of Object.entries(objectOf(fields.formats))) {
      const told = objectOf(format);
      const bytes = bytesFor(known, name, told.sha256, localId);
      used.set(name, bytes);
      formats[name] = formatOf(told, bytes, before?.formats?.[name]);
    }
    data.formats = Object.keys(formats).length > 0 ? formats : null;
  }
  return { data, used };
};

/** Also without bytes: removing a row removes what lies under its names. */
const checkFileNames = async ({ strapi }: Context, localId: string, fields: Fields): Promise<void> => {
  const names = fileNames(fields);
  if (!names) throw new Refused('FILE_NAME', ODD_FILE_NAME);
  await checkNamesFree(strapi, localId, names);
};

/** Writes a file's row. Its bytes have been placed before, outside the transaction. */
export const writeFile = async (
  context: Context,
  localId: string,
  write: Exclude<RowWrite, { kind: 'remove' }>,
  existing: { id: number } | null
): Promise<void> => {
  const { strapi, schema, tables } = context;
  const known = (await bytesOf(tables, [localId])).get(localId) ?? new Map<string, FileBytes>();
  const before =
    existing && ((await strapi.db.query(FILE_UID).findOne({ where: { id: existing.id } })) as unknown as FileRow);
  const whole = existing
    ? write.fields
    : { ...Object.fromEntries(Object.keys(schema.attributes).map((name) => [name, null])), ...write.fields };
  // A file of this site may have a name that another site could not give it.
  if (['hash', 'ext', 'formats'].some((name) => name in whole))
    await checkFileNames(context, localId, { ...(before && { hash: before.hash, ext: before.ext }), ...whole });
  const { data, used } = await columnsOf(context, localId, whole, known, before);
  // Bytes that were here before, under a name of this site's own (a file that was matched), stay where they are.
  if (before && !isPending(used.get('')?.format ?? '')) Object.assign(data, { hash: before.hash, ext: before.ext });
  Object.assign(data, write.dates);

  const query = strapi.db.query(FILE_UID);
  const create = () =>
    query.create({ data: { ...data, documentId: localId, ...(data.url === undefined ? { url: '' } : {}) } });
  if (existing) await query.update({ where: { id: existing.id }, data });
  const { id } = existing ?? (await create());

  const after = (await query.findOne({ where: { id } })) as unknown as FileRow;
  const stamp = stampOf(after);
  // What was known of the bytes stays known: a changed caption must not make a site read a film again.
  if (before)
    for (const [format, row] of known) if (row.stamp === stampOf(before) && !used.has(format)) used.set(format, row);
  // It came without bytes, as they are lost elsewhere: that is known of it.
  if (!used.has('') && after.url === '')
    used.set('', { local_id: localId, format: '', hash: '', url: '', size: 0, stamp });
  const formats = new Set(['', ...Object.keys(after.formats ?? {})]);
  const rows = [...used].filter(([format]) => formats.has(format)).map(([format, row]) => ({ ...row, format, stamp }));
  await tables.remove('file_bytes', { local_id: localId });
  await tables.insert('file_bytes', rows, 'replace');
};

/**
 * Forgets a file whose row was removed; its bytes go after commit, and those of its formats: but for what is called as
 * another file of this site, or a format of one, and unless a file of a site it was shared with lies at the same place.
 */
export const forgetFile = async (
  context: Context & Pick<Session, 'usedElsewhere'>,
  localId: string,
  row: FileRow | null
): Promise<void> => {
  const { strapi, tables, usedElsewhere } = context;
  await tables.remove('file_bytes', { local_id: localId });
  if (!row) return;
  // The local provider would take a missing extension for a word.
  const files = [row, ...Object.values(row.formats ?? {})].map((file) => ({ ...file, ext: file?.ext ?? '' }));
  const taken = await takenNames(strapi, localId, files);
  const ours = files.filter((file) => !taken.includes(file));
  if (ours.length === 0) return;
  // What is kept on this site's own disk is nobody else's.
  const links = /^https?:\/\//.test(row.url) ? await sharedWith(tables, localId) : [];
  await strapi.db.transaction(({ onCommit }) => {
    onCommit(() => {
      void usedElsewhere(row.url, links).then(
        (isUsed) => (isUsed ? undefined : removeBytes(strapi, row.name, ours)),
        (error: unknown) => strapi.log.warn(`The bytes of the removed file ${row.name} were left. ${String(error)}`)
      );
    });
    return Promise.resolve();
  });
};

/** The links that a file came from, or went to. */
const sharedWith = async (tables: Tables, localId: string): Promise<string[]> => {
  const [entry] = await tables.find('entries', { uid: FILE_UID, local_id: localId });
  if (!entry) return [];
  return (await tables.find('replicas', { entity: entry.entity }, { columns: ['link'] })).map(({ link }) => link);
};

const removeBytes = async (strapi: Core.Strapi, name: string, files: readonly object[]): Promise<void> => {
  const provider = strapi.plugin('upload').provider as unknown as { delete(file: object): Promise<unknown> };
  for (const file of files) {
    try {
      await provider.delete(file);
    } catch (error) {
      strapi.log.warn(`The bytes of the removed file ${name} could not be deleted. ${String(error)}`);
    }
  }
};
