import { missingIn } from '../capture/missing-references';
import type { Context } from '../context';
import { isSameRow, keyOf, type EntityKey, type LocalEntry, type RowState } from '../entity';
import type { ShownRow } from '../history/shown';
import type { Identity } from '../identity';
import type { Content, Tables } from '../ports';
import { Presence } from '../presence';
import type { Hold } from './hold';
import type { Prepared } from './prepare';
import type { Unedited } from './read-unedited';

/**
 * Entries whose rows had vanished and are there again. What referred to them lost its links without anybody's doing, and
 * may not have been looked at since: with the target back that would be taken for an edit.
 */
export const returnedAmong = (
  prepared: readonly Prepared[],
  results: ReadonlyMap<EntityKey, Hold | null>,
  { before, shown }: Unedited
): EntityKey[] =>
  prepared.flatMap(({ entry, rendered }) => {
    const rows = before.get(entry.uid)?.get(entry.local_id) ?? [];
    const isBack = (was: ShownRow) =>
      !rows.some((row) => isSameRow(row, was)) && rendered.rows.some((row) => isSameRow(row, was));
    return results.get(entry.entity) === null && shown.get(entry.entity)!.some(isBack) ? [entry.entity] : [];
  });

/** Who refers to these entries. */
export const referringTo = async (tables: Tables, targets: readonly EntityKey[]): Promise<LocalEntry[]> => {
  if (targets.length === 0) return [];
  const references = await tables.find('refs', { target: [...targets] });
  const entities = [...new Set(references.map(({ source }) => source))];
  const entries = await tables.find('entries', { entity: entities });
  return entries.map(({ uid, local_id: localId }) => ({ uid, localId }));
};

/**
 * What had a place when the batch began and has none where it was written: another entry of the batch, or somebody else,
 * took the row away that it is linked to. What a hook of the site removes has one, and waits for nothing.
 */
export const lostMeanwhile = async (
  context: Context,
  { content, identity }: { content: Content; identity: Identity },
  written: readonly Prepared[],
  rowsNow: (one: Prepared) => RowState[]
): Promise<Map<EntityKey, EntityKey[]>> => {
  const missing = written.flatMap((one) =>
    missingIn(context, one.schema, one.rendered.rows, rowsNow(one)).map((lost) => ({ ...lost, ...one }))
  );
  const lost = new Map<EntityKey, EntityKey[]>();
  if (missing.length === 0) return lost;
  const references = missing.map(({ reference }) => reference);
  const presence = await Presence.of(references, context.schemas, content, identity);
  for (const { entry, schema, row, reference } of missing) {
    if (presence.canPlace(reference, schema, row)) continue;
    lost.set(entry.entity, [...(lost.get(entry.entity) ?? []), keyOf(reference)]);
  }
  return lost;
};
