import {
  isSameRow,
  NO_LOCALE,
  type Components,
  type Fields,
  type Reference,
  type RowDates,
  type RowState,
  type TypeSchema,
} from '../entity';
import { same } from '../history/canonical';
import { splitDraft, type EntryContent } from '../history/content';
import { SHARED, rowPartName, type PartValue } from '../history/revision';
import type { Row } from '../tables';
import { carry, type Side } from './carry';
import { nameVersions } from './versions';

export interface Observed {
  schema: TypeSchema;
  components: Components;
  /** What the head holds; empty before the first revision. */
  head: EntryContent;
  /** Parts of the head that did not come here. */
  withheld: ReadonlySet<string>;
  /** As we last left the rows, and as they are. References are canonical in both. */
  shown: readonly RowState[];
  rows: readonly RowState[];
  marks: readonly Row<'marks'>[];
  /** The reference's target has no row that this row could be linked to. */
  gone: (reference: Reference, row: RowState) => boolean;
  /** The one version of its target that this row is linked to is all there is of it. */
  isOnlyVersion: (reference: Reference, row: RowState) => boolean;
}

export interface NextContent {
  content: EntryContent;
  changed: boolean;
  /** Rows that are not there any more although nobody deleted them: never taken for a delete. */
  vanished: RowState[];
}

/** The head's content with exactly the difference *shown → rows*, in the order in which the rows were changed. */
export const nextContent = (observed: Observed): NextContent => {
  const { head, shown, rows, marks } = observed;
  const content: EntryContent = new Map(head);
  const before = new Map(shown.map((row) => [rowPartName(row.locale, row.status), row]));
  const now = new Map(rows.map((row) => [rowPartName(row.locale, row.status), row]));
  let changed = false;

  for (const row of inOrderOfMarks(rows, marks)) {
    changed = carryRow(observed, content, before.get(rowPartName(row.locale, row.status)), row) || changed;
  }

  const vanished: RowState[] = [];
  for (const row of shown) {
    const name = rowPartName(row.locale, row.status);
    if (now.has(name)) continue;
    if (!wasDeleted(row, marks)) vanished.push(row);
    else if (content.delete(name)) changed = true;
  }
  if (changed) takeOver(observed, content, before);
  if (changed) touchDates(head, content, rows);
  if (now.size === 0 && vanished.length === 0) content.delete(SHARED);
  return { content, changed, vanished };
};

/**
 * Whoever edits an entry that did not come whole makes a version of all that is shown of it: drafts that stayed where it was
 * unpublished, too. What all drafts share is as the edited ones have it.
 */
const takeOver = (
  { schema, withheld, rows }: Observed,
  content: EntryContent,
  shown: ReadonlyMap<string, RowState>
): void => {
  for (const row of rows) {
    const name = nameOf(row);
    if (row.status !== 'draft' || !withheld.has(name) || !shown.has(name) || content.has(name)) continue;
    const { own, shared } = splitDraft(schema, content, row.locale, knownFields(schema, row.fields));
    if (!content.has(SHARED) && Object.keys(shared).length > 0) content.set(SHARED, { fields: shared });
    content.set(name, { fields: own, dates: travelling(row.dates) });
  }
};

/**
 * Where one version of a locale has changed, its other version travels with the time it was last touched: publishing
 * touches the draft, and the content manager tells by these times which of both is newer.
 */
const touchDates = (head: EntryContent, content: EntryContent, rows: readonly RowState[]): void => {
  const changedLocales = new Set(
    rows.filter((row) => content.get(nameOf(row)) !== head.get(nameOf(row))).map(({ locale }) => locale)
  );
  for (const row of rows) {
    const part = content.get(nameOf(row));
    if (!part || !changedLocales.has(row.locale)) continue;
    const dates = travelling(row.dates);
    if (!same(part.dates, dates)) content.set(nameOf(row), { ...part, dates });
  }
};

const nameOf = (row: RowState): string => rowPartName(row.locale, row.status);

/**
 * Carries one row into the content; whether that changed anything. A row that was set aside, or whose part did not come
 * here, is shown and in no head: as long as nobody edits it there is nothing to carry, and who does has edited all of it.
 */
const carryRow = (observed: Observed, content: EntryContent, before: RowState | undefined, row: RowState): boolean => {
  const isAside = before !== undefined && !isInHead(observed, before);
  if (isAside && same(before.fields, row.fields) && before.dates.publishedAt === row.dates.publishedAt) return false;
  const shown = isAside ? undefined : before;
  const { schema, components, gone } = observed;
  const name = rowPartName(row.locale, row.status);
  const context = { components, gone: (reference: Reference) => gone(reference, row) };
  const carried = (head: Fields, was: Side, is: Side) => carry(schema.attributes, head, was, is, context);
  const was = { fields: knownFields(schema, shown?.fields ?? {}), ids: shown?.ids ?? {} };
  const head = content.get(name);

  if (row.status === 'published') {
    const { was: shownAs, is } = nameVersions({
      schema,
      components,
      head: head?.fields ?? {},
      shown: was.fields,
      row: row.fields,
      touched: observed.marks.some((mark) => mark.action !== 'place' && marksRow(mark, row)),
      isOnlyVersion: (reference) => observed.isOnlyVersion(reference, row),
    });
    const fields = carried(head?.fields ?? {}, { fields: shownAs, ids: was.ids }, { fields: is, ids: row.ids });
    return put(content, name, { fields, dates: travelling(row.dates) }, !same(fields, head?.fields));
  }
  const split = splitDraft(schema, content, row.locale, row.fields);
  const splitWas = splitDraft(schema, content, row.locale, was.fields);
  const sharedWas = shown ? { fields: splitWas.shared, ids: was.ids } : sharedBefore(observed, content);
  const sharedHead = content.get(SHARED);
  // The draft of what is only published in the head is a copy of that: an edit of the copy starts from all of it.
  const source = head || !shown ? undefined : observed.head.get(rowPartName(row.locale, 'published'));
  const copy = source && splitDraft(schema, content, row.locale, source.fields ?? {});
  const sharedBase = sharedHead?.fields ?? copy?.shared ?? {};
  const ownBase = head?.fields ?? copy?.own ?? {};
  const shared = carried(sharedBase, sharedWas, { fields: split.shared, ids: row.ids });
  const own = carried(ownBase, { fields: splitWas.own, ids: was.ids }, { fields: split.own, ids: row.ids });
  if (copy && same(own, ownBase) && same(shared, sharedBase) && isStillPublished(observed, row.locale)) return false;

  const sharedChanged = !same(shared, sharedHead?.fields ?? {});
  if (sharedChanged || (schema.localized && !sharedHead && schema.shared.length > 0))
    content.set(SHARED, { fields: shared });
  return put(content, name, { fields: own, dates: travelling(row.dates) }, sharedChanged || !same(own, head?.fields));
};

/**
 * What all locales share, as it was before a locale was added. Where no draft is left that was shown before, the new one
 * alone tells what was emptied; else the others do, and what it lacks it is given.
 */
const sharedBefore = ({ schema, shown, rows }: Observed, content: EntryContent): Side => {
  const drafts = shown.filter(({ status }) => status === 'draft');
  const [other] = drafts;
  if (!other || drafts.some((draft) => rows.some((row) => isSameRow(row, draft)))) return { fields: {}, ids: {} };
  const { shared } = splitDraft(schema, content, other.locale, knownFields(schema, other.fields));
  return { fields: shared, ids: other.ids };
};

/** As itself, or as the published version of which a draft is a copy. */
const isInHead = ({ head }: Observed, { locale, status }: RowState): boolean =>
  head.has(rowPartName(locale, status)) || (status === 'draft' && head.has(rowPartName(locale, 'published')));

/** What a copy was made of is there as it was: otherwise the copy is a draft of its own from now on. */
const isStillPublished = ({ shown, rows }: Observed, locale: string): boolean => {
  const published = (row: RowState) => row.locale === locale && row.status === 'published';
  const now = rows.find(published);
  return now !== undefined && same(now.fields, shown.find(published)?.fields);
};

/** Stores a part where its fields or its time of publication changed. A save that touches only `updatedAt` is none. */
const put = (content: EntryContent, name: string, value: PartValue, fieldsChanged: boolean): boolean => {
  const before = content.get(name);
  const republished = before?.dates?.publishedAt !== value.dates?.publishedAt;
  if (before && !fieldsChanged && !republished) return false;
  content.set(name, value);
  return true;
};

/** Fields that went because the schema changed were not removed by anybody. */
const knownFields = (schema: TypeSchema, fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name in schema.attributes));

const travelling = (dates: RowDates): RowDates =>
  Object.fromEntries(Object.entries(dates).filter(([, date]) => date !== null)) as unknown as RowDates;

const inOrderOfMarks = (rows: readonly RowState[], marks: readonly Row<'marks'>[]): RowState[] => {
  const last = (row: RowState) =>
    marks.reduce((highest, mark) => (marksRow(mark, row) ? Math.max(highest, mark.id) : highest), 0);
  return [...rows].sort((a, b) => last(a) - last(b) || (a.locale < b.locale ? -1 : a.locale > b.locale ? 1 : 0));
};

const wasDeleted = (row: RowState, marks: readonly Row<'marks'>[]): boolean =>
  marks.some((mark) => mark.action === 'delete' && marksRow(mark, row));

const marksRow = (mark: Row<'marks'>, row: RowState): boolean =>
  (mark.locale || NO_LOCALE) === row.locale && mark.status === row.status;
