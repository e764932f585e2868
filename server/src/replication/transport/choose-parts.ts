import type { ListedRevision } from '../history/repository';
import { isPublishedPart, type RevisionId } from '../history/revision';
import type { Tables } from '../ports';

/**
 * Of versions before the wanted ones so much text goes along in a message, in bytes: the rest of a long history is sent
 * as headers, and stays readable where it was written. A message must not grow with the time that two sites were apart.
 */
export const MOST_OF_OLDER_VERSIONS = 2 * 1024 * 1024;
/** So much is read and sent at once, in bytes; one entry may be more, and then goes alone. */
export const MOST_AT_ONCE = 16 * 1024 * 1024;
/** What counts for a text that was stored before its size was noted. */
const UNKNOWN_SIZE = 64 * 1024;

/** EVERYTHING opens each part of every revision; PUBLISHED only what the leaves have published, and nobody's name. */
export const opens = (level: string, part: string, isLeaf: boolean): boolean =>
  level === 'EVERYTHING' || (level === 'PUBLISHED' && isLeaf && isPublishedPart(part));

export interface Choice {
  /** Commitments of the parts that are opened. */
  open: ReadonlySet<string>;
  /** Hashes of their texts. */
  hashes: readonly string[];
  bytes: number;
}

/**
 * Which parts are opened: those of the leaves always, those of older versions as long as there is room, the newest
 * first.
 *
 * @param revisions parents before children.
 * @param had commitments of parts that the other side has.
 */
export const chooseParts = (
  revisions: readonly ListedRevision[],
  level: string,
  leaves: readonly RevisionId[],
  had: ReadonlySet<string>,
  sizes: ReadonlyMap<string, number>
): Choice => {
  const open = new Set<string>();
  const hashes: string[] = [];
  let bytes = 0;
  const take = (revision: ListedRevision, most: number): void => {
    for (const { name, commitment, hash } of revision.parts) {
      if (hash === null || had.has(commitment) || open.has(commitment)) continue;
      if (!opens(level, name, leaves.includes(revision.id))) continue;
      const size = sizes.get(hash) ?? 0;
      if (bytes + size > most) continue;
      bytes += size;
      open.add(commitment);
      hashes.push(hash);
    }
  };
  const isLeaf = ({ id }: ListedRevision): boolean => leaves.includes(id);
  for (const revision of revisions) if (isLeaf(revision)) take(revision, Infinity);
  const most = bytes + MOST_OF_OLDER_VERSIONS;
  for (const revision of [...revisions].reverse()) if (!isLeaf(revision)) take(revision, most);
  return { open, hashes, bytes };
};

/** The size of each text that these revisions have here, by its hash. */
export const sizesOf = async (
  tables: Tables,
  revisions: Iterable<ListedRevision>
): Promise<ReadonlyMap<string, number>> => {
  const hashes = new Set<string>();
  for (const { parts } of revisions) for (const { hash } of parts) if (hash !== null) hashes.add(hash);
  const rows = await tables.find('contents', { hash: [...hashes] }, { columns: ['hash', 'size'] });
  return new Map(rows.map(({ hash, size }) => [hash, size ?? UNKNOWN_SIZE]));
};
