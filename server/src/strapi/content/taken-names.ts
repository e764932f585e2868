import type { Core } from '@strapi/strapi';
import { FILE_UID } from '../../replication/entity';
import { Refused } from '../../replication/errors';
import type { FileName } from '../../replication/file-names';
import { databaseModelOf } from './models';

/** A file's row or one of its formats, as far as it says where bytes are. */
interface Named {
  hash?: string;
  ext?: string | null;
}

interface Holder extends Named {
  documentId: string;
  formats: Record<string, Named | null> | null;
}

/** Bytes lie under hash and extension together. Some storages ignore case, and S3's provider leaves out `..`. */
const fold = (name: string): string => name.replaceAll('..', '').toLowerCase();
const foldedName = ({ hash, ext }: Named): string => fold(`${hash}${ext ?? ''}`);

/**
 * Those of these names under which bytes of another file lie, or of one of its formats. A name that differs in its
 * extension alone counts as well: `cat.gz` would be served for `cat`.
 */
export const takenNames = async <Name extends Named>(
  strapi: Core.Strapi,
  localId: string,
  names: readonly Name[]
): Promise<Name[]> => {
  const others = (await holdersOf(strapi, names)).filter(({ documentId }) => documentId !== localId);
  const held = others.flatMap((row) => [row, ...Object.values(row.formats ?? {})]).filter((named) => named !== null);
  const taken = new Set(held.flatMap((named) => [foldedName(named), fold(String(named.hash))]));
  return names.filter((name) => taken.has(foldedName(name)) || taken.has(fold(String(name.hash))));
};

/** Throws where a name is taken: these bytes would be overwritten now, or go when this file is removed. */
export const checkNamesFree = async (
  strapi: Core.Strapi,
  localId: string,
  names: readonly FileName[]
): Promise<void> => {
  const taken = await takenNames(strapi, localId, names);
  if (taken.length > 0) throw new Refused('FILE_TAKEN', 'Another file of this site already has this name.');
};

/** Files that may have such a name, or a format that has. */
const holdersOf = async (strapi: Core.Strapi, names: readonly Named[]): Promise<Holder[]> => {
  const folded = [...new Set(names.flatMap((name) => hashesWithin(foldedName(name))))];
  const found: { id: number }[] = await strapi.db.transaction(({ trx }) =>
    strapi.db
      .getConnection(databaseModelOf(strapi, FILE_UID).tableName)
      .transacting(trx)
      .select('id')
      .whereIn(trx.raw(`lower(replace(??, '..', ''))`, ['hash']) as never, folded)
      // Where the database has another idea of lower case, of what is none that Strapi gives.
      .orWhereIn(
        'hash',
        names.map(({ hash }) => String(hash))
      )
  );
  if (found.length === 0) return [];
  return strapi.db
    .queryBuilder(FILE_UID)
    .select(['documentId', 'hash', 'ext', 'formats'])
    .where({ id: { $in: found.map(({ id }) => id) } })
    .execute<Holder[]>();
};

/**
 * The hashes of files of which one may be called so, or a format: `large_cat_1a2b.png` could be of `cat_1a2b` or of
 * `1a2b`, since formats have no rows; and what follows a dot may belong to a hash that Strapi has not given.
 */
const hashesWithin = (name: string): string[] => {
  const parts = name.split('_');
  const ends = parts.map((_, index) => parts.slice(index).join('_')).slice(0, 20);
  return ends.flatMap((end) => [end, ...[...end.matchAll(/\./g)].map(({ index }) => end.slice(0, index))]);
};
