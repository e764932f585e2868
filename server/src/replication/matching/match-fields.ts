import type { Attribute, TypeSchema, Uid } from '../entity';
import type { Plain, Schemas } from '../ports';

/** Fields that tell an entry from others on most sites, by their name. */
const LIKELY = ['slug', 'path', 'url', 'code', 'key', 'sku', 'isbn', 'identifier', 'email', 'name', 'title'];
const TEXTS: ReadonlySet<string> = new Set(['uid', 'string', 'email', 'enumeration']);
const NUMBERS: ReadonlySet<string> = new Set(['integer', 'biginteger']);

/** The fields that a type's entries can be found by, the likeliest first. */
export const matchFieldsOf = (schema: TypeSchema): string[] => {
  if (schema.single) return [];
  const rank = (name: string, attribute: Attribute): number => {
    if (attribute.kind === 'value' && attribute.type === 'uid') return -1;
    const likely = LIKELY.indexOf(name);
    return likely === -1 ? LIKELY.length : likely;
  };
  return Object.entries(schema.attributes)
    .filter(([, attribute]) => attribute.kind === 'value' && (TEXTS.has(attribute.type) || NUMBERS.has(attribute.type)))
    .sort(([a, one], [b, other]) => rank(a, one) - rank(b, other) || (a < b ? -1 : 1))
    .map(([name]) => name);
};

/** By what entries of each type are named where others refer to them: two sites whose schemas are equal agree on it. */
export const namedBy = (schemas: Schemas): Record<Uid, string> =>
  Object.fromEntries(
    schemas.types().flatMap((uid) => {
      const [first] = matchFieldsOf(schemas.type(uid)!);
      return first === undefined ? [] : [[uid, first]];
    })
  );

/** Values of the form that an attribute's column takes, and no others: they come from outside. */
export const plainFor = (schema: TypeSchema, field: string, values: readonly Plain[]): Plain[] => {
  const attribute = schema.attributes[field];
  if (attribute?.kind !== 'value') return [];
  if (NUMBERS.has(attribute.type)) {
    return values.filter((value) => /^-?\d{1,15}$/.test(String(value)));
  }
  return values.filter((value) => typeof value === 'string' && !value.includes('\u0000'));
};
