import { descends, maximal } from '../history/graph';
import type { RevisionId } from '../history/revision';
import type { Tables } from '../ports';

export interface HeadChoice {
  head: RevisionId;
  leaves: RevisionId[];
  /** Leaves whose place the incoming ones take: kept as side revisions, never sent. */
  aside: RevisionId[];
}

/**
 * Which leaf the rows show after a union. If the head has a descendant among the leaves, the rows move forward; if it
 * is still a leaf beside others, they stay: nothing is lost meanwhile. An entry that may not be edited here takes the
 * incoming leaf at once, and what was made of it here stays as a side revision.
 *
 * @param replaced those leaves that give way where the entry may not be edited here: what was made on this site, and
 * what the sender had and does not have any more.
 */
export const chooseHead = async (
  tables: Tables,
  replaced: ReadonlySet<RevisionId>,
  head: RevisionId | null,
  leaves: readonly RevisionId[],
  incoming: readonly RevisionId[],
  readOnly: boolean
): Promise<HeadChoice> => {
  const newest = [...incoming].sort().at(-1)!;
  if (readOnly) {
    const aside = leaves.filter((id) => replaced.has(id) && !incoming.includes(id));
    if (aside.length > 0) {
      const rest = await maximal(tables, [...leaves.filter((leaf) => !aside.includes(leaf)), ...incoming]);
      return { head: rest.includes(newest) ? newest : rest.at(-1)!, leaves: rest, aside };
    }
  }
  if (leaves.length === 1) return { head: leaves[0]!, leaves: [...leaves], aside: [] };
  if (head === null) return { head: leaves.includes(newest) ? newest : leaves.at(-1)!, leaves: [...leaves], aside: [] };
  if (leaves.includes(head)) return { head, leaves: [...leaves], aside: [] };
  for (const leaf of leaves) {
    if (await descends(tables, leaf, head)) return { head: leaf, leaves: [...leaves], aside: [] };
  }
  return { head: leaves.includes(newest) ? newest : leaves.at(-1)!, leaves: [...leaves], aside: [] };
};
