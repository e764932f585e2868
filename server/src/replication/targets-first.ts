/**
 * The same items, with those that others of them refer to before these. What refers to one another in a ring keeps its
 * order as far as that can be; so does what has nothing to do with each other.
 *
 * @param targetsOf names of what an item refers to; those that are none of the items do not matter.
 */
export const targetsFirst = <T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  targetsOf: (item: T) => Iterable<string>
): T[] => {
  const byName = new Map(items.map((item) => [nameOf(item), item]));
  const begun = new Set<T>();
  const ordered: T[] = [];
  // A chain may be as long as there are items: no recursion.
  for (const first of items) {
    const open = begun.has(first) ? [] : [stepsOf(first)];
    while (open.length > 0) {
      const next = open.at(-1)!.next();
      if (next.done) open.pop();
      else if (!begun.has(next.value)) open.push(stepsOf(next.value));
    }
  }
  return ordered;

  /** What an item refers to, one after the other, then the item itself is in its place. */
  function* stepsOf(item: T): Generator<T, void> {
    begun.add(item);
    for (const name of targetsOf(item)) {
      const target = byName.get(name);
      if (target !== undefined) yield target;
    }
    ordered.push(item);
  }
};
