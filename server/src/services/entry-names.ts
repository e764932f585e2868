import type { Core } from '@strapi/types';
import type { EntryName } from '../contracts';
import { entityOf, FILE_UID, type EntityKey } from '../replication/entity';
import type { Tables } from '../replication/ports';
import { mayReadField, type Ability } from './reading-rights';

export type NamedEntries = (key: EntityKey) => EntryName;

/** The documentIds here of these entities, for {@link nameEntries}: read in the transaction that found the entities. */
export const localIdsOf = async (tables: Tables, keys: Iterable<EntityKey>): Promise<Map<EntityKey, string>> => {
  const rows = await tables.find('entries', { entity: [...new Set(keys)] });
  return new Map(rows.map((row) => [row.entity, row.local_id]));
};

/** How people call these entries: one query a type, outside any transaction. Titles only of what `ability` may read. */
export const nameEntries = async (
  strapi: Core.Strapi,
  ability: Ability | undefined,
  localIds: ReadonlyMap<EntityKey, string>
): Promise<NamedEntries> => {
  const byType = new Map<string, string[]>();
  for (const [key, localId] of localIds) {
    const { uid } = entityOf(key);
    byType.set(uid, [...(byType.get(uid) ?? []), localId]);
  }
  const titles = new Map<string, string>();
  for (const [uid, ids] of byType) {
    const field = await mainField(strapi, uid);
    if (field === null || !mayReadField(ability, uid, field)) continue;
    for (const [localId, title] of await readTitles(strapi, uid, field, ids)) titles.set(`${uid}/${localId}`, title);
  }
  return (key) => {
    const { uid, id } = entityOf(key);
    const documentId = localIds.get(key) ?? null;
    return {
      uid,
      id,
      documentId,
      title: titles.get(`${uid}/${documentId}`) ?? null,
      typeName: typeName(strapi, uid),
    };
  };
};

export const typeName = (strapi: Core.Strapi, uid: string): string => {
  if (uid === FILE_UID) return 'Media library file';
  const type = (strapi.contentTypes as unknown as Record<string, { info?: { displayName?: string } } | undefined>)[uid];
  return type?.info?.displayName ?? uid;
};

const readTitles = async (
  strapi: Core.Strapi,
  uid: string,
  field: string,
  ids: string[]
): Promise<Map<string, string>> => {
  const rows: Record<string, unknown>[] = await strapi.db
    .query(uid as never)
    .findMany({ select: ['documentId', field], where: { documentId: { $in: ids } } });
  const titles = new Map<string, string>();
  for (const row of rows) {
    const value = row[field];
    const isText = typeof value === 'string' || typeof value === 'number';
    if (isText && String(value) !== '') titles.set(String(row.documentId), String(value));
  }
  return titles;
};

/** The field the content manager shows as the entry's title; null where it is only the id. */
export const mainField = async (strapi: Core.Strapi, uid: string): Promise<string | null> => {
  if (uid === FILE_UID) return 'name';
  const type = (strapi.contentTypes as unknown as Record<string, { attributes: object } | undefined>)[uid];
  if (!type) return null;
  const service = strapi.plugin('content-manager')?.service('content-types');
  const configuration = await service?.findConfiguration(type);
  const field: unknown = configuration?.settings?.mainField;
  return typeof field === 'string' && field in type.attributes ? field : null;
};
