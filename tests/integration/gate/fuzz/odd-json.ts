import fc from 'fast-check';
import type { Json } from '../../../../server/src/replication/entity';

/**
 * JSON that is wrong in one or more places: values of other kinds, sizes and depths, names that mean something to
 * JavaScript, and what JSON.stringify would never write (duplicate keys, numbers beyond all bounds, lone surrogates).
 */
const RAW = /"@@raw:([^"@]*)@@"/g;
/** A piece of JSON text that no value stands for. */
const raw = (text: string): Json => `@@raw:${encodeURIComponent(text)}@@`;

/** Values → JSON text, with the pieces of raw text in their places. */
export const textOf = (value: Json): string =>
  JSON.stringify(value).replace(RAW, (_, text: string) => decodeURIComponent(text));

const deep = (levels: number): Json => raw('['.repeat(levels) + ']'.repeat(levels));

export const ODD_VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  ...['1e999', '-1e999', '-0', '9007199254740993', '1E400', '0.1e-400', `1${'0'.repeat(400)}`].map(raw),
  '',
  ' ',
  'x'.repeat(300),
  'x'.repeat(20_000),
  raw('"\\ud800"'),
  raw('"\\udfff\\ud800x"'),
  raw('"\\u0000"'),
  '\u202e\ufeff\u2028',
  '🙈'.repeat(100),
  '../../../etc/passwd',
  '%00',
  "' or 1=1 --",
  '${7*7}{{7*7}}',
  'constructor',
  '__proto__',
  'toString',
  '2026-02-30T25:61:00.000Z',
  [],
  {},
  [null],
  [[], {}],
  Array.from({ length: 2_000 }, () => null),
  Object.fromEntries(Array.from({ length: 1_100 }, (_, index) => [`k${index}`, index])),
  raw('{"__proto__":{"polluted":1}}'),
  raw('{"constructor":{"prototype":{"polluted":1}}}'),
  raw('{"a":1,"a":2,"":3}'),
  raw('{"toJSON":1,"then":2,"length":-1,"valueOf":null}'),
  { $ne: null },
  ...[30, 90, 99, 101, 5_000].map(deep),
];

/** One change to a JSON value: which node (counted from the top, modulo how many there are), and what becomes of it. */
export type Change = { at: number; how: 'replace' | 'remove' | 'repeat' | 'name' | 'into'; value: Json };

export const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(10_000),
  how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'repeat', 'name', 'into'),
  value: fc.oneof(fc.constantFrom(...ODD_VALUES), fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>),
});

type Place = { holder: Json[] | { [key: string]: Json }; key: string | number };

const placesIn = (value: Json, found: Place[] = []): Place[] => {
  if (value === null || typeof value !== 'object') return found;
  for (const [key, inner] of Object.entries(value)) {
    found.push({ holder: value as { [key: string]: Json }, key });
    placesIn(inner, found);
  }
  return found;
};

export const changed = (original: Json, changes: readonly Change[]): Json => {
  const root = { value: JSON.parse(JSON.stringify(original)) as Json };
  for (const { at, how, value: shared } of changes) {
    // A copy: what is put in may itself be changed next.
    const value = structuredClone(shared);
    const places = placesIn(root as unknown as Json);
    if (places.length === 0) break;
    const { holder, key } = places[at % places.length]!;
    const object = holder as { [key: string]: Json };
    if (how === 'replace') put(object, key, value);
    else if (how === 'into') put(object, key, { inner: object[key] ?? null, value });
    else if (how === 'remove' && places.length > 1) delete object[key];
    else if (how === 'repeat') object[`${key}x`] = object[key] ?? null;
    else if (how === 'name') put(object, nameFrom(value), value);
  }
  // As it would be parsed: a list from which something was taken has no hole.
  return JSON.parse(JSON.stringify(root.value ?? null)) as Json;
};

/** Also where the name is `__proto__`. */
const put = (object: object, name: string | number, value: Json): void =>
  void Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });

const nameFrom = (value: Json): string => (typeof value === 'string' ? value.slice(0, 300) : '__proto__');
