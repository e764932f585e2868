import fs from 'node:fs';
import type { Readable } from 'node:stream';
import type { Core } from '@strapi/strapi';
import { FILE_UID, type Fields, type Json } from '../../replication/entity';
import { Refused } from '../../replication/errors';
import { fileNames, ODD_FILE_NAME, type FileName } from '../../replication/file-names';
import type { Files, Store } from '../../replication/ports';
import { BlobFolder, sha256Of } from './blob-folder';
import { checkIdFree, exactly } from './exactly';
import { bytesOf, type FileBytes, type FileRow, isPending, pendingOf, stampOf } from './file-bytes';
import { checkFileType } from './file-types';
import { openStored } from './stored-bytes';
import { checkNamesFree } from './taken-names';

/** What a site is told of a file or format whose bytes it shall keep. */
interface Placement {
  format: string;
  sha256: string;
  metadata: { [key: string]: Json };
}

const objectOf = (value: Json | undefined): { [key: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};

const placementsIn = (fields: Fields): Placement[] => {
  const { formats, folder: _folder, ...main } = fields;
  const all = [['', main] as const, ...Object.entries(objectOf(formats))];
  // A file whose bytes were lost where it comes from has no hash, and is kept without any.
  return all.flatMap(([format, value]) => {
    const { sha256, ...metadata } = objectOf(value);
    return typeof sha256 === 'string' ? [{ format, sha256, metadata }] : [];
  });
};

const namesIn = (fields: Fields): FileName[] => {
  const names = fileNames(fields);
  if (names) return names;
  throw new Refused('FILE_NAME', ODD_FILE_NAME);
};

/** What a provider is told of a file. Some take more from it (`path`, `buffer`): that is not for others to say. */
const KNOWN_METADATA = [
  'name',
  'alternativeText',
  'caption',
  'width',
  'height',
  'hash',
  'ext',
  'mime',
  'size',
] as const;

/** The port `Files` on Strapi's media library. Bytes are read and written outside transactions. */
export const createFiles = (strapi: Core.Strapi, store: Store, incoming = ''): Files => {
  const blobs = new BlobFolder(strapi, incoming);

  const rowsOf = (localIds: readonly string[]): Promise<FileRow[]> =>
    store.transaction(async () => {
      const rows = await strapi.db
        .queryBuilder(FILE_UID)
        .select('*')
        .where({ documentId: { $in: [...localIds] } })
        .execute<FileRow[]>();
      return exactly(rows, localIds);
    });

  const hashOne = async (row: FileRow): Promise<void> => {
    const stamp = stampOf(row);
    const known: FileBytes[] = [];
    const stored = [['', row] as const, ...Object.entries(row.formats ?? {})];
    for (const [format, file] of stored) {
      if (!file?.url && format !== '') continue;
      const stream = file?.url ? await openStored(strapi, { url: file.url, hash: file.hash, ext: file.ext }) : null;
      // A file whose bytes are lost is still an entry: it is told by what its row says, and never takes others' place.
      const { hash, size } = stream ? await sha256Of(stream) : { hash: '', size: 0 };
      if (hash === '' && format !== '') continue;
      known.push({ local_id: row.documentId, format, hash, url: file?.url ?? '', size, stamp });
    }
    await store.transaction(async ({ tables }) => {
      const before = (await bytesOf(tables, [row.documentId])).get(row.documentId) ?? new Map<string, FileBytes>();
      const gone = [...before.keys()].filter((format) => !isPending(format));
      await tables.remove('file_bytes', { local_id: row.documentId, format: gone });
      await tables.insert('file_bytes', known, 'replace');
    });
  };

  /** Where these bytes really are: what was known of a file does not count where pending bytes took its place. */
  const bytesByHash = (hashes: readonly string[]): Promise<FileBytes[]> =>
    store.transaction(async ({ tables }) => {
      const found = await tables.find('file_bytes', { hash: hashes });
      const files = await bytesOf(tables, [...new Set(found.map((row) => row.local_id))]);
      return found.filter((row) => isPending(row.format) || !files.get(row.local_id)?.has(pendingOf(row.format)));
    });

  const openBlob = async (hash: string, from: number): Promise<{ stream: Readable; size: number } | null> => {
    const blob = await blobs.find(hash);
    if (blob) return { stream: fs.createReadStream(blob.file, { start: from }), size: blob.size };
    for (const bytes of await bytesByHash([hash])) {
      const stream = await openStored(strapi, { url: bytes.url }, from);
      if (stream) return { stream, size: bytes.size };
    }
    return null;
  };

  const mayBeKept = ({ sha256, metadata }: Placement): Promise<void> =>
    checkFileType(
      strapi,
      { hash: String(metadata.hash), ext: String(metadata.ext ?? ''), mime: metadata.mime },
      async () => {
        const opened = await openBlob(sha256, 0);
        if (!opened) throw new Refused('BLOB_MISSING', 'The bytes of this file have not arrived.', { hash: sha256 });
        return opened.stream;
      }
    );

  const give = async (localId: string, placement: Placement): Promise<FileBytes> => {
    const source = await openBlob(placement.sha256, 0);
    if (!source)
      throw new Refused('BLOB_MISSING', 'The bytes of this file have not arrived.', { hash: placement.sha256 });
    const { metadata } = placement;
    const ext = String(metadata.ext ?? '');
    const file = {
      ...Object.fromEntries(KNOWN_METADATA.map((key) => [key, metadata[key]])),
      ext,
      url: '',
      provider_metadata: null as Json,
      getStream: () => source.stream,
    };
    await strapi.plugin('upload').service('provider').upload(file);
    const stamp = JSON.stringify(file.provider_metadata ?? {});
    return {
      local_id: localId,
      format: pendingOf(placement.format),
      hash: placement.sha256,
      url: file.url,
      size: source.size,
      stamp,
    };
  };

  return {
    async hash(localIds) {
      const rows = await rowsOf(localIds);
      const known = await store.transaction(({ tables }) => bytesOf(tables, localIds));
      for (const row of rows) {
        const main = known.get(row.documentId)?.get('');
        // Bytes that were lost may be back.
        if (main?.stamp !== stampOf(row) || main.hash === '') await hashOne(row);
      }
    },

    async missing(hashes) {
      const here = new Set((await bytesByHash(hashes)).map((row) => row.hash));
      const missing: string[] = [];
      for (const hash of new Set(hashes)) if (!here.has(hash) && !(await blobs.find(hash))) missing.push(hash);
      return missing;
    },

    open: (hash, from = 0) => openBlob(hash, from),
    tidy: (olderThanMs) => blobs.tidy(olderThanMs),
    staged: (hash, sender) => blobs.begun(hash, sender),
    stage: (hash, bytes, from, total, sender) => blobs.append(hash, bytes, from, total, sender),
    discard: (hash) => blobs.remove(hash),

    async place(localId, fields) {
      const placements = placementsIn(fields);
      const names = namesIn(fields);
      await store.transaction(async () => {
        await checkIdFree(strapi, FILE_UID, localId);
        await checkNamesFree(strapi, localId, names);
      });
      const known = (await store.transaction(({ tables }) => bytesOf(tables, [localId]))).get(localId);
      const wanted = placements.filter(({ format, sha256 }) => {
        const there = known?.get(pendingOf(format)) ?? known?.get(format);
        return there?.hash !== sha256;
      });
      // All are judged before any is kept.
      for (const placement of wanted) await mayBeKept(placement);
      for (const placement of wanted) {
        const row = await give(localId, placement);
        await store.transaction(({ tables }) => tables.insert('file_bytes', [row], 'replace'));
        await blobs.remove(placement.sha256);
      }
    },
  };
};
