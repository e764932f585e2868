import type { Attribute, Attributes, Components, TypeSchema, Uid } from '../entity';
import type { Schemas, Tables } from '../ports';
import { canonical } from './canonical';

/** What a content type was at some time: rows that were read then are to be understood by it. */
export interface Definition {
  localized: boolean;
  drafts: boolean;
  attributes: Attributes;
  components: { [uid: Uid]: Attributes };
}

const nameOf = (fingerprint: string): string => `definition ${fingerprint}`;

/** Keeps what the types of this start are: the next may have others. */
export const rememberDefinitions = async (tables: Tables, schemas: Schemas): Promise<void> => {
  await tables.insert(
    'settings',
    schemas.types().map((uid) => {
      const schema = schemas.type(uid)!;
      return { name: nameOf(schema.fingerprint), value: JSON.stringify(definitionOf(schema, schemas.components)) };
    }),
    'ignore'
  );
};

export const loadDefinitions = async (
  tables: Tables,
  fingerprints: readonly string[]
): Promise<Map<string, Definition>> => {
  const rows = await tables.find('settings', { name: fingerprints.map(nameOf) });
  return new Map(rows.map(({ name, value }) => [name.slice(nameOf('').length), JSON.parse(value) as Definition]));
};

export const definitionOf = (schema: TypeSchema, components: Components): Definition => {
  const used: Definition['components'] = {};
  const add = (attributes: Attributes): void => {
    for (const uid of Object.values(attributes).flatMap(componentsOf)) {
      if (uid in used) continue;
      used[uid] = components(uid) ?? {};
      add(used[uid]);
    }
  };
  add(schema.attributes);
  const { localized, drafts, attributes } = schema;
  return { localized, drafts, attributes, components: used };
};

const componentsOf = (attribute: Attribute): Uid[] =>
  attribute.kind === 'component' ? [attribute.component] : attribute.kind === 'zone' ? attribute.components : [];

/** Attributes that came, went, or mean something else, also where a component that they hold does. */
export const changedAttributes = (before: Definition, now: Definition): string[] =>
  [...new Set([...Object.keys(before.attributes), ...Object.keys(now.attributes)])].filter(
    (name) => meaningOf(before, name) !== meaningOf(now, name)
  );

const meaningOf = ({ attributes, components }: Definition, name: string): string => {
  const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (!attribute) return '';
  const inside = new Map<Uid, Attributes>();
  const add = (uid: Uid): void => {
    if (inside.has(uid)) return;
    inside.set(uid, components[uid] ?? {});
    for (const inner of Object.values(components[uid] ?? {})) componentsOf(inner).forEach(add);
  };
  componentsOf(attribute).forEach(add);
  return canonical({ attribute, inside: Object.fromEntries(inside) } as never);
};
