import type { Tables } from '../ports';
import type { RevisionId } from './revision';

/** How far back the graph of one entry is walked at most. Beyond it history is taken as not there. */
export const MAX_ANCESTORS = 100_000;

/**
 * Those of `ids` that no other of them descends from: the leaf set of their union. Mostly one has just been made on top
 * of the other, so it is walked no further than until one is left: a long history costs nothing then.
 */
export const maximal = async (
  tables: Tables,
  ids: Iterable<RevisionId>,
  unstored: Parents = new Map()
): Promise<RevisionId[]> => (await maximalOfEach(tables, new Map([['', ids]]), unstored)).get('')!;

/** The parents of revisions that are known and not stored yet. */
export type Parents = ReadonlyMap<RevisionId, readonly RevisionId[]>;

/** The same for many entries, which are walked side by side. */
export const maximalOfEach = async <K>(
  tables: Tables,
  groups: ReadonlyMap<K, Iterable<RevisionId>>,
  unstored: Parents = new Map()
): Promise<Map<K, RevisionId[]>> => {
  const walks = [...groups].map(([key, ids]) => {
    const candidates = new Set(ids);
    return { key, candidates, seen: new Set(candidates), frontier: [...candidates] };
  });
  const isOpen = ({ candidates, seen, frontier }: (typeof walks)[number]) =>
    frontier.length > 0 && candidates.size > 1 && seen.size < MAX_ANCESTORS;

  for (let open = walks.filter(isOpen); open.length > 0; open = open.filter(isOpen)) {
    const parents = await parentsOf(
      tables,
      open.flatMap(({ frontier }) => frontier)
    );
    for (const walk of open) {
      const next = walk.frontier.flatMap((id) => parents.get(id) ?? unstored.get(id) ?? []);
      walk.frontier = [];
      for (const parent of next) {
        walk.candidates.delete(parent);
        if (walk.seen.has(parent)) continue;
        walk.seen.add(parent);
        walk.frontier.push(parent);
      }
    }
  }
  return new Map(walks.map(({ key, candidates }) => [key, [...candidates].sort()]));
};

/** The parents of each of these that has any. */
export const parentsOf = async (tables: Tables, revision: RevisionId[]): Promise<Map<RevisionId, RevisionId[]>> => {
  const parents = new Map<RevisionId, RevisionId[]>();
  for (const { revision: id, parent } of await tables.find('parents', { revision })) {
    parents.set(id, [...(parents.get(id) ?? []), parent]);
  }
  return parents;
};

/** Those of `newer` that are one of `older` or descend from one. What several descend from is read once for all of them. */
export const descending = async (
  tables: Tables,
  newer: readonly RevisionId[],
  older: ReadonlySet<RevisionId>
): Promise<Set<RevisionId>> => {
  const parents = new Map<RevisionId, RevisionId[]>();
  let frontier = newer.filter((id) => !older.has(id));
  while (frontier.length > 0 && parents.size < MAX_ANCESTORS) {
    const found = await parentsOf(tables, frontier);
    for (const id of frontier) parents.set(id, found.get(id) ?? []);
    const next = [...new Set([...found.values()].flat())];
    if (newer.length === 1 && next.some((id) => older.has(id))) break;
    frontier = next.filter((id) => !parents.has(id) && !older.has(id));
  }
  return new Set(newer.filter((id) => reaches(parents, id, older)));
};

const reaches = (parents: Parents, from: RevisionId, older: ReadonlySet<RevisionId>): boolean => {
  const seen = new Set([from]);
  for (const id of seen) {
    if (older.has(id)) return true;
    for (const parent of parents.get(id) ?? []) seen.add(parent);
  }
  return false;
};

/** `older` is `newer` or one of its ancestors. */
export const descends = async (tables: Tables, newer: RevisionId, older: RevisionId): Promise<boolean> => {
  const seen = new Set([newer]);
  let frontier = [newer];
  while (!seen.has(older) && frontier.length > 0 && seen.size < MAX_ANCESTORS) {
    const links = await tables.find('parents', { revision: frontier });
    frontier = [...new Set(links.map(({ parent }) => parent))].filter((id) => !seen.has(id));
    for (const id of frontier) seen.add(id);
  }
  return seen.has(older);
};
