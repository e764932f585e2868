import type { Core } from '@strapi/types';
import type { TypeView } from '../contracts';
import { referringFields } from '../replication/controller/dependencies';
import type { Engine } from '../replication/engine';
import { FILE_UID, type TypeSchema } from '../replication/entity';
import { typeName } from './entry-names';
import { readTheirSharing } from './their-sharing';

/** Every type that can be shared, by its name; with what a linked site shares of it, where one is named. */
export const readShareableTypes = async (
  strapi: Core.Strapi,
  engine: Engine,
  link: string | undefined
): Promise<TypeView[]> => {
  const schemas = engine.schemas
    .types()
    // Files go along with the entries that use them: there is no rule for them.
    .filter((uid) => uid !== FILE_UID)
    .map((uid) => engine.schemas.type(uid))
    .filter((schema): schema is TypeSchema => schema !== null);
  const { totals, theirs } = await engine.store.transaction(async ({ content, tables }) => {
    const counted = new Map<string, number>();
    for (const { uid } of schemas) counted.set(uid, await content.total(uid));
    const uids = schemas.map(({ uid }) => uid);
    return { totals: counted, theirs: link === undefined ? null : await readTheirSharing(tables, link, uids) };
  });
  return schemas
    .map(({ uid, single, localized, drafts, localFields = [] }): TypeView => ({
      uid,
      displayName: typeName(strapi, uid),
      kind: single ? 'singleType' : 'collectionType',
      localized,
      drafts,
      entries: totals.get(uid) ?? 0,
      refers: [...referringFields(engine.schemas, uid)].map(([field, types]) => ({ field, types })),
      localFields: [...localFields],
      ...(theirs ? { theirs: theirs.get(uid) ?? null } : {}),
    }))
    .sort((a, b) => a.displayName.localeCompare(b.displayName) || a.uid.localeCompare(b.uid));
};
