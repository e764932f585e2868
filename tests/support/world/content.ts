import type { Json, LocalEntry, RowState, RowWrite, Status, Uid } from '../../../server/src/replication/entity';
import { canonical } from '../../../server/src/replication/history/canonical';
import type { Content, Glance } from '../../../server/src/replication/ports';
import type { MemoryTransaction } from '../memory/database';
import type { Rows, SiteRow } from './rows';

/**
 * The port `Content` over simulated rows. `hook` is one of the site's own that may rewrite what is written, `renumbered`
 * hears of components that did not change and got another row id all the same.
 */
export const worldContent = (
  rows: Rows,
  transaction: MemoryTransaction,
  hook: (row: SiteRow) => SiteRow,
  renumbered: (what: string) => void
): Content => {
  /** Rows that lost a link by what this transaction removed: which component became which was decided before. */
  const unlinked = new Set<string>();
  const told = (uid: Uid, id: string) => (unlinked.has(`${uid}/${id}`) ? () => undefined : renumbered);
  return {
    async read(uid, ids) {
      transaction.statement();
      const found = new Map<string, RowState[]>();
      for (const id of ids) {
        const states = rows.of(uid, id).map(({ locale, status, fields, dates, ids: components }) => ({
          locale,
          status,
          fields,
          dates,
          ids: components,
        }));
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

    async look(uid, attribute, of) {
      transaction.statement();
      const all = rows.idsOf(uid).flatMap((id) => rows.of(uid, id));
      return all.flatMap(({ document_id: localId, locale, status, fields }) => {
        const value = fields[attribute];
        if (typeof value !== 'string' && typeof value !== 'number') return [];
        const isWanted = 'ids' in of ? of.ids.includes(localId) : of.values.includes(value);
        return isWanted ? [{ localId, locale, status, value }] : [];
      });
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
        along.push(...writeRow(rows, hook, told(uid, id), uid, id, write));
      }
      for (const one of along) unlinked.add(`${one.uid}/${one.localId}`);
      return { removed: [], along };
    },

    makesTogether: () => true,

    async make(uid, entries) {
      transaction.statement();
      return entries.flatMap(({ localId, writes }) =>
        writes.flatMap((write) => writeRow(rows, hook, told(uid, localId), uid, localId, write))
      );
    },
  };
};

const writeRow = (
  rows: Rows,
  hook: (row: SiteRow) => SiteRow,
  renumbered: (what: string) => void,
  uid: Uid,
  id: string,
  write: RowWrite
): LocalEntry[] => {
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
      fields: write.fields,
      ids: {},
      dates: { ...write.dates },
    });
    rows.put(row, {});
    return [];
  }
  if (before === undefined) throw new Error(`${uid}/${id} has no row for ${locale}/${status}.`);
  const fields = { ...before.fields, ...write.fields };
  const row = hook({ uid, document_id: id, locale, status, fields, ids: {}, dates: { ...write.dates } });
  const ids = { ...before.ids };
  for (const name of Object.keys(write.fields)) delete ids[name];
  const written = rows.put(row, { ...ids, ...write.ids });
  for (const name of Object.keys(written.ids)) {
    // A link may have lost its target since it was found to be there: what is written is not what was asked for.
    if (keepsIds(before, written, name) || linksIn(written.fields[name]) < linksIn(row.fields[name])) continue;
    renumbered(`${uid}/${id} ${locale}/${status}: ${name} ${JSON.stringify([before.ids[name], written.ids[name]])}`);
  }
  return [];
};

const linksIn = (value: Json | undefined): number => JSON.stringify(value ?? null).split('"uid":').length - 1;

/** An open form sends the ids of components: those of items that are there as before must be the same. */
const keepsIds = (before: SiteRow, after: SiteRow, name: string): boolean => {
  const old = items(before, name);
  const now = items(after, name);
  return old.every(({ text, id }) => {
    const still = now.filter((item) => item.text === text);
    const twice = old.filter((item) => item.text === text).length !== still.length;
    return still.length === 0 || twice || still.some((item) => item.id === id);
  });
};

const items = ({ fields, ids }: SiteRow, name: string): { text: string; id: number | null }[] => {
  const of = ids[name];
  if (of === undefined) return [];
  const values = Array.isArray(of) ? (fields[name] as unknown[]) : [fields[name]];
  return (Array.isArray(of) ? of : [of]).map(({ id }, index) => ({ text: canonical(values[index] ?? null), id }));
};
