import type { EntityKey } from '../entity';
import type { Tables } from '../ports';
import type { Header, Revision, RevisionId } from './revision';

/**
 * Those entities of which one of the given revisions descends from a first version that was made here: this site
 * started them, whoever wrote the last version. `incoming` are revisions that are not stored (yet).
 */
export const startedHere = async (
  tables: Tables,
  me: string,
  revisions: ReadonlyMap<EntityKey, readonly RevisionId[]>,
  incoming: readonly Revision[] = []
): Promise<Set<EntityKey>> => {
  const mine = await tables.find('revisions', { entity: [...revisions.keys()], origin: me });
  const roots = mine.filter(({ header }) => parentsIn(header).length === 0);
  const candidates = [...new Set(roots.map(({ entity }) => entity))];
  if (candidates.length === 0) return new Set();

  const parents = new Map(incoming.map(({ id, header }) => [id, header.parents]));
  for (const { id, header } of await tables.find('revisions', { entity: candidates }))
    parents.set(id, parentsIn(header));
  const own = new Set(roots.map(({ id }) => id));
  return new Set(candidates.filter((entity) => reaches(parents, revisions.get(entity)!, own)));
};

const parentsIn = (header: string): RevisionId[] => (JSON.parse(header) as Header).parents;

const reaches = (
  parents: ReadonlyMap<RevisionId, readonly RevisionId[]>,
  from: readonly RevisionId[],
  goal: ReadonlySet<RevisionId>
): boolean => {
  const seen = new Set(from);
  const open = [...seen];
  while (open.length > 0) {
    const id = open.pop()!;
    if (goal.has(id)) return true;
    for (const parent of parents.get(id) ?? []) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      open.push(parent);
    }
  }
  return false;
};
