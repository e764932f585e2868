import type { EntityKey } from '../entity';
import { parentsOf } from '../history/graph';
import type { RevisionId } from '../history/revision';
import type { Tables } from '../ports';
import type { Row } from '../tables';
import { MAX_ASIDE } from './message';

/** So many of an entry's versions that gave way are looked at, the newest first, and what each was built upon. */
const MOST_TIPS = 16;

interface Walk {
  entity: EntityKey;
  found: Set<RevisionId>;
  frontier: RevisionId[];
  /** What is shared now did not give way. */
  stop: ReadonlySet<RevisionId>;
}

/**
 * What may be at the other site and has given way here, of entries that were decided anew and are edited here alone. Where
 * what is shared now is older, as that was built upon it, nobody there could tell it from a database that was put back.
 */
export const gaveWay = async (
  tables: Tables,
  replicas: readonly Row<'replicas'>[]
): Promise<ReadonlyMap<EntityKey, RevisionId[]>> => {
  const again = replicas.filter(
    ({ sequence, direction, wanted }) => sequence > 1 && direction === 'SEND_ONLY' && wanted !== null
  );
  const tips = await tables.find(
    'revisions',
    { entity: again.map(({ entity }) => entity), side: 1 },
    { columns: ['id', 'entity', 'stored_at'], orderBy: 'stored_at', descending: true, limit: MOST_TIPS * again.length }
  );
  const walks = again.map(({ entity, wanted }): Walk => {
    const own = tips.filter((tip) => tip.entity === entity).slice(0, MOST_TIPS);
    const frontier = own.map(({ id }) => id);
    return { entity, found: new Set(frontier), frontier, stop: new Set(JSON.parse(wanted!) as RevisionId[]) };
  });
  await walkDown(tables, walks);
  const published = await anchorsAmong(
    tables,
    walks.flatMap(({ found }, index) => (again[index]!.level === 'PUBLISHED' ? [...found] : []))
  );
  return new Map(
    walks.flatMap(({ entity, found }, index) => {
      const ids = [...found].filter((id) => again[index]!.level !== 'PUBLISHED' || published.has(id));
      return ids.length > 0 ? [[entity, ids]] : [];
    })
  );
};

const walkDown = async (tables: Tables, walks: readonly Walk[]): Promise<void> => {
  const isOpen = ({ frontier, found }: Walk) => frontier.length > 0 && found.size < MAX_ASIDE;
  for (let open = walks.filter(isOpen); open.length > 0; open = open.filter(isOpen)) {
    const parents = await parentsOf(
      tables,
      open.flatMap(({ frontier }) => frontier)
    );
    for (const walk of open) {
      const { found, stop } = walk;
      const next = new Set(walk.frontier.flatMap((id) => parents.get(id) ?? []));
      walk.frontier = [...next].filter((id) => !found.has(id) && !stop.has(id)).slice(0, MAX_ASIDE - found.size);
      for (const id of walk.frontier) found.add(id);
    }
  }
};

/** Nothing else may be known of, not even by its name, where only what is published is shared. */
const anchorsAmong = async (tables: Tables, id: RevisionId[]): Promise<ReadonlySet<RevisionId>> => {
  const rows = await tables.find('revisions', { id }, { columns: ['id', 'anchor'] });
  return new Set(rows.filter((row) => row.anchor === row.id).map((row) => row.id));
};
