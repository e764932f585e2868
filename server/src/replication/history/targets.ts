import { FILE_UID, MOST_NAME, keyOf, type Components, type EntityKey, type TypeSchema } from '../entity';
import type { Tables } from '../ports';
import type { Row } from '../tables';
import { fileIdsIn } from '../upload-tokens';
import { referencesIn } from '../identity';
import type { EntryContent } from './content';
import { isRecord } from './canonical';

/** What a part refers to: each entity, and by which attributes of the entry; none for files. */
export type Targets = Map<EntityKey, string[]>;

/** Everything that an entry's content refers to, by part: relations, media, and files named inside text. */
export const targetsByPart = (
  schema: TypeSchema,
  components: Components,
  content: EntryContent
): Map<string, Targets> => {
  const result = new Map<string, Targets>();
  for (const [part, { fields }] of content) {
    if (!fields) continue;
    const targets: Targets = new Map();
    for (const [name, value] of Object.entries(fields)) {
      for (const reference of referencesIn(schema.attributes, components, { [name]: value })) {
        const key = keyOf(reference);
        const names = targets.get(key) ?? [];
        if (reference.uid !== FILE_UID && !names.includes(name)) names.push(name);
        targets.set(key, names);
      }
    }
    for (const text of stringsIn(fields)) {
      for (const id of fileIdsIn(text)) if (id.length <= MOST_NAME) targets.set(keyOf({ uid: FILE_UID, id }), []);
    }
    result.set(part, targets);
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

/** Writes down what entries refer to, so that what goes along follows those who use it. Most edits change nothing of it. */
export const saveTargets = async (
  tables: Tables,
  sources: ReadonlyMap<EntityKey, ReadonlyMap<string, Targets>>
): Promise<Retargeted> => {
  if (sources.size === 0) return nothingRetargeted();
  const nameOf = ({ source, part, target, fields }: Row<'refs'>) => JSON.stringify([source, part, target, fields]);
  const before = await tables.find('refs', { source: [...sources.keys()] });
  const had = new Set(before.map(nameOf));
  const now = [...sources].flatMap(([source, parts]) =>
    [...parts].flatMap(([part, targets]) =>
      [...targets].map(([target, names]): Row<'refs'> => ({ source, part, target, fields: names.sort().join() }))
    )
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
