import type { EntityRef, Fields, RowDates } from '../entity';
import { canonical, sha256 } from './canonical';

export type RevisionId = string;

/** The signed part of a revision. It names its content only by salted commitments. */
export interface Header {
  v: 1;
  entity: EntityRef;
  /** Ascending. None for a first revision, several for a merge. */
  parents: RevisionId[];
  /** The instance that made this revision, and the key it signed with. */
  origin: string;
  key: string;
  /** ISO 8601. For people: nothing is decided by it. */
  at: string;
  kind: 'edit' | 'merge' | 'delete';
  /** The conflict this revision settles. */
  resolves?: string;
  /** Commitments by part name. */
  parts: { [name: string]: string };
}

/** What stands in a part, opened. `shared` has only `fields`, `people` only `authors`. */
export type PartValue = { fields?: Fields; dates?: RowDates; authors?: Author[] };

/** Who edited: an id that means something only on that instance, and a name to show. Never an e-mail address. */
export interface Author {
  instance: string;
  user: string;
  name: string;
}

/** A part as it is stored and sent. `salt` and `content` are null where the part was withheld or purged. */
export interface Part {
  name: string;
  commitment: string;
  salt: string | null;
  /** Canonical JSON of a {@link PartValue}. */
  content: string | null;
}

export interface Revision {
  id: RevisionId;
  header: Header;
  signature: string;
  parts: Part[];
}

export interface Signer {
  readonly instance: string;
  /** Instances whose database this site's was copied from. */
  readonly formers?: readonly string[];
  readonly key: string;
  sign(bytes: Buffer): string;
}

/** `SHA-256(salt ‖ bytes)`: without the salt nobody can even guess at what a part holds. */
export const commit = (salt: string, content: string): string =>
  sha256(Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(content, 'utf8')]));

export const sealPart = (name: string, value: PartValue, salt: Buffer): Part => {
  const content = canonical(value);
  const saltText = salt.toString('hex');
  return { name, salt: saltText, content, commitment: commit(saltText, content) };
};

export const openPart = (part: Part): PartValue | null =>
  part.content === null ? null : (JSON.parse(part.content) as PartValue);

export const idOf = (header: Header): RevisionId => sha256(canonical(header));

/** Signs a header and gives it its id: the SHA-256 of the very bytes that are signed. */
export const sealRevision = (
  what: Omit<Header, 'v' | 'origin' | 'key' | 'parts'>,
  parts: Part[],
  signer: Signer
): Revision => {
  const header: Header = {
    v: 1,
    ...what,
    parents: [...what.parents].sort(),
    origin: signer.instance,
    key: signer.key,
    parts: Object.fromEntries(parts.map((part) => [part.name, part.commitment])),
  };
  const bytes = canonical(header);
  return { id: sha256(bytes), header, signature: signer.sign(Buffer.from(bytes, 'utf8')), parts };
};

export const SHARED = 'shared';
export const PEOPLE = 'people';
export const rowPartName = (locale: string, status: 'draft' | 'published'): string => `${locale}/${status}`;

/** `{locale, status}` of a row's part; null for `shared` and `people`. */
export const readPartName = (name: string): { locale: string; status: 'draft' | 'published' } | null => {
  const slash = name.lastIndexOf('/');
  if (slash < 1) return null;
  const status = name.slice(slash + 1);
  return status === 'draft' || status === 'published' ? { locale: name.slice(0, slash), status } : null;
};

export const isPublishedPart = (name: string): boolean => readPartName(name)?.status === 'published';

/** The locales an entry had at a revision, published or not. */
export const localesOf = (header: Header): Set<string> =>
  new Set(Object.keys(header.parts).flatMap((name) => readPartName(name)?.locale ?? []));
