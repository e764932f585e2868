import type { Core } from '@strapi/strapi';

/** Folders are named by a chain of names; ids and path numbers are each site's own. */
const FOLDER_UID = 'plugin::upload.folder';

interface Folder {
  id: number;
  name: string;
  pathId: number;
  path: string;
}

const pathIdsIn = (path: string | null): number[] =>
  (path ?? '')
    .split('/')
    .filter((part) => part !== '')
    .map(Number);

/** For each folder path (`/3/7`), the names along it. A path whose folder is gone has none: the file shows at the root. */
export const folderNames = async (
  strapi: Core.Strapi,
  paths: readonly (string | null)[]
): Promise<(path: string | null) => string[]> => {
  const wanted = [...new Set(paths.flatMap(pathIdsIn))];
  const names = new Map<number, string>();
  if (wanted.length > 0) {
    const folders = await strapi.db
      .queryBuilder(FOLDER_UID)
      .select(['id', 'name', 'pathId'])
      .where({ pathId: { $in: wanted } })
      .execute<Folder[]>();
    for (const folder of folders) names.set(folder.pathId, folder.name);
  }
  return (path) => {
    const chain = pathIdsIn(path).map((id) => names.get(id));
    return chain.every((name) => name !== undefined) ? (chain as string[]) : [];
  };
};

/** The folder at the end of this chain of names, made where it is missing. No names: the root, which is no folder. */
export const ensureFolder = async (
  strapi: Core.Strapi,
  names: readonly string[]
): Promise<{ id: number | null; path: string }> => {
  let place: { id: number | null; path: string } = { id: null, path: '/' };
  for (const name of names) {
    const where = { name, parent: place.id };
    const found = (await strapi.db.query(FOLDER_UID).findOne({ where })) as Folder | null;
    const folder: Folder = found ?? (await strapi.plugin('upload').service('folder').create(where));
    place = { id: folder.id, path: folder.path };
  }
  return place;
};
