import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Attribute, Json } from '../entity';

/** RFC 8785: the one way to write a JSON value down. Ids, commitments and signatures cover exactly these bytes. */
export const canonical = (value: unknown): string => {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('undefined has no canonical form.');
  return text;
};

export const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

export const isRecord = (value: unknown): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deep equality of JSON values, whatever the order of their keys. */
export const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => same(item, b[index]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
};

/** An empty list is a value where the attribute is JSON or blocks, and nothing where it lists links or components. */
export const isNothingFor = (attribute: Attribute | undefined, value: Json): boolean =>
  attribute?.kind === 'value' ? value === null : isEmpty(value);

/** Null, missing and `[]` are one wherever something is listed. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);
