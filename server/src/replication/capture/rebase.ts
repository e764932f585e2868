import { isSameRow, type EntityKey, type RowState, type TypeSchema } from '../entity';
import type { Context } from '../context';
import { same } from '../history/canonical';
import { changedAttributes, definitionOf, loadDefinitions } from '../history/definitions';
import type { ShownRow } from '../history/shown';
import type { Tables } from '../ports';

/** What a changed schema made of an entry's rows: nobody's edit. */
export interface Rebased {
  /** What is shown, as it would have been by the schema of today. */
  shown: ShownRow[];
  /** Locales came or went: what is here cannot be told in the words of the head. */
  isForeign: boolean;
  /** The schema changed values that stood here into others, which exist nowhere else. */
  isConverted: boolean;
}

export interface ToRebase {
  entity: EntityKey;
  schema: TypeSchema;
  shown: readonly ShownRow[];
  rows: readonly RowState[];
}

/**
 * A type that was changed since its rows were last looked at makes rows differ without anybody's doing. What attributes
 * hold whose definition changed is taken over as it is, so it is not recorded; what the head holds of them waits until
 * it can be shown. Asks the database only where a schema has changed.
 */
export const rebaseAll = async (
  context: Context,
  tables: Tables,
  entries: readonly ToRebase[]
): Promise<Map<EntityKey, Rebased>> => {
  const result = new Map<EntityKey, Rebased>();
  const stale = entries.filter(({ schema, shown }) =>
    shown.some(({ fingerprint }) => fingerprint !== schema.fingerprint)
  );
  if (stale.length === 0) return result;
  const fingerprints = new Set(stale.flatMap(({ shown }) => shown.map(({ fingerprint }) => fingerprint)));
  const definitions = await loadDefinitions(tables, [...fingerprints]);
  for (const { entity, schema, shown, rows } of stale) {
    const now = definitionOf(schema, context.schemas.components);
    const rebased: Rebased = { shown: [], isForeign: false, isConverted: false };
    for (const was of shown) {
      const before = was.fingerprint === schema.fingerprint ? undefined : definitions.get(was.fingerprint);
      const row = rows.find((one) => isSameRow(one, was));
      if (!before) rebased.shown.push(was);
      else if (before.localized !== now.localized) rebased.isForeign = true;
      else if (row) rebased.shown.push(asNow(was, row, changedAttributes(before, now), rebased));
      // Without drafts there is none to be missed.
      else if (now.drafts || was.status === 'published') rebased.shown.push(was);
      if (before && !before.drafts && now.drafts) addDrafts(rebased, schema, rows);
    }
    result.set(entity, rebased);
  }
  return result;
};

const asNow = (was: ShownRow, row: RowState, names: readonly string[], rebased: Rebased): ShownRow => {
  const fields = { ...was.fields };
  const ids = { ...was.ids };
  for (const name of names) {
    const value = row.fields[name] ?? null;
    if (value !== null && !same(value, was.fields[name] ?? null)) rebased.isConverted = true;
    if (value === null) delete fields[name];
    else fields[name] = value;
    if (row.ids[name]) ids[name] = row.ids[name];
    else delete ids[name];
  }
  return { ...was, fields, ids };
};

/** Strapi makes drafts out of what is published when a type gets them: copies, not edits. */
const addDrafts = (rebased: Rebased, { fingerprint }: TypeSchema, rows: readonly RowState[]): void => {
  for (const row of rows) {
    if (row.status === 'draft' && !rebased.shown.some((one) => isSameRow(one, row))) {
      rebased.shown.push({ ...row, fingerprint });
    }
  }
};
