import { FILE_UID, MOST_NAME, keyOf, type Components, type EntityKey, type TypeSchema } from '../entity';
import type { Tables } from '../ports';
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

/** Writes down what entries refer to, so that files follow those who use them. */
export const saveTargets = async (
  tables: Tables,
  sources: ReadonlyMap<EntityKey, Map<string, EntityKey[]>>
): Promise<void> => {
  if (sources.size === 0) return;
  await tables.remove('refs', { source: [...sources.keys()] });
  await tables.insert(
    'refs',
    [...sources].flatMap(([source, parts]) =>
      [...parts].flatMap(([part, targets]) => targets.map((target) => ({ source, part, target })))
    ),
    'ignore'
  );
};
