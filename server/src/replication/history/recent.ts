import type { EntityKey } from '../entity';
import type { Tables } from '../ports';
import type { Row } from '../tables';
import { loadContents, leavesOf } from './repository';
import { PEOPLE, isPublishedPart, localesOf, rowPartName, type Header, type PartValue } from './revision';

/**
 * What a revision did. `recorded`: the entry was there before anybody recorded it, or a script made it; `edited` also where
 * the version before is not here.
 */
export type Deed = 'created' | 'recorded' | 'edited' | 'published' | 'unpublished' | 'deleted' | 'merged';

export interface RecentRevision {
  id: string;
  /** The instance that made it. */
  origin: string;
  /** As that instance's clock had it; null where what it wrote is no time. */
  at: number | null;
  deed: Deed;
  /** Kept here and shown nowhere: another version stands in its place. */
  aside: boolean;
  /** Names of people, as far as this site may know them. */
  people: string[];
}

/**
 * The newest revisions of an entry, newest first: each comes before its parents, whatever clocks say. With them, by
 * their time, what was set aside of what people did; what a hook did there is nobody's. One query for each, one for what was
 * set aside, and two for the people.
 */
export const recentRevisions = async (tables: Tables, entity: EntityKey, limit: number): Promise<RecentRevision[]> => {
  const leaves = (await leavesOf(tables, [entity])).get(entity)!;
  const known = new Map<string, Header>();
  const load = async (ids: readonly string[]): Promise<void> => {
    const unknown = ids.filter((id) => !known.has(id));
    if (unknown.length === 0) return;
    for (const { id, header } of await tables.find('revisions', { id: unknown }, { columns: ['id', 'header'] }))
      known.set(id, JSON.parse(header) as Header);
  };
  await load(leaves);
  const open = new Set(leaves.filter((id) => known.has(id)));
  const told = new Set<string>();
  const found: string[] = [];
  while (open.size > 0 && found.length < limit) {
    const id = [...open].reduce((newest, other) => (timeOf(known, other) > timeOf(known, newest) ? other : newest));
    open.delete(id);
    told.add(id);
    found.push(id);
    const { parents } = known.get(id)!;
    await load(parents);
    for (const parent of parents) if (known.has(parent) && !told.has(parent)) open.add(parent);
  }
  const asides = await asidesOf(tables, entity);
  for (const { id, header } of asides) known.set(id, header);
  const people = await peopleOf(tables, [...found, ...asides.map(({ id }) => id)]);
  const ofPeople = asides.filter(({ id }) => !told.has(id) && (people.get(id) ?? []).length > 0);
  const aside = new Set(ofPeople.map(({ id }) => id));
  await load(ofPeople.flatMap(({ header }) => header.parents));
  for (const id of aside) {
    const older = found.findIndex((other) => timeOf(known, other) <= timeOf(known, id));
    found.splice(older === -1 ? found.length : older, 0, id);
  }
  return found.slice(0, limit).map((id) => {
    const header = known.get(id)!;
    const names = people.get(id) ?? [];
    const before = header.parents.length === 1 ? known.get(header.parents[0]!) : undefined;
    const at = Date.parse(header.at);
    return {
      id,
      origin: header.origin,
      at: Number.isNaN(at) ? null : at,
      deed: deedOf(header, before, names.length > 0),
      aside: aside.has(id),
      people: names,
    };
  });
};

/** Among so many of the newest that were set aside, most of them perhaps by hooks, people's are looked for. */
const MOST_ASIDES = 20;

const asidesOf = async (tables: Tables, entity: EntityKey): Promise<{ id: string; header: Header }[]> => {
  const columns = ['id', 'header', 'stored_at'] as const;
  const newest = { columns, orderBy: 'stored_at', descending: true, limit: MOST_ASIDES } as const;
  const rows = await tables.find('revisions', { entity, side: 1 }, newest);
  // Oldest first: each is put before what is older than it.
  return rows.map(({ id, header }) => ({ id, header: JSON.parse(header) as Header })).reverse();
};

const timeOf = (known: ReadonlyMap<string, Header>, id: string): number => Date.parse(known.get(id)!.at) || 0;

const deedOf = (header: Header, before: Header | undefined, hasAuthor: boolean): Deed => {
  if (header.kind === 'delete') return 'deleted';
  if (header.kind === 'merge') return 'merged';
  if (header.parents.length === 0) return hasAuthor ? 'created' : 'recorded';
  if (before === undefined) return 'edited';
  const published = publishedIn(header);
  if (published.some((name) => header.parts[name] !== before.parts[name])) return 'published';
  return publishedIn(before).some((name) => !(name in header.parts) && localesOf(header).has(localeIn(name)))
    ? 'unpublished'
    : 'edited';
};

/** Of types without drafts all versions are published: nobody publishes these. */
const publishedIn = ({ parts }: Header): string[] =>
  Object.keys(parts).filter((name) => isPublishedPart(name) && rowPartName(localeIn(name), 'draft') in parts);

const localeIn = (name: string): string => name.slice(0, name.lastIndexOf('/'));

const peopleOf = async (tables: Tables, revisions: readonly string[]): Promise<Map<string, string[]>> => {
  if (revisions.length === 0) return new Map();
  const parts = await tables.find('parts', { revision: revisions, name: PEOPLE });
  const given = parts.filter((part): part is Row<'parts'> & { content: string } => part.content !== null);
  const contents = await loadContents(tables, [...new Set(given.map(({ content }) => content))]);
  return new Map(
    given.map(({ revision, content }) => {
      const text = contents.get(content);
      const { authors = [] } = text === undefined ? {} : (JSON.parse(text) as PartValue);
      return [revision, [...new Set(authors.map(({ name }) => name))]];
    })
  );
};
