import { isSameRow, keyOf } from '../entity';
import type { EntityKey, Fields, Reference, RowKey, RowState, TypeSchema } from '../entity';
import type { Context } from '../context';
import { same } from '../history/canonical';
import { rowsOf, type EntryContent } from '../history/content';
import { referencesIn } from '../identity';

/**
 * References that may be in the rows no more: those in every attribute that differs from what was shown. Of each the
 * question is: was it removed, or did its target go?
 */
export const referencesLost = (
  context: Context,
  schema: TypeSchema,
  shown: RowState[],
  rows: RowState[]
): Reference[] =>
  shown.flatMap((was) => {
    const row = rows.find(({ locale, status }) => locale === was.locale && status === was.status);
    const changed = Object.entries(was.fields).filter(([name, value]) => !same(value, row?.fields[name]));
    return referencesIn(schema.attributes, context.schemas.components, Object.fromEntries(changed));
  });

/** What rows referred to and do not any more: what only one entry can hold is free for another now. */
export const referencesDropped = (
  context: Context,
  schema: TypeSchema,
  before: RowState[],
  after: RowState[]
): EntityKey[] => {
  const refersTo = (rows: RowState[]) =>
    rows.flatMap(({ fields }) => referencesIn(schema.attributes, context.schemas.components, fields));
  const isHeld = targetsOf(refersTo(after));
  return refersTo(before)
    .filter((reference) => !isHeld(reference))
    .map(keyOf);
};

/** References of rows without drafts to one version of an entry: is that all there is of it? */
export const referencesToOneVersion = (context: Context, schema: TypeSchema, rows: RowState[]): Reference[] =>
  schema.drafts
    ? []
    : rows.flatMap(({ fields }) =>
        referencesIn(schema.attributes, context.schemas.components, fields).filter(({ status }) => status !== undefined)
      );

/** What the head refers to, and the row that should show it does not. */
export const unshown = (content: EntryContent, rows: RowState[], context: Context, schema: TypeSchema): EntityKey[] =>
  missingIn(context, schema, rowsOf(content), rows).map(({ reference }) => keyOf(reference));

/** References that rows should hold and do not: in another locale an entry is another target. */
export const missingIn = <Wanted extends KeyedFields>(
  context: Context,
  schema: TypeSchema,
  wanted: readonly Wanted[],
  rows: readonly RowState[]
): { row: Wanted; reference: Reference }[] => {
  const refersTo = (fields: Fields) => referencesIn(schema.attributes, context.schemas.components, fields);
  return wanted.flatMap((row) => {
    const there = rows.find((one) => isSameRow(one, row));
    const isVisible = targetsOf(there ? refersTo(there.fields) : []);
    return refersTo(row.fields)
      .filter((reference) => !isVisible(reference))
      .map((reference) => ({ row, reference }));
  });
};

type KeyedFields = RowKey & Pick<RowState, 'fields'>;

/** Whether one of these references has the same target. By entry: lists are as long as a linked site makes them. */
const targetsOf = (references: readonly Reference[]): ((reference: Reference) => boolean) => {
  const locales = new Map<EntityKey, Set<string | undefined>>();
  for (const reference of references) {
    const key = keyOf(reference);
    if (!locales.has(key)) locales.set(key, new Set());
    locales.get(key)!.add(reference.locale);
  }
  return (reference) => {
    const { locale } = reference;
    const there = locales.get(keyOf(reference));
    return there !== undefined && (locale === undefined || there.has(undefined) || there.has(locale));
  };
};
