import type { Json } from '../../replication/entity';
import { mapStrings, TEXT_TYPES } from '../../replication/upload-tokens';

/** Who parses JSON: Strapi alone, and then twice, or before it the database's driver. */
export type JsonStorage = 'text' | 'native';

const JSON_TYPES: ReadonlySet<string> = new Set(['json', 'blocks']);

/** null, `[]` and missing are one in canonical content. */
export const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);

/** `12:00:00` and `12:00:00.000` are the same time; databases differ in which they give back. */
const fullTime = (time: string): string => {
  const [clock = '', fraction = ''] = time.split('.');
  return `${clock}.${fraction.padEnd(3, '0').slice(0, 3)}`;
};

/** A value as Strapi reads it → as it is on every site. `encodeText` turns upload URLs into tokens. */
export const toCanonical = (type: string, value: unknown, encodeText: (text: string) => string): Json => {
  if (value instanceof Date) return type === 'date' ? value.toISOString().slice(0, 10) : value.toISOString();
  if (type === 'time' && typeof value === 'string') return fullTime(value);
  // SQLite keeps words in a column whose attribute became a number; Strapi reads them as none.
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  if (TEXT_TYPES.has(type)) return mapStrings(value as Json, encodeText);
  return value as Json;
};

/**
 * Strapi stores a JSON attribute that is no object as it comes: `true` becomes 1 on SQLite, a bare word is refused by
 * PostgreSQL. So such values are given to it as JSON text. Text it parses twice when it reads, so it is made text of text,
 * and once more where a driver parses before.
 */
const jsonScalar = (value: boolean | number | string, storage: JsonStorage): string => {
  if (typeof value !== 'string') return JSON.stringify(value);
  const text = JSON.stringify(JSON.stringify(value));
  return storage === 'native' ? JSON.stringify(text) : text;
};

/** A canonical value → as Strapi's database layer takes it. `decodeText` turns tokens into this site's URLs. */
export const toDatabase = (
  type: string,
  value: Json,
  decodeText: (text: string) => string,
  storage: JsonStorage
): unknown => {
  if (value === null) return null;
  const local = TEXT_TYPES.has(type) ? mapStrings(value, decodeText) : value;
  if (JSON_TYPES.has(type) && local !== null && typeof local !== 'object') return jsonScalar(local, storage);
  // Epoch milliseconds as text, which Strapi's own parser may take for a year.
  if (type === 'timestamp' && typeof local === 'string' && /^-?\d+$/.test(local)) return new Date(Number(local));
  return local;
};

/** Strapi gives dates of rows as ISO text, drivers below it as a Date, text or a number. */
export const isoDate = (value: unknown): string | null => {
  if (value === null || value === undefined || value === '') return null;
  const date = value instanceof Date ? value : new Date(value as string | number);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
};
