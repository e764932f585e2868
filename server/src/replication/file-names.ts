import type { Fields, Json } from './entity';

/**
 * Under which names a file entry's bytes are kept: its own, and one for each format. They come from outside and become
 * names in a folder or a bucket, also when the file is removed again: so they are judged whether or not bytes come along.
 */
export interface FileName {
  hash: string;
  ext: string;
}

const SAFE_HASH = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,240}$/;
const SAFE_EXTENSION = /^(\.[A-Za-z0-9]{1,20}){0,3}$/;

/** null: one of the names is none that Strapi would give. */
export const fileNames = (fields: Fields): FileName[] | null => {
  const main = nameOf(fields);
  if (!main) return null;
  const names = [main];
  const { formats } = fields;
  if (formats !== undefined && formats !== null && !isObject(formats)) return null;
  for (const format of Object.values(formats ?? {})) {
    const name = isObject(format) ? nameOf(format) : null;
    // `thumbnail_cat_1a2b` belongs to `cat_1a2b`, and to no other file.
    if (!name || !name.hash.endsWith(`_${main.hash}`)) return null;
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
