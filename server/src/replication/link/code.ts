import { createHash } from 'node:crypto';
import { z } from 'zod';
import { NotPossible } from '../errors';
import { readAddress } from './address';
import { instanceId, keyId } from './key-record';

/**
 * A link code: what one administrator sends to another. `replication1.<base64url of JSON>.<checksum>`: the prefix says
 * what it is, the checksum that it is whole. It holds a secret, so it is good once and for 15 minutes.
 */
export interface LinkCode {
  url: string;
  /** Instance id and key id of the site that issued it. */
  id: string;
  key: string;
  /** Names the invitation. */
  nonce: string;
  secret: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export const CODE_LIFETIME_MS = 15 * 60_000;
const PREFIX = 'replication1';

const content = z.strictObject({
  u: z.string().min(1).max(1000),
  i: instanceId,
  k: keyId,
  n: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  s: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  e: z.int().positive(),
});

const checksumOf = (payload: string): string =>
  createHash('sha256').update(`${PREFIX}.${payload}`).digest('base64url').slice(0, 6);

export const writeCode = (code: LinkCode): string => {
  const { url: u, id: i, key: k, nonce: n, secret: s, expiresAt: e } = code;
  const payload = Buffer.from(JSON.stringify({ u, i, k, n, s, e }), 'utf8').toString('base64url');
  return `${PREFIX}.${payload}.${checksumOf(payload)}`;
};

/** Throws `NotPossible` that says what is wrong with it: no code at all, cut or mistyped. Says nothing of its age. */
export const readCode = (text: string): LinkCode => {
  // Mail programs and terminals break long lines.
  const [prefix, payload, checksum, ...more] = text.slice(0, 5000).replace(/\s+/g, '').split('.');
  if (prefix !== PREFIX) {
    throw new NotPossible('NOT_A_CODE', `This is not a link code. Link codes begin with “${PREFIX}.”.`);
  }
  if (!payload || !checksum || more.length > 0 || checksumOf(payload) !== checksum) {
    throw new NotPossible('CODE_DAMAGED', 'This link code is not complete or was changed. Copy all of it again.');
  }
  const parsed = content.safeParse(parse(payload));
  if (!parsed.success) {
    throw new NotPossible('CODE_DAMAGED', 'This link code can not be read. Ask for a new one.');
  }
  const { u, i, k, n, s, e } = parsed.data;
  return { url: readAddress(u), id: i, key: k, nonce: n, secret: s, expiresAt: e };
};

const parse = (payload: string): unknown => {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
};
