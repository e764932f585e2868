import type { Context } from '../context';
import type { LocalEntry, RowState, RowWrite, TypeSchema } from '../entity';
import type { Content, NewRow, Removed, Source, Tables } from '../ports';
import type { HappeningAction, Row } from '../tables';
import { whatHappened, type Happening } from './happenings';

/** What is to be done to an entry's rows, and in whose name. */
export interface ToWrite {
  entry: Pick<Row<'entries'>, 'uid' | 'local_id'>;
  schema: TypeSchema;
  before: readonly Pick<RowState, 'locale' | 'status' | 'dates'>[];
  writes: readonly RowWrite[];
  from: Source;
}

/** What the rest of the site is to be told of it after the commit, and who changed along. */
export interface WrittenAndNoted {
  notes: NewRow<'notifications'>[];
  along: LocalEntry[];
}

/** Writes an entry's rows. */
export const writeAndNote = async (context: Context, content: Content, one: ToWrite): Promise<WrittenAndNoted> => {
  const { entry, writes, from } = one;
  const heard = heardOf(context, one);
  const keepRemoved = heard.some(({ action }) => isGone(action));
  const { removed, along } = await content.write(entry.uid, entry.local_id, writes, { from, keepRemoved });
  return { notes: notesOf(context, one, heard, removed), along };
};

/** Makes the rows of entries of one type that have none. */
export const makeAndNote = async (
  context: Context,
  content: Content,
  entries: readonly ToWrite[]
): Promise<WrittenAndNoted> => {
  const made = entries.map(({ entry, writes, from }) => ({
    localId: entry.local_id,
    writes,
    telling: { from, keepRemoved: false },
  }));
  const along = await content.make(entries[0]!.entry.uid, made);
  return { notes: entries.flatMap((one) => notesOf(context, one, heardOf(context, one), [])), along };
};

const isGone = (action: HappeningAction): boolean => action === 'delete' || action === 'unpublish';

const heardOf = ({ audience }: Context, { entry: { uid }, schema, before, writes }: ToWrite): Happening[] =>
  whatHappened(schema, before, writes).filter(({ action }) => audience.listens(uid, action));

const notesOf = (
  { clock }: Context,
  { entry, from }: ToWrite,
  heard: readonly Happening[],
  removed: readonly Removed[]
): NewRow<'notifications'>[] =>
  heard.map(({ action, locale }) => {
    const gone = isGone(action);
    const rows = removed.filter((row) => gone && (locale === null || row.locale === locale)).map(({ row }) => row);
    return {
      uid: entry.uid,
      document_id: entry.local_id,
      locale: locale ?? '',
      action,
      removed: gone ? JSON.stringify(rows) : null,
      site: from.site,
      site_name: from.siteName,
      revision: from.revision,
      at: clock.now(),
      attempts: 0,
      lease: null,
      lease_until: 0,
    };
  });

/** Each in the transaction of what it tells. */
export const saveNotes = async (tables: Tables, notes: NewRow<'notifications'>[]): Promise<void> => {
  if (notes.length > 0) await tables.insert('notifications', notes, 'fail');
};

/** Whose versions these are, where no link says so: a head that is rendered again was brought long ago. */
export const makersOf = async (tables: Tables, origins: readonly string[]): Promise<Map<string, string>> =>
  new Map((await tables.find('links', { id: [...new Set(origins)] })).map(({ id, name }) => [id, name]));
