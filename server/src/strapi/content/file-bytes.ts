import { createHash } from 'node:crypto';
import type { Json } from '../../replication/entity';
import { ReplicationError } from '../../replication/errors';
import type { Tables } from '../../replication/ports';
import type { Row } from '../../replication/tables';

/**
 * What is known of files' bytes (`file_bytes`): one row for the file (format '') and one for each format. `stamp` says of
 * which state of the file's row it was taken, so a file that was replaced since is not known any more.
 *
 * Bytes that were placed for a revision that is not written yet stand beside these as *pending* rows: the file's row
 * still is what it was, and must not look edited meanwhile.
 */
export type FileBytes = Row<'file_bytes'>;

const PENDING = '~';

export const isPending = (format: string): boolean => format.startsWith(PENDING);
export const pendingOf = (format: string): string => PENDING + format;

/** A file's row, as far as its bytes are concerned. */
export interface FileRow {
  id: number;
  documentId: string;
  name: string;
  hash: string;
  ext: string | null;
  mime: string;
  size: unknown;
  url: string;
  updatedAt: unknown;
  provider: string;
  provider_metadata: Json;
  folderPath: string | null;
  formats: Record<string, FormatMetadata> | null;
}

export type FormatMetadata = { [key: string]: Json } & { url?: string; hash?: string; ext?: string | null };

/** Every write of Strapi's to a file's row sets `updatedAt`, also when the bytes are replaced under the same hash and URL. */
export const stampOf = (row: Pick<FileRow, 'updatedAt' | 'size' | 'hash' | 'url'>): string => {
  const at = row.updatedAt === null ? null : new Date(row.updatedAt as string).getTime();
  return createHash('sha256')
    .update(JSON.stringify([at, Number(row.size), row.hash, row.url]))
    .digest('hex')
    .slice(0, 32);
};

/** A revision of a file was to be written before its bytes were placed. */
export class BytesNotPlaced extends ReplicationError {
  constructor(localId: string, hash: string) {
    super('FILE_NOT_PLACED', 'The bytes of a file are not here yet. It is written when they have arrived.', {
      localId,
      hash,
    });
  }
}

/** Rows of these files by format, pending ones included. */
export const bytesOf = async (
  tables: Tables,
  localIds: readonly string[]
): Promise<Map<string, Map<string, FileBytes>>> => {
  const files = new Map<string, Map<string, FileBytes>>();
  for (const row of await tables.find('file_bytes', { local_id: localIds })) {
    if (!files.has(row.local_id)) files.set(row.local_id, new Map());
    files.get(row.local_id)!.set(row.format, row);
  }
  return files;
};
