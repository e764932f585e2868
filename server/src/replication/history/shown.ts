import type { ComponentIds, EntityKey, Fields, RowDates, RowState, Status } from '../entity';
import type { Tables } from '../ports';

/** The rows of entries as they were read back when we last wrote or recorded them. References carry local ids. */
export const loadShown = async (
  tables: Tables,
  entities: readonly EntityKey[]
): Promise<Map<EntityKey, RowState[]>> => {
  const result = new Map<EntityKey, RowState[]>(entities.map((entity) => [entity, []]));
  if (entities.length === 0) return result;
  for (const row of await tables.find('shown', { entity: entities })) {
    result.get(row.entity)!.push({
      locale: row.locale,
      status: row.status as Status,
      fields: JSON.parse(row.fields) as Fields,
      dates: JSON.parse(row.dates) as RowDates,
      ids: JSON.parse(row.ids) as ComponentIds,
    });
  }
  return result;
};

export interface ShownUpdate {
  entity: EntityKey;
  rows: readonly RowState[];
  fingerprint: string;
  /** Rows that vanished without anybody deleting them stay shown until a person decides. */
  keep?: readonly RowState[];
}

/** Replaces what is shown of entries. */
export const saveShown = async (tables: Tables, updates: readonly ShownUpdate[]): Promise<void> => {
  if (updates.length === 0) return;
  await tables.remove('shown', { entity: updates.map(({ entity }) => entity) });
  await tables.insert(
    'shown',
    updates.flatMap(({ entity, rows, keep = [], fingerprint }) =>
      [...rows, ...keep].map((row) => ({
        entity,
        locale: row.locale,
        status: row.status,
        fields: JSON.stringify(row.fields),
        dates: JSON.stringify(row.dates),
        ids: JSON.stringify(row.ids),
        fingerprint,
      }))
    ),
    'replace'
  );
};
