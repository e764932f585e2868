import { NO_LOCALE, type Attributes, type Components, type Fields, type Json, type TypeSchema } from '../entity';
import { NotPossible } from '../errors';
import { isRecord } from '../history/canonical';
import { rowsOf, type EntryContent, type RowContent } from '../history/content';
import { SHARED, isPublishedPart, localesOf, type Header } from '../history/revision';

/** The rows that a head stands for on this site. References are canonical, and still hold what has no place here. */
export interface Rendered {
  rows: RowContent[];
  /** Locales whose draft stays as it is: unpublished where we may only see what is published. */
  keepDrafts: Set<string>;
}

/**
 * From a head to rows: what this site's schema can show of it, as far as this site may see it.
 * Where a site has no drafts and the other has, only what is published shows; the other way round, and where only what
 * is published may be seen, the draft is a copy of it.
 *
 * @throws NotPossible where locales have no counterpart here.
 */
export const render = (
  schema: TypeSchema,
  components: Components,
  header: Header,
  content: EntryContent,
  shows: 'EVERYTHING' | 'PUBLISHED'
): Rendered => {
  const open = new Map([...content].filter(([name]) => shows === 'EVERYTHING' || isPublishedPart(name)));
  const rows = rowsOf(open).map((row) => ({ ...row, fields: knownHere(schema.attributes, components, row.fields) }));
  const known = rows.filter(({ status }) => status === 'published' || schema.drafts);
  const drafted = new Set(known.filter(({ status }) => status === 'draft').map(({ locale }) => locale));
  const part = open.get(SHARED);
  const shared = part && knownHere(schema.attributes, components, part.fields ?? {});
  const copies = schema.drafts
    ? known
        .filter(({ status, locale }) => status === 'published' && !drafted.has(locale))
        .map((row): RowContent => ({
          ...row,
          status: 'draft',
          fields: shared ? { ...without(row.fields, schema.shared), ...shared } : row.fields,
          dates: { ...row.dates, publishedAt: null },
        }))
    : [];
  const all = [...known, ...copies];
  for (const { locale } of all) checkLocale(schema, locale);
  const shown = new Set(all.map(({ locale }) => locale));
  const keepDrafts = new Set(
    shows === 'PUBLISHED' ? [...localesOf(header)].filter((locale) => !shown.has(locale)) : []
  );
  return { rows: all.sort(draftsFirst), keepDrafts };
};

const without = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

const draftsFirst = (a: RowContent, b: RowContent): number =>
  a.status === b.status ? (a.locale < b.locale ? -1 : 1) : a.status === 'draft' ? -1 : 1;

const checkLocale = (schema: TypeSchema, locale: string): void => {
  if (schema.localized === (locale !== NO_LOCALE)) return;
  throw new NotPossible(
    'LOCALES_DIFFER',
    schema.localized
      ? `“${schema.uid}” has locales here and none on the site it comes from. Switch internationalisation on or off on one of them.`
      : `“${schema.uid}” has no locales here, and “${locale}” on the site it comes from. Switch internationalisation on for it.`
  );
};

/** Leaves out attributes and components that this site's schema does not have: they stay in the head. */
const knownHere = (attributes: Attributes, components: Components, fields: Fields): Fields => {
  const result: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    // `constructor` is no attribute, though every object has one.
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (!attribute) continue;
    const known = knownValue(attribute, components, value);
    if (known !== undefined) result[name] = known;
  }
  return result;
};

const knownValue = (attribute: Attributes[string], components: Components, value: Json): Json | undefined => {
  if (attribute.kind === 'component') {
    const inner = components(attribute.component);
    if (!inner) return undefined;
    if (!attribute.many) return isRecord(value) ? knownHere(inner, components, value) : undefined;
    return Array.isArray(value) ? value.filter(isRecord).map((item) => knownHere(inner, components, item)) : undefined;
  }
  if (attribute.kind === 'zone') {
    if (!Array.isArray(value)) return undefined;
    return value.filter(isRecord).flatMap((item) => {
      const type = item.__component;
      const inner = typeof type === 'string' && attribute.components.includes(type) ? components(type) : null;
      return inner ? [{ __component: type!, ...knownHere(inner, components, item) }] : [];
    });
  }
  if (attribute.kind === 'relation' || attribute.kind === 'media') {
    if (!Array.isArray(value)) return undefined;
    return attribute.many ? value : value.slice(0, 1);
  }
  return isOfType(attribute.type, value) ? value : undefined;
};

const NUMBERS: ReadonlySet<string> = new Set(['integer', 'biginteger', 'float', 'decimal']);
const WORDS: ReadonlySet<string> = new Set(['string', 'text', 'richtext', 'email', 'enumeration', 'uid']);
const TIMES: ReadonlySet<string> = new Set(['date', 'time', 'datetime', 'timestamp']);

/** A value that was written when the attribute was of another type has no place: it waits in the head. */
const isOfType = (type: string, value: Json): boolean => {
  if (value === null) return true;
  const isPlain = typeof value === 'string' || typeof value === 'number';
  // What is no plain value may throw where it is converted.
  if (NUMBERS.has(type)) return isPlain && `${value}`.trim() !== '' && Number.isFinite(Number(value));
  if (type === 'boolean') return typeof value === 'boolean';
  if (WORDS.has(type) || TIMES.has(type)) return isPlain;
  return true;
};
