import type { Fields, Json } from '../entity';
import { same } from '../history/canonical';

/** An item of a repeatable component or a dynamic zone, with the id its row had when we saw it. */
export interface Item {
  value: Fields;
  id: number | null;
}

const typeOf = (item: Fields): Json => item.__component ?? '';

const likeness = (a: Fields, b: Fields): number =>
  Object.keys(a).filter((name) => name !== '__component' && same(a[name], b[name])).length;

/**
 * Which old item became which new one: by row id, then by equal content, then by type and similarity.
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
  const free = (index: number, item: Item) => !taken.has(index) && typeOf(before[index]!.value) === typeOf(item.value);

  const byId = new Map(before.flatMap((item, index) => (item.id === null ? [] : [[item.id, index] as const])));
  pass((item) => {
    const index = item.id === null ? undefined : byId.get(item.id);
    return index !== undefined && free(index, item) ? index : -1;
  });
  pass((item) => before.findIndex((old, index) => free(index, item) && same(old.value, item.value)));
  pass((item, position) => {
    const best = before
      .map((old, index) => ({ index, score: free(index, item) ? likeness(old.value, item.value) : -1 }))
      .filter(({ score }) => score >= 0)
      .sort((a, b) => b.score - a.score || Math.abs(a.index - position) - Math.abs(b.index - position))[0];
    return best?.index ?? -1;
  });
  return result;
};
