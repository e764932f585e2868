import type { Core } from '@strapi/types';
import type { TypeView } from '../contracts';
import { referringFields } from '../replication/controller/dependencies';
import type { Engine } from '../replication/engine';
import { FILE_UID, type TypeSchema } from '../replication/entity';
import { typeName } from './entry-names';

/** Every type that can be shared, by its name. */
export const readShareableTypes = async (strapi: Core.Strapi, engine: Engine): Promise<TypeView[]> => {
  const schemas = engine.schemas
    .types()
    // Files go along with the entries that use them: there is no rule for them.
    .filter((uid) => uid !== FILE_UID)
    .map((uid) => engine.schemas.type(uid))
    .filter((schema): schema is TypeSchema => schema !== null);
  const totals = await engine.store.transaction(async ({ content }) => {
    const counted = new Map<string, number>();
    for (const { uid } of schemas) counted.set(uid, await content.total(uid));
    return counted;
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
    }))
    .sort((a, b) => a.displayName.localeCompare(b.displayName) || a.uid.localeCompare(b.uid));
};
