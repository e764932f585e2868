import { NO_LOCALE, type Uid } from '../../../server/src/replication/entity';
import type { MarkAction } from '../../../server/src/replication/tables';
import type { MemoryTransaction } from '../memory/database';
import type { Rows } from './rows';

export interface Actor {
  id: string;
  name: string;
}

/** A mark as capture writes it, in the transaction of the change. Answers its id. */
export const mark = (
  transaction: MemoryTransaction,
  at: number,
  row: { uid: Uid; document_id: string; locale: string; status: string },
  action: MarkAction,
  actor: Actor | null
): number => {
  const inserted = transaction.insert(
    'marks',
    {
      uid: row.uid,
      document_id: row.document_id,
      locale: row.locale === NO_LOCALE ? '' : row.locale,
      status: row.status,
      action,
      actor: actor === null ? null : JSON.stringify(actor),
      base: null,
      at,
    },
    'fail'
  );
  return Number(inserted?.id);
};

/** Before a row goes, the entries that point at it are marked: the database takes their links away without an event. */
export const markLinking = (rows: Rows, transaction: MemoryTransaction, at: number, uid: Uid, id: string): void => {
  for (const source of rows.linking(uid, id)) {
    if (source.uid === uid && source.document_id === id) continue;
    mark(transaction, at, source, 'update', null);
  }
};
