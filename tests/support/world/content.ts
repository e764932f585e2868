import type { LocalEntry, RowState, RowWrite, Status, Uid } from '../../../server/src/replication/entity';
import type { Content, Glance } from '../../../server/src/replication/ports';
import type { MemoryTransaction } from '../memory/database';
import type { Rows, SiteRow } from './rows';

/** The port `Content` over simulated rows. `afterWrite` is a hook of the site that may rewrite what was written. */
export const worldContent = (rows: Rows, transaction: MemoryTransaction, hook: (row: SiteRow) => SiteRow): Content => ({
  async read(uid, ids) {
    transaction.statement();
    const found = new Map<string, RowState[]>();
    for (const id of ids) {
      const states = rows
        .of(uid, id)
        .map(({ locale, status, fields, dates, ids: components }) =>
          structuredClone({ locale, status, fields, dates, ids: components })
        );
      if (states.length > 0) found.set(id, states);
    }
    return found;
  },

  async presence(uid, ids) {
    transaction.statement();
    const found = new Map<string, { locale: string; status: Status }[]>();
    for (const id of ids) {
      const present = rows.of(uid, id).map(({ locale, status }) => ({ locale, status }));
      if (present.length > 0) found.set(id, present);
    }
    return found;
  },

  async glance(uid, ids) {
    transaction.statement();
    const found = new Map<string, Glance[]>();
    for (const id of ids) {
      const glances = rows
        .of(uid, id)
        .map(({ locale, status, dates: { updatedAt } }) => ({ locale, status, updatedAt }));
      if (glances.length > 0) found.set(id, glances);
    }
    return found;
  },

  async list(uid, after, limit) {
    transaction.statement();
    return rows
      .idsOf(uid)
      .filter((id) => after === null || id > after)
      .slice(0, limit);
  },

  async total(uid) {
    transaction.statement();
    return rows.idsOf(uid).length;
  },

  async lock(uid, ids) {
    transaction.statement();
    for (const id of ids) rows.lock(uid, id);
  },

  async write(uid, id, writes) {
    const along: LocalEntry[] = [];
    for (const write of writes) {
      transaction.statement();
      along.push(...writeRow(rows, hook, uid, id, write));
    }
    return { removed: [], along };
  },
});

const writeRow = (rows: Rows, hook: (row: SiteRow) => SiteRow, uid: Uid, id: string, write: RowWrite): LocalEntry[] => {
  const { locale, status } = write;
  const before = rows.one(uid, id, locale, status);
  if (write.kind === 'remove') {
    if (before === undefined) return [];
    const linking = rows.linking(uid, id).filter((row) => row.uid !== uid || row.document_id !== id);
    rows.remove(before);
    return linking.map((row) => ({ uid: row.uid, localId: row.document_id }));
  }
  if (write.kind === 'create') {
    if (before !== undefined) throw new Error(`${uid}/${id} has a row for ${locale}/${status} already.`);
    const row = hook({
      uid,
      document_id: id,
      locale,
      status,
      fields: structuredClone(write.fields),
      ids: {},
      dates: { ...write.dates },
    });
    rows.put(row, {});
    return [];
  }
  if (before === undefined) throw new Error(`${uid}/${id} has no row for ${locale}/${status}.`);
  const fields = { ...before.fields, ...structuredClone(write.fields) };
  const row = hook({ uid, document_id: id, locale, status, fields, ids: {}, dates: { ...write.dates } });
  const ids = { ...before.ids };
  for (const name of Object.keys(write.fields)) delete ids[name];
  rows.put(row, { ...ids, ...write.ids });
  return [];
};
