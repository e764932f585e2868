import { isSameRow, type EntityKey, type RowState, type Uid } from '../entity';
import { Busy } from '../errors';
import { same } from '../history/canonical';
import { loadShown, type ShownRow } from '../history/shown';
import type { Content, Unit } from '../ports';
import type { Prepared } from './prepare';

/** Rows as they are before they are written, by type and local id, and as they were left last. */
export interface Unedited {
  before: Map<Uid, Map<string, RowState[]>>;
  shown: Map<EntityKey, ShownRow[]>;
}

/**
 * Reads the rows under their locks. A row that is not as it was recorded was saved or added since: it must go into the
 * history before it is written over, so this waits for the recorder.
 */
export const readUnedited = async ({ tables, content }: Unit, prepared: readonly Prepared[]): Promise<Unedited> => {
  for (const [uid, ids] of byType(prepared)) await content.lock(uid, ids);
  const rows = await readAll(content, prepared);
  const shown = await loadShown(
    tables,
    prepared.map(({ entry }) => entry.entity)
  );
  for (const { entry } of prepared) {
    for (const row of rows.get(entry.uid)?.get(entry.local_id) ?? []) {
      const recorded = shown.get(entry.entity)!.find((one) => isSameRow(one, row));
      if (!recorded || !same(recorded.fields, row.fields)) throw new Busy('The entry');
    }
    if (shown.get(entry.entity)!.length > (rows.get(entry.uid)?.get(entry.local_id)?.length ?? 0)) {
      // A row was deleted meanwhile, not merely lost: rendering would bring it back.
      const deleted = { uid: entry.uid, document_id: entry.local_id, action: 'delete' as const };
      if ((await tables.count('marks', deleted)) > 0) throw new Busy('The entry');
    }
  }
  return { before: rows, shown };
};

const byType = (prepared: readonly Prepared[]): Map<Uid, string[]> => {
  const ids = new Map<Uid, string[]>();
  for (const { entry } of prepared) ids.set(entry.uid, [...(ids.get(entry.uid) ?? []), entry.local_id]);
  return ids;
};

export const readAll = async (
  content: Content,
  prepared: readonly Prepared[]
): Promise<Map<Uid, Map<string, RowState[]>>> => {
  const rows = new Map<Uid, Map<string, RowState[]>>();
  for (const [uid, ids] of byType(prepared)) rows.set(uid, await content.read(uid, ids));
  return rows;
};
