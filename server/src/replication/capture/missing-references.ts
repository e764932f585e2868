import { keyOf, type EntityKey, type Reference, type RowState, type TypeSchema } from '../entity';
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
    rows.flatMap(({ fields }) => referencesIn(schema.attributes, context.schemas.components, fields).map(keyOf));
  const held = new Set(refersTo(after));
  return refersTo(before).filter((key) => !held.has(key));
};

/** References of rows without drafts to one version of an entry: is that all there is of it? */
export const referencesToOneVersion = (context: Context, schema: TypeSchema, rows: RowState[]): Reference[] =>
  schema.drafts
    ? []
    : rows.flatMap(({ fields }) =>
        referencesIn(schema.attributes, context.schemas.components, fields).filter(({ status }) => status !== undefined)
      );

/** What the head refers to, and the row that should show it does not. */
export const unshown = (content: EntryContent, rows: RowState[], context: Context, schema: TypeSchema): EntityKey[] => {
  const refersTo = (fields: RowState['fields']) =>
    referencesIn(schema.attributes, context.schemas.components, fields).map(keyOf);
  return rowsOf(content).flatMap(({ locale, status, fields }) => {
    const row = rows.find((one) => one.locale === locale && one.status === status);
    const visible = new Set(row ? refersTo(row.fields) : []);
    return refersTo(fields).filter((key) => !visible.has(key));
  });
};
