import { isSameRow, type Fields, type RowDates, type RowKey, type TypeSchema } from '../entity';
import { same } from './canonical';
import { SHARED, readPartName, rowPartName, type PartValue } from './revision';

/** An entry's opened content, by part name, without `people`. */
export type EntryContent = Map<string, PartValue>;

/** A row as content: what one locale's draft or published version holds. */
export interface RowContent extends RowKey {
  fields: Fields;
  dates: RowDates;
}

const NO_DATES: RowDates = { createdAt: null, updatedAt: null, publishedAt: null };

/**
 * Splits a draft's fields into those that stand in its own part and those all locales share.
 * A field stays in the part where the head has it, so that a change of i18n's settings moves nothing.
 */
export const splitDraft = (
  schema: TypeSchema,
  head: EntryContent,
  locale: string,
  fields: Fields
): { own: Fields; shared: Fields } => {
  const headShared = head.get(SHARED)?.fields ?? {};
  const headOwn = head.get(rowPartName(locale, 'draft'))?.fields ?? {};
  const isShared = (name: string) => name in headShared || (schema.shared.includes(name) && !(name in headOwn));
  const own: Fields = {};
  const shared: Fields = {};
  for (const [name, value] of Object.entries(fields)) (isShared(name) ? shared : own)[name] = value;
  return { own, shared };
};

/** The rows that content stands for, whatever the schema here: fields unknown here are still in them. */
export const rowsOf = (content: EntryContent): RowContent[] => {
  const shared = content.get(SHARED)?.fields ?? {};
  return [...content].flatMap(([name, part]) => {
    const row = readPartName(name);
    if (!row) return [];
    const fields = row.status === 'draft' ? { ...shared, ...part.fields } : { ...part.fields };
    return [{ ...row, fields, dates: { ...NO_DATES, ...part.dates } }];
  });
};

type RowFields = Pick<RowContent, 'locale' | 'status' | 'fields'>;

/** Whether rows hold the same, whenever they were saved. */
export const sameRows = (a: readonly RowFields[], b: readonly RowFields[]): boolean =>
  a.length === b.length && a.every((row) => b.some((one) => isSameRow(one, row) && same(one.fields, row.fields)));

export const hasRows = (content: EntryContent): boolean => [...content.keys()].some((name) => readPartName(name));
