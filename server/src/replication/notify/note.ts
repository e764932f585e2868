import type { Context } from '../context';
import type { LocalEntry, RowState, RowWrite, TypeSchema } from '../entity';
import type { Content, NewRow, Source, Tables } from '../ports';
import type { Row } from '../tables';
import { whatHappened } from './happenings';

/** Writes an entry's rows, and answers what the rest of the site is to be told of it after the commit. */
export const writeAndNote = async (
  context: Context,
  content: Content,
  entry: Pick<Row<'entries'>, 'uid' | 'local_id'>,
  schema: TypeSchema,
  before: readonly Pick<RowState, 'locale' | 'status' | 'dates'>[],
  writes: readonly RowWrite[],
  from: Source
): Promise<{ notes: NewRow<'notifications'>[]; along: LocalEntry[] }> => {
  const { uid, local_id: localId } = entry;
  const heard = whatHappened(schema, before, writes).filter(({ action }) => context.audience.listens(uid, action));
  const keepRemoved = heard.some(({ action }) => action === 'delete' || action === 'unpublish');
  const { removed, along } = await content.write(uid, localId, writes, { from, keepRemoved });
  const notes = heard.map(({ action, locale }): NewRow<'notifications'> => {
    const gone = action === 'delete' || action === 'unpublish';
    const rows = removed.filter((row) => gone && (locale === null || row.locale === locale)).map(({ row }) => row);
    return {
      uid,
      document_id: localId,
      locale: locale ?? '',
      action,
      removed: gone ? JSON.stringify(rows) : null,
      site: from.site,
      site_name: from.siteName,
      revision: from.revision,
      at: context.clock.now(),
      attempts: 0,
      lease: null,
      lease_until: 0,
    };
  });
  return { notes, along };
};

/** Each in the transaction of what it tells. */
export const saveNotes = async (tables: Tables, notes: NewRow<'notifications'>[]): Promise<void> => {
  if (notes.length > 0) await tables.insert('notifications', notes, 'fail');
};

/** Whose versions these are, where no link says so: a head that is rendered again was brought long ago. */
export const makersOf = async (tables: Tables, origins: readonly string[]): Promise<Map<string, string>> =>
  new Map((await tables.find('links', { id: [...new Set(origins)] })).map(({ id, name }) => [id, name]));
