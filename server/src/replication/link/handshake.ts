import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Json } from '../entity';
import { Refused, Unreachable } from '../errors';
import { canonical } from '../history/canonical';
import { readAddress } from './address';
import type { LinkCode } from './code';
import type { Identity } from './identity';
import { currentKey, keyChain, readKeyChain, signature } from './key-record';
import type { KeyChain, KeyRecord } from './key-record';
import { publicKeyOf, verifyBytes } from './keys';

/**
 * How two sites that share a one-time secret come to know each other's keys. docs/protocol.md, "Linking".
 *
 * Each side proves that it holds the secret (an HMAC; the secret itself is never sent) and its own key (a signature over
 * the same bytes). Both cover both keys, both addresses and the code's nonce, so no part can be exchanged on the way.
 */
export interface Party {
  keys: KeyChain;
  url: string;
  name: string;
}

const proof = {
  mac: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  signature,
};
const party = z.strictObject({ keys: keyChain, url: z.string().min(1).max(1000), name: z.string().max(200) });
const introduction = z.strictObject({
  v: z.literal(1),
  nonce: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  from: party,
  ...proof,
});
/** An instance that is known here shows a newer key. */
export const keysOnly = z.strictObject({ v: z.literal(1), keys: keyChain });
const reply = z.strictObject({ v: z.literal(1), from: party, ...proof });

export interface Introduction {
  nonce: string;
  from: Party;
  mac: string;
  signature: string;
}

const bytesOf = (
  purpose: 'ask' | 'answer',
  nonce: string,
  asker: Party,
  issuer: { key: string; url: string; name: string }
) =>
  Buffer.from(
    `strapi-replication link 1\n${canonical({
      purpose,
      nonce,
      asker: { key: currentKey(asker.keys).key, url: asker.url, name: asker.name },
      issuer,
    })}`,
    'utf8'
  );

const macOf = (secret: string, bytes: Buffer): Buffer =>
  createHmac('sha256', Buffer.from(secret, 'base64url')).update(bytes).digest();

const isMac = (given: string, secret: string, bytes: Buffer): boolean => {
  const raw = Buffer.from(given, 'base64url');
  const expected = macOf(secret, bytes);
  return raw.length === expected.length && timingSafeEqual(raw, expected);
};

const prove = (identity: Identity, secret: string, bytes: Buffer) => ({
  mac: macOf(secret, bytes).toString('base64url'),
  signature: identity.sign(bytes),
});

const holds = (record: KeyRecord, secret: string, bytes: Buffer, given: { mac: string; signature: string }): boolean =>
  isMac(given.mac, secret, bytes) && verifyBytes(publicKeyOf(record.public_key), bytes, given.signature);

/** What the issuer is called before it was heard of: its code names no site. */
const issuerOf = (code: Pick<LinkCode, 'key' | 'url'>, name = '') => ({ key: code.key, url: code.url, name });

/** The asker's request to the issuer of a code. */
export const introduce = (identity: Identity, me: Party, code: LinkCode): Json => {
  const bytes = bytesOf('ask', code.nonce, me, issuerOf(code));
  return { v: 1, nonce: code.nonce, from: me as unknown as Json, ...prove(identity, code.secret, bytes) };
};

/** Reads a request; it is still to be held against the secret of the invitation that it names. */
export const readIntroduction = (given: unknown): Introduction => {
  const parsed = introduction.safeParse(given);
  if (!parsed.success) throw new Refused('BAD_LINK_REQUEST', 'The link request does not have the form of one.');
  const { from } = parsed.data;
  return { ...parsed.data, from: { ...from, keys: readKeyChain(from.keys), url: readAddress(from.url) } };
};

export const provesSecret = (request: Introduction, secret: string, issuer: Party): boolean => {
  const bytes = bytesOf(
    'ask',
    request.nonce,
    request.from,
    issuerOf({ key: currentKey(issuer.keys).key, url: issuer.url })
  );
  return holds(currentKey(request.from.keys), secret, bytes, request);
};

/** The issuer's answer. */
export const answerIntroduction = (identity: Identity, me: Party, request: Introduction, secret: string): Json => {
  const issuer = issuerOf({ key: currentKey(me.keys).key, url: me.url }, me.name);
  const bytes = bytesOf('answer', request.nonce, request.from, issuer);
  return { v: 1, from: me as unknown as Json, ...prove(identity, secret, bytes) };
};

/** Checks that the answer is that of the site that issued the code, and nobody else's. */
export const readAnswer = (given: unknown, me: Party, code: LinkCode): Party => {
  const parsed = reply.safeParse(given);
  if (!parsed.success) throw new Unreachable('The other site did not answer as a replicating site.');
  const from = { ...parsed.data.from, keys: readKeyChain(parsed.data.from.keys) };
  const key = currentKey(from.keys);
  if (key.key !== code.key || key.instance !== code.id) {
    throw new Refused('WRONG_SITE', 'Another site answered than the one that issued the code. Nothing was linked.');
  }
  const bytes = bytesOf('answer', code.nonce, me, issuerOf(code, from.name));
  if (from.url !== code.url || !holds(key, code.secret, bytes, parsed.data)) {
    throw new Refused('WRONG_SITE', 'The answer was not made by the site that issued the code. Nothing was linked.');
  }
  return from;
};
