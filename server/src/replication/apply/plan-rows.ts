import type {
  Attributes,
  ComponentIds,
  Components,
  Fields,
  ItemIds,
  Json,
  RowState,
  RowWrite,
  TypeSchema,
} from '../entity';
import { matchItems } from '../capture/match-items';
import { isNothingFor, isRecord, same } from '../history/canonical';
import type { RowContent } from '../history/content';

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
  const keeps = (row: RowState) =>
    wanted.some((other) => other.locale === row.locale && other.status === row.status) ||
    (row.status === 'draft' && keepDrafts.has(row.locale));
  for (const row of current) {
    if (!keeps(row)) writes.push({ kind: 'remove', locale: row.locale, status: row.status });
  }
  for (const row of wanted) {
    const before = current.find(({ locale, status }) => locale === row.locale && status === row.status);
    if (!before) {
      writes.push({ kind: 'create', locale: row.locale, status: row.status, fields: row.fields, dates: row.dates });
      continue;
    }
    const update = updateRow(schema, components, before, row);
    if (update) writes.push(update);
  }
  return writes;
};

const updateRow = (schema: TypeSchema, components: Components, before: RowState, row: RowContent): RowWrite | null => {
  const fields: { [attribute: string]: Json } = {};
  const ids: ComponentIds = {};
  for (const name of Object.keys(schema.attributes)) {
    const is = row.fields[name] ?? null;
    const was = before.fields[name] ?? null;
    const attribute = schema.attributes[name];
    if (same(is, was) || (isNothingFor(attribute, is) && isNothingFor(attribute, was))) continue;
    fields[name] = is;
    const kept = keptIds(schema.attributes[name]!, components, was, before.ids[name], is);
    if (kept) ids[name] = kept;
  }
  if (Object.keys(fields).length === 0 && !isRedated(before, row)) return null;
  return { kind: 'update', locale: row.locale, status: row.status, fields, ids, dates: row.dates };
};

/** Which of draft and published is newer is told by these times, so they are written even where nothing else changed. */
const isRedated = (before: RowState, row: RowContent): boolean =>
  (before.dates.publishedAt ?? null) !== (row.dates.publishedAt ?? null) ||
  (row.dates.updatedAt !== null && row.dates.updatedAt !== before.dates.updatedAt);

/** The row ids that a changed component, list or zone keeps. */
const keptIds = (
  attribute: Attributes[string],
  components: Components,
  was: Json,
  ids: ItemIds | ItemIds[] | undefined,
  is: Json
): ItemIds | ItemIds[] | null => {
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
): ItemIds => {
  const inner: ComponentIds = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    const kept = keptIds(attribute, components, was[name] ?? null, ids?.inner?.[name], is[name] ?? null);
    if (kept) inner[name] = kept;
  }
  return { id: ids?.id ?? null, ...(Object.keys(inner).length > 0 ? { inner } : {}) };
};
