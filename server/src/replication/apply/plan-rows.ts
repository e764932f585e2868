import {
  isSameRow,
  type Attribute,
  type Attributes,
  type Components,
  type Fields,
  type ItemIds,
  type Json,
  type KeptItem,
  type KeptItems,
  type RowKey,
  type RowState,
  type RowWrite,
  type TypeSchema,
} from '../entity';
import { matchItems } from '../capture/match-items';
import { isNothingFor, isRecord, same } from '../history/canonical';
import type { RowContent } from '../history/content';
import type { Rendered } from './render';

/**
 * What to write so that the rows become what is wanted: only attributes that change, in place, and components keep
 * the row ids that an open form will send. References are local in both.
 */
export const planRows = (
  schema: TypeSchema,
  components: Components,
  current: readonly RowState[],
  wanted: readonly RowContent[],
  keepDrafts: ReadonlySet<string>
): RowWrite[] => {
  const writes: RowWrite[] = [];
  for (const row of current) {
    if (!isKept(row, wanted, keepDrafts)) writes.push({ kind: 'remove', locale: row.locale, status: row.status });
  }
  for (const row of wanted) {
    const before = current.find((other) => isSameRow(other, row));
    if (!before) {
      writes.push({ kind: 'create', locale: row.locale, status: row.status, fields: row.fields, dates: row.dates });
      continue;
    }
    const update = updateRow(schema, components, before, row);
    if (update) writes.push(update);
  }
  return writes;
};

const isKept = (row: RowKey, wanted: readonly RowKey[], keepDrafts: ReadonlySet<string>): boolean =>
  wanted.some((other) => isSameRow(other, row)) || (row.status === 'draft' && keepDrafts.has(row.locale));

/** Which rows there are once this is done; one that was there before may be named twice. */
export const rowsAfter = (current: readonly RowKey[], { rows, keepDrafts }: Rendered): RowKey[] => [
  ...rows,
  ...current.filter((row) => isKept(row, rows, keepDrafts)),
];

const updateRow = (schema: TypeSchema, components: Components, before: RowState, row: RowContent): RowWrite | null => {
  const fields: { [attribute: string]: Json } = {};
  const ids: KeptItems = {};
  for (const name of changedIn(schema.attributes, before.fields, row.fields)) {
    const is = row.fields[name] ?? null;
    fields[name] = is;
    const kept = keptItems(schema.attributes[name]!, components, before.fields[name] ?? null, before.ids[name], is);
    if (kept) ids[name] = kept;
  }
  if (Object.keys(fields).length === 0 && !isRedated(before, row)) return null;
  return { kind: 'update', locale: row.locale, status: row.status, fields, ids, dates: row.dates };
};

const changedIn = (attributes: Attributes, was: Fields, is: Fields): string[] =>
  Object.entries(attributes).flatMap(([name, attribute]) =>
    isUnchanged(attribute, was[name] ?? null, is[name] ?? null) ? [] : [name]
  );

const isUnchanged = (attribute: Attribute, was: Json, is: Json): boolean =>
  same(is, was) || (isNothingFor(attribute, is) && isNothingFor(attribute, was));

/** Which of draft and published is newer is told by these times, so they are written even where nothing else changed. */
const isRedated = (before: RowState, row: RowContent): boolean =>
  (before.dates.publishedAt ?? null) !== (row.dates.publishedAt ?? null) ||
  (row.dates.updatedAt !== null && row.dates.updatedAt !== before.dates.updatedAt);

/** The component rows that a changed component, list or zone keeps. */
const keptItems = (
  attribute: Attribute,
  components: Components,
  was: Json,
  ids: ItemIds | ItemIds[] | undefined,
  is: Json
): KeptItem | KeptItem[] | null => {
  if (attribute.kind === 'component' && !attribute.many) {
    const inner = components(attribute.component) ?? {};
    return isRecord(is) ? keptItem(inner, components, isRecord(was) ? was : {}, asItem(ids), is) : null;
  }
  if (attribute.kind !== 'zone' && attribute.kind !== 'component') return null;
  const before = (Array.isArray(was) ? was : []).filter(isRecord);
  const after = (Array.isArray(is) ? is : []).filter(isRecord);
  const found = matchItems(
    before.map((value) => ({ value, id: null })),
    after.map((value) => ({ value, id: null }))
  );
  return after.map((item, index) => {
    const old = found[index]!;
    const type = attribute.kind === 'component' ? attribute.component : String(item.__component);
    const inner = components(type) ?? {};
    return old === -1
      ? { id: null }
      : keptItem(inner, components, before[old]!, Array.isArray(ids) ? ids[old] : undefined, item);
  });
};

const asItem = (ids: ItemIds | ItemIds[] | undefined): ItemIds | undefined => (Array.isArray(ids) ? ids[0] : ids);

const keptItem = (
  attributes: Attributes,
  components: Components,
  was: Fields,
  ids: ItemIds | undefined,
  is: Fields
): KeptItem => {
  const inner: KeptItems = {};
  const changed = changedIn(attributes, was, is);
  for (const name of changed) {
    const kept = keptItems(attributes[name]!, components, was[name] ?? null, ids?.inner?.[name], is[name] ?? null);
    if (kept) inner[name] = kept;
  }
  return { id: ids?.id ?? null, changed, ...(Object.keys(inner).length > 0 ? { inner } : {}) };
};
