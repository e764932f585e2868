import { FILE_UID, MOST_NAME, keyOf, type Components, type EntityKey, type TypeSchema } from '../entity';
import type { Tables } from '../ports';
import type { Row } from '../tables';
import { fileIdsIn } from '../upload-tokens';
import { referencesIn } from '../identity';
import type { EntryContent } from './content';
import { isRecord } from './canonical';

/** Everything that an entry's content refers to, by part: relations, media, and files named inside text. */
export const targetsByPart = (
  schema: TypeSchema,
  components: Components,
  content: EntryContent
): Map<string, EntityKey[]> => {
  const result = new Map<string, EntityKey[]>();
  for (const [part, { fields }] of content) {
    if (!fields) continue;
    const targets = new Set<EntityKey>(referencesIn(schema.attributes, components, fields).map(keyOf));
    for (const text of stringsIn(fields)) {
      for (const id of fileIdsIn(text)) if (id.length <= MOST_NAME) targets.add(keyOf({ uid: FILE_UID, id }));
    }
    result.set(part, [...targets]);
  }
  return result;
};

const stringsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return value.includes('media:') ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => stringsIn(item));
  if (isRecord(value)) return Object.values(value).flatMap((item) => stringsIn(item));
  return [];
};

/** Entries that are referred to by more than before, and by less. */
export interface Retargeted {
  gained: ReadonlySet<EntityKey>;
  lost: ReadonlySet<EntityKey>;
}

export const nothingRetargeted = (): Retargeted => ({ gained: new Set(), lost: new Set() });

/** Writes down what entries refer to, so that files follow those who use them. Most edits change nothing of it. */
export const saveTargets = async (
  tables: Tables,
  sources: ReadonlyMap<EntityKey, Map<string, EntityKey[]>>
): Promise<Retargeted> => {
  if (sources.size === 0) return nothingRetargeted();
  const nameOf = ({ source, part, target }: Row<'refs'>) => JSON.stringify([source, part, target]);
  const before = await tables.find('refs', { source: [...sources.keys()] });
  const had = new Set(before.map(nameOf));
  const now = [...sources].flatMap(([source, parts]) =>
    [...parts].flatMap(([part, targets]) => targets.map((target) => ({ source, part, target })))
  );
  const has = new Set(now.map(nameOf));
  const lost = before.filter((ref) => !has.has(nameOf(ref)));
  const gained = now.filter((ref) => !had.has(nameOf(ref)));
  const changed = new Set(lost.map(({ source }) => source));
  await tables.remove('refs', { source: [...changed] });
  await tables.insert('refs', [...gained, ...now.filter(({ source }) => changed.has(source))], 'ignore');
  return {
    gained: new Set(gained.map(({ target }) => target)),
    lost: new Set(lost.map(({ target }) => target)),
  };
};
