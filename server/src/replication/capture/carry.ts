import type { Attribute, Attributes, ComponentIds, Components, Fields, ItemIds, Json, Reference } from '../entity';
import { canonical, isEmpty, isNothingFor, isRecord, same } from '../history/canonical';
import { matchItems, type Item } from './match-items';

/**
 * The heart of capture: *the head's content with exactly the difference shown → rows*.
 *
 * What this site cannot show (a field its schema lacks, a relation to what is not here) is in the head and in neither
 * of the other two, so it survives a local edit. What a default or a hook changed inside our own apply is in both
 * `shown` and `rows`, so it is no edit.
 */
export interface Side {
  fields: Fields;
  ids: ComponentIds;
}

export interface CarryContext {
  components: Components;
  /** The target's row is not here (any more): the reference is kept, not removed. */
  gone: (reference: Reference) => boolean;
}

export const carry = (attributes: Attributes, head: Fields, shown: Side, rows: Side, context: CarryContext): Fields => {
  const result: Fields = { ...head };
  for (const name of new Set([...Object.keys(shown.fields), ...Object.keys(rows.fields)])) {
    const was = shown.fields[name] ?? null;
    const is = rows.fields[name] ?? null;
    if (same(was, is)) continue;
    const value = carryValue(
      attributes[name],
      { head: head[name] ?? null, was, is, wasIds: shown.ids[name], isIds: rows.ids[name] },
      context
    );
    if (isNothingFor(attributes[name], value)) delete result[name];
    else result[name] = value;
  }
  return result;
};

interface Change {
  head: Json;
  was: Json;
  is: Json;
  wasIds: ItemIds | ItemIds[] | undefined;
  isIds: ItemIds | ItemIds[] | undefined;
}

const carryValue = (attribute: Attribute | undefined, change: Change, context: CarryContext): Json => {
  switch (attribute?.kind) {
    case 'relation':
    case 'media':
      return carryReferences(change, attribute.many, context);
    case 'component': {
      const inner = context.components(attribute.component);
      if (!inner) return change.is;
      return attribute.many ? carryList(change, () => inner, context) : carryComponent(change, inner, context);
    }
    case 'zone':
      return carryList(
        change,
        (item) =>
          typeof item.__component === 'string' && attribute.components.includes(item.__component)
            ? context.components(item.__component)
            : null,
        context
      );
    default:
      return change.is;
  }
};

const carryReferences = ({ head, was, is }: Change, many: boolean, { gone }: CarryContext): Json => {
  const headList = list<Json>(head);
  const isList = list<Json>(is);
  if (!many && isList.length > 0) return isList;
  const [isIn, wasIn] = [new Set(isList.map(canonical)), new Set(list<Json>(was).map(canonical))];
  const stays = (reference: Json) => {
    const key = canonical(reference);
    return (
      !isIn.has(key) &&
      (many ? !wasIn.has(key) || gone(reference as never) : wasIn.has(key) && gone(reference as never))
    );
  };
  return weave(headList, isList, stays, canonical);
};

const carryComponent = (change: Change, attributes: Attributes, context: CarryContext): Json => {
  if (!isRecord(change.is) || !isRecord(change.was)) return change.is;
  const head = isRecord(change.head) ? change.head : {};
  return carry(
    attributes,
    head,
    { fields: change.was, ids: inner(change.wasIds) },
    { fields: change.is, ids: inner(change.isIds) },
    context
  );
};

const carryList = (change: Change, attributesOf: (item: Fields) => Attributes | null, context: CarryContext): Json => {
  const head = list<Fields>(change.head);
  const was = itemsOf(change.was, change.wasIds);
  const is = itemsOf(change.is, change.isIds);
  const headOfShown = alignWithHead(head, was, attributesOf);
  const shownOfRow = matchItems(was, is);

  const carried = is.map((item, position) => {
    const shownIndex = shownOfRow[position]!;
    if (shownIndex === -1) return { value: item.value, from: -1 };
    const from = headOfShown[shownIndex]!;
    const attributes = attributesOf(item.value);
    if (from === -1 || !attributes) return { value: item.value, from };
    const value = carry(
      attributes,
      head[from]!,
      { fields: was[shownIndex]!.value, ids: innerAt(change.wasIds, shownIndex) },
      { fields: item.value, ids: innerAt(change.isIds, position) },
      context
    );
    return { value, from };
  });

  const visible = new Set(headOfShown);
  return weave(
    head.map((value, from) => ({ value, from })),
    carried,
    ({ from }) => !visible.has(from),
    ({ from }) => (from === -1 ? null : from)
  ).map(({ value }) => value);
};

/** For each shown item the head's item it shows, or -1. Items of types unknown here are in the head only. */
const alignWithHead = (
  head: readonly Fields[],
  shown: readonly Item[],
  attributesOf: (item: Fields) => Attributes | null
): number[] => {
  const showable = head.map((_, index) => index).filter((index) => attributesOf(head[index]!) !== null);
  if (showable.length === shown.length) return showable;
  const before = showable.map((index) => ({ value: head[index]!, id: null }));
  return matchItems(before, shown).map((found) => (found === -1 ? -1 : showable[found]!));
};

/**
 * `order`, with those of `base` that stay put back after their nearest predecessor that is still there. Items with the
 * same key are the same; what has none is nobody's predecessor.
 */
const weave = <T>(
  base: readonly T[],
  order: readonly T[],
  stays: (item: T) => boolean,
  keyOf: (item: T) => string | number | null
): T[] => {
  interface Place {
    item: T | null;
    next: Place | null;
  }
  const start: Place = { item: null, next: null };
  const places = new Map<string | number, Place>();
  const putAfter = (place: Place, item: T): Place => {
    const put = { item, next: place.next };
    place.next = put;
    const key = keyOf(item);
    if (key !== null && !places.has(key)) places.set(key, put);
    return put;
  };
  order.reduce(putAfter, start);
  let nearest = start;
  for (const item of base) {
    if (stays(item)) putAfter(nearest, item);
    const key = keyOf(item);
    nearest = (key !== null && places.get(key)) || nearest;
  }
  const result: T[] = [];
  for (let place = start.next; place !== null; place = place.next) result.push(place.item!);
  return result;
};

const list = <T>(value: Json): T[] => (Array.isArray(value) ? (value as T[]) : isEmpty(value) ? [] : [value as T]);
const inner = (ids: ItemIds | ItemIds[] | undefined): ComponentIds =>
  ids && !Array.isArray(ids) ? (ids.inner ?? {}) : {};
const innerAt = (ids: ItemIds | ItemIds[] | undefined, index: number): ComponentIds =>
  Array.isArray(ids) ? (ids[index]?.inner ?? {}) : {};
const itemsOf = (value: Json, ids: ItemIds | ItemIds[] | undefined): Item[] =>
  list<Fields>(value).map((item, index) => ({ value: item, id: Array.isArray(ids) ? (ids[index]?.id ?? null) : null }));
