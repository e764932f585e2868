import type { Core } from '@strapi/strapi';
import { FILE_UID } from '../../replication/entity';
import { Refused } from '../../replication/errors';
import type { FileName } from '../../replication/file-names';

interface Holder {
  hash: string;
  formats: Record<string, { hash?: unknown } | null> | null;
}

/**
 * Throws where another file's bytes, or those of one of its formats, have one of these names: they would be overwritten
 * now, or go when this file is removed. Formats have no rows: `thumbnail_cat` is looked for at the file `cat`.
 */
export const checkNamesFree = async (
  strapi: Core.Strapi,
  localId: string,
  names: readonly FileName[]
): Promise<void> => {
  const wanted = new Set(names.map(({ hash }) => hash));
  const holders = (await strapi.db
    .queryBuilder(FILE_UID)
    .select(['hash', 'formats'])
    .where({ hash: { $in: [...new Set([...wanted].flatMap(endingsOf))] }, documentId: { $ne: localId } })
    .execute()) as Holder[];
  const taken = holders.some(
    ({ hash, formats }) =>
      wanted.has(hash) || Object.values(formats ?? {}).some((format) => wanted.has(String(format?.hash)))
  );
  if (taken) throw new Refused('FILE_TAKEN', 'Another file of this site already has this name.');
};

/** `large_cat_1a2b` could be a format of `cat_1a2b` or of `1a2b`. */
const endingsOf = (name: string): string[] => {
  const parts = name.split('_');
  return parts.map((_, index) => parts.slice(index).join('_')).slice(0, 20);
};
