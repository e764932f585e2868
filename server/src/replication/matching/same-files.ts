import { FILE_UID } from '../entity';
import type { Unit } from '../ports';
import type { LookAlikeQuestion } from './question';

type Asked = LookAlikeQuestion['files'];

/** Files here that are as large as these: only of those it is worth reading the bytes. */
export const sameSize = async ({ content }: Unit, files: Asked): Promise<string[]> => {
  const sizes = [...new Set(files.map(({ size }) => Number(size)))].filter(
    (size) => Number.isFinite(size) && size >= 0
  );
  if (sizes.length === 0) return [];
  return (await content.look(FILE_UID, 'size', { values: sizes })).map(({ localId }) => localId);
};

/** Files here by the hash of their bytes, of these hashes. Those of the same size must have been hashed. */
export const filesByBytes = async ({ tables, content }: Unit, files: Asked): Promise<Map<string, string[]>> => {
  const known = await tables.find('file_bytes', { hash: [...new Set(files.map(({ hash }) => hash))], format: '' });
  const present = await content.presence(
    FILE_UID,
    known.map((row) => row.local_id)
  );
  const found = new Map<string, string[]>();
  for (const { hash, local_id: localId } of known) {
    if (present.has(localId)) found.set(hash, [...(found.get(hash) ?? []), localId]);
  }
  return found;
};
