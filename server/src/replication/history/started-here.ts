import type { EntityKey } from '../entity';
import type { Tables } from '../ports';
import type { Header, Revision, RevisionId, Signer } from './revision';

/**
 * Who counts as this site: it, and the site that its database was copied from, whose work it holds as its own. Not
 * towards that very site: what it made, it may change.
 */
export const selvesTowards = ({ instance, formers = [] }: Signer, link: string | null): string[] => [
  instance,
  ...formers.filter((former) => former !== link),
];

/**
 * Those entities of which one of the given revisions descends from a first version that was made here (by
 * {@link selvesTowards}): this site started them, whoever wrote the last version. `incoming` are revisions that are not stored (yet).
 */
export const startedHere = async (
  tables: Tables,
  selves: readonly string[],
  revisions: ReadonlyMap<EntityKey, readonly RevisionId[]>,
  incoming: readonly Revision[] = []
): Promise<Set<EntityKey>> => {
  const mine = await tables.find('revisions', { entity: [...revisions.keys()], origin: selves });
  const roots = mine.filter(({ header }) => parentsIn(header).length === 0);
  const candidates = [...new Set(roots.map(({ entity }) => entity))];
  if (candidates.length === 0) return new Set();

  const parents = new Map(incoming.map(({ id, header }) => [id, header.parents]));
  for (const { id, header } of await tables.find('revisions', { entity: candidates }))
    parents.set(id, parentsIn(header));
  const own = new Set(roots.map(({ id }) => id));
  return new Set(candidates.filter((entity) => reaches(parents, revisions.get(entity)!, own)));
};

/** The same for each of these links: they differ only towards a site that this one's database was copied from. */
export const startedTowards = async (
  tables: Tables,
  signer: Signer,
  revisions: ReadonlyMap<EntityKey, readonly RevisionId[]>,
  links: readonly { id: string }[]
): Promise<(link: string) => ReadonlySet<EntityKey>> => {
  const everybody = await startedHere(tables, selvesTowards(signer, null), revisions);
  const apart = new Map<string, ReadonlySet<EntityKey>>();
  for (const { id } of links) {
    if (signer.formers?.includes(id)) apart.set(id, await startedHere(tables, selvesTowards(signer, id), revisions));
  }
  return (link) => apart.get(link) ?? everybody;
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
