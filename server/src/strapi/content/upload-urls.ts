import type { Core } from '@strapi/strapi';
import { FILE_UID } from '../../replication/entity';
import type { Tables } from '../../replication/ports';
import type { ResolveUrl, UploadTarget, UrlOf } from '../../replication/upload-tokens';
import { isPending } from './file-bytes';

interface FileUrls {
  documentId: string;
  url: string | null;
  formats: Record<string, { url?: string } | null> | null;
}

/** As many conditions as every database takes in one statement, with room. */
const MOST = 500;

const chunksOf = <T>(list: readonly T[], size: number): T[][] => {
  const chunks: T[][] = [];
  for (let at = 0; at < list.length; at += size) chunks.push(list.slice(at, at + size));
  return chunks;
};

/**
 * The hashes a URL's file may have. An upload is `<hash><ext>`, a format of it `<format>_<hash><ext>`; both format names
 * and hashes may hold underscores.
 */
const hashesIn = (url: string): string[] => {
  const name = url.slice(url.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  const parts = (dot === -1 ? name : name.slice(0, dot)).split('_');
  return parts.slice(0, 6).map((_, at) => parts.slice(at).join('_'));
};

const findFiles = async (strapi: Core.Strapi, where: object): Promise<FileUrls[]> =>
  (await strapi.db
    .queryBuilder(FILE_UID)
    .select(['id', 'documentId', 'url', 'formats'])
    .where(where)
    .execute()) as FileUrls[];

const addUrls = (files: readonly FileUrls[], known: Map<string, UploadTarget>): void => {
  for (const { documentId: id, url, formats } of files) {
    if (url) known.set(url, { id, format: null });
    for (const [format, made] of Object.entries(formats ?? {})) if (made?.url) known.set(made.url, { id, format });
  }
};

/** Looks up whose uploads these URLs are, inside the current transaction. */
export const resolverFor = async (
  strapi: Core.Strapi,
  tables: Tables,
  urls: ReadonlySet<string>
): Promise<ResolveUrl> => {
  const known = new Map<string, UploadTarget>();
  for (const some of chunksOf([...urls], MOST)) {
    const hashes = [...new Set(some.flatMap(hashesIn))];
    const conditions: object[] = [
      { url: { $in: some } },
      ...chunksOf(hashes, MOST).map((list) => ({ hash: { $in: list } })),
    ];
    for (const where of conditions) addUrls(await findFiles(strapi, where), known);
    // Formats in a bucket whose names follow no rule are found through our own index.
    const unknown = some.filter((url) => !known.has(url));
    const bytes = (await tables.find('file_bytes', { url: unknown })).filter(({ format }) => !isPending(format));
    const files = await findFiles(strapi, { documentId: { $in: bytes.map((row) => row.local_id) } });
    addUrls(files, known);
  }
  return (url) => (urls.has(url) ? (known.get(url) ?? null) : null);
};

/** This site's URLs of these files, inside the current transaction. */
export const urlsOf = async (strapi: Core.Strapi, ids: ReadonlySet<string>): Promise<UrlOf> => {
  const files = new Map<string, FileUrls>();
  for (const some of chunksOf([...ids], MOST)) {
    for (const file of await findFiles(strapi, { documentId: { $in: some } })) files.set(file.documentId, file);
  }
  return ({ id, format }) => {
    const file = files.get(id);
    if (!file) return null;
    return (format === null ? file.url : file.formats?.[format]?.url) ?? null;
  };
};
