import {
  isSameRow,
  type ComponentIds,
  type EntityKey,
  type Fields,
  type RowDates,
  type RowState,
  type Status,
} from '../entity';
import type { Tables } from '../ports';
import type { Row } from '../tables';
import { same } from './canonical';

/** A row as it was last written or recorded, with the schema that gave it a meaning then. */
export interface ShownRow extends RowState {
  fingerprint: string;
}

/** The rows of entries as they were read back when we last wrote or recorded them. References carry local ids. */
export const loadShown = async (
  tables: Tables,
  entities: readonly EntityKey[]
): Promise<Map<EntityKey, ShownRow[]>> => {
  const result = new Map<EntityKey, ShownRow[]>(entities.map((entity) => [entity, []]));
  if (entities.length === 0) return result;
  for (const row of await tables.find('shown', { entity: entities })) {
    result.get(row.entity)!.push({
      locale: row.locale,
      status: row.status as Status,
      fields: JSON.parse(row.fields) as Fields,
      dates: JSON.parse(row.dates) as RowDates,
      ids: JSON.parse(row.ids) as ComponentIds,
      fingerprint: row.fingerprint,
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

/**
 * Replaces what is shown of entries. Mostly one row of several has changed: the others stay as they are.
 *
 * @param before what is shown of them now, from {@link loadShown}.
 */
export const saveShown = async (
  tables: Tables,
  updates: readonly ShownUpdate[],
  before: ReadonlyMap<EntityKey, readonly ShownRow[]>
): Promise<void> => {
  const gone: EntityKey[] = [];
  const changed: Row<'shown'>[] = [];
  for (const { entity, rows, keep = [], fingerprint } of updates) {
    const had = before.get(entity) ?? [];
    const has = [...rows, ...keep].map((row): ShownRow => ({ ...row, fingerprint }));
    const lost = had.some((row) => !has.some((other) => isSameRow(row, other)));
    if (lost) gone.push(entity);
    for (const row of has) {
      if (lost || !had.some((other) => isSameRow(row, other) && same(row, other))) changed.push(stored(entity, row));
    }
  }
  await tables.remove('shown', { entity: gone });
  await tables.insert('shown', changed, 'replace');
};

const stored = (entity: EntityKey, row: ShownRow): Row<'shown'> => ({
  entity,
  locale: row.locale,
  status: row.status,
  fields: JSON.stringify(row.fields),
  dates: JSON.stringify(row.dates),
  ids: JSON.stringify(row.ids),
  fingerprint: row.fingerprint,
});
