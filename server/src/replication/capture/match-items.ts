import type { Fields, Json } from '../entity';
import { canonical } from '../history/canonical';

/** An item of a repeatable component or a dynamic zone, with the id its row had when we saw it. */
export interface Item {
  value: Fields;
  id: number | null;
}

/**
 * Each with each is compared only so often: about 300 old items with 300 new ones. A linked site sends lists as long as it
 * likes, and nobody is served while they are compared.
 */
const MOST_COMPARISONS = 100_000;

const typeOf = ({ value }: Item): Json => value.__component ?? '';

/**
 * Which old item became which new one: by row id, then by equal content, then by type and similarity; where that would be
 * too much, by type and order.
 *
 * @returns for each new item the index of the old one, or -1 for an item that is new. An old item is used once.
 */
export const matchItems = (before: readonly Item[], after: readonly Item[]): number[] => {
  const taken = new Set<number>();
  const result = after.map(() => -1);
  const pass = (find: (item: Item, position: number) => number) => {
    after.forEach((item, position) => {
      if (result[position] !== -1) return;
      const found = find(item, position);
      if (found === -1) return;
      result[position] = found;
      taken.add(found);
    });
  };
  const rest = () => ({
    old: before.flatMap((_, index) => (taken.has(index) ? [] : [index])),
    fresh: after.flatMap((_, position) => (result[position] === -1 ? [position] : [])),
  });

  const byId = new Map(before.flatMap((item, index) => (item.id === null ? [] : [[item.id, index] as const])));
  pass((item) => {
    const index = item.id === null ? undefined : byId.get(item.id);
    const isFree = index !== undefined && !taken.has(index) && typeOf(before[index]!) === typeOf(item);
    return isFree ? index : -1;
  });

  const { old, fresh } = rest();
  if (old.length === 0 || fresh.length === 0) return result;
  pass(inTurn(before, old, ({ value }) => canonical(value)));

  const unlike = rest();
  const isFew = unlike.old.length * unlike.fresh.length <= MOST_COMPARISONS;
  pass(isFew ? mostAlike(before, unlike.old, taken) : inTurn(before, unlike.old, typeOf));
  return result;
};

/** Of those of `old` that have the same key the first one that was not given yet. */
const inTurn = (
  before: readonly Item[],
  old: readonly number[],
  keyOf: (item: Item) => Json
): ((item: Item) => number) => {
  const waiting = new Map<Json, number[]>();
  for (const index of [...old].reverse()) {
    const key = keyOf(before[index]!);
    const same = waiting.get(key);
    if (same) same.push(index);
    else waiting.set(key, [index]);
  }
  return (item) => waiting.get(keyOf(item))?.pop() ?? -1;
};

/** Of those of `old` that have the same type and are free the one with the most equal attributes, and of these the nearest. */
const mostAlike = (
  before: readonly Item[],
  old: readonly number[],
  taken: ReadonlySet<number>
): ((item: Item, position: number) => number) => {
  const attributesOf = numbered();
  const attributes = new Map(old.map((index) => [index, new Map(attributesOf(before[index]!))]));
  return (item, position) => {
    const own = attributesOf(item);
    let best = { index: -1, score: -1, distance: 0 };
    for (const index of old) {
      if (taken.has(index) || typeOf(before[index]!) !== typeOf(item)) continue;
      const theirs = attributes.get(index)!;
      const score = own.filter(([name, value]) => theirs.get(name) === value).length;
      const distance = Math.abs(index - position);
      const isBetter = score > best.score || (score === best.score && distance < best.distance);
      if (isBetter) best = { index, score, distance };
    }
    return best.index;
  };
};

/** An item's attributes, each with a number for its value: however large values are, they are read once. */
const numbered = (): ((item: Item) => [name: string, value: number][]) => {
  const numbers = new Map<string, number>();
  return ({ value }) =>
    Object.entries(value)
      .filter(([name]) => name !== '__component')
      .map(([name, content]) => {
        const text = canonical(content);
        if (!numbers.has(text)) numbers.set(text, numbers.size);
        return [name, numbers.get(text)!];
      });
};
