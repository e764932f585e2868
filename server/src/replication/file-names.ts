import type { Fields, Json } from './entity';

/**
 * Under which names a file entry's bytes are kept: its own, and one for each format. They come from outside and become
 * names in a folder or a bucket, also when the file is removed again: so they are judged whether or not bytes come along.
 */
export interface FileName {
  hash: string;
  ext: string;
}

/** Strapi makes it of letters, digits and `_`. With a dot in it, the same name could be said with another extension. */
const SAFE_HASH = /^[A-Za-z0-9_-]{1,241}$/;
const SAFE_EXTENSION = /^(\.[A-Za-z0-9]{1,20}){0,3}$/;
const FORMAT = /^[A-Za-z0-9_-]{1,60}$/;

/** What to do about a file that is called otherwise, as some imports make them. */
export const ODD_FILE_NAME =
  'The name under which this file or one of its formats is kept is not one that Strapi gives: letters, digits, “_” and ' +
  '“-” (the hash), then an extension. Upload the file anew on the site it comes from, and use that one in its place.';

/** null: one of the names is none that Strapi would give. */
export const fileNames = (fields: Fields): FileName[] | null => {
  const main = nameOf(fields);
  if (!main) return null;
  const names = [main];
  const { formats } = fields;
  if (formats !== undefined && formats !== null && !isObject(formats)) return null;
  for (const [key, format] of Object.entries(formats ?? {})) {
    const name = isObject(format) ? nameOf(format) : null;
    // `thumbnail_cat_1a2b` belongs to `cat_1a2b`, and to no other file.
    if (!FORMAT.test(key) || !name || !name.hash.endsWith(`_${main.hash}`)) return null;
    names.push(name);
  }
  return names;
};

const MOST_FOLDERS = 50;
const MOST_FOLDER_NAME = 255;
/** What is no letter, digit or sign that people see: also none that one of the databases cannot hold. */
const UNSEEN = /[\p{Cc}\p{Cs}/]/u;

/** Whether the folders that a file names are a chain of names that folders can have: they are made where they are missing. */
export const hasFolderNames = ({ folder }: Fields): boolean =>
  folder === undefined ||
  folder === null ||
  (Array.isArray(folder) && folder.length <= MOST_FOLDERS && folder.every(isFolderName));

const isFolderName = (name: Json): boolean =>
  typeof name === 'string' &&
  name !== '' &&
  name.length <= MOST_FOLDER_NAME &&
  name === name.trim() &&
  !UNSEEN.test(name);

const nameOf = ({ hash, ext }: Fields): FileName | null => {
  const extension = ext ?? '';
  if (typeof hash !== 'string' || typeof extension !== 'string') return null;
  return SAFE_HASH.test(hash) && SAFE_EXTENSION.test(extension) ? { hash, ext: extension } : null;
};

const isObject = (value: Json): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** SHA-256 of a file's bytes and of each of its formats. */
export const fileHashes = (fields: Fields): string[] => {
  const formats =
    fields.formats && typeof fields.formats === 'object' && !Array.isArray(fields.formats) ? fields.formats : {};
  const all = [fields.sha256, ...Object.values(formats).map((format) => (format as { sha256?: Json } | null)?.sha256)];
  return all.filter((hash): hash is string => typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash));
};
