import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { NotPossible } from '../errors';

/**
 * Ed25519 keys and the names made from them. `docs/protocol.md`, "Identity".
 *
 * An instance's id is made from its first public key, so nobody can claim an id without holding that key.
 */

// RFC 8410: what precedes the 32 bytes of a key in its DER form.
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface KeyPair {
  /** Base64url of the 32 bytes. */
  publicKey: string;
  privateKey: KeyObject;
}

export const newKeyPair = (): KeyPair => pairOf(generateKeyPairSync('ed25519').privateKey);

const pairOf = (privateKey: KeyObject): KeyPair => {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { publicKey: spki.subarray(SPKI_PREFIX.length).toString('base64url'), privateKey };
};

/** Reads a private key given as PEM (PKCS #8), or as base64 of its 32-byte seed. */
export const readPrivateKey = (text: string): KeyPair => {
  // A PEM in an environment variable often has its line breaks written as \n.
  const trimmed = text.trim().replaceAll('\\n', '\n');
  try {
    if (trimmed.startsWith('-----')) {
      const key = createPrivateKey(trimmed);
      if (key.asymmetricKeyType === 'ed25519') return pairOf(key);
    } else {
      const seed = Buffer.from(trimmed, 'base64');
      if (seed.length === 32) return pairOf(privateKeyOf(seed));
    }
  } catch {
    // Falls through: the reason in OpenSSL's words helps nobody, and might show parts of the key.
  }
  throw new NotPossible(
    'BAD_PRIVATE_KEY',
    'REPLICATION_PRIVATE_KEY is not an Ed25519 private key. Give it as PEM (openssl genpkey -algorithm ed25519), or as base64 of 32 bytes (openssl rand -base64 32).'
  );
};

const privateKeyOf = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });

/** The private key as base64url of its seed, to be encrypted and stored. */
export const seedOf = (pair: KeyPair): string =>
  pair.privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(PKCS8_PREFIX.length).toString('base64url');

export const publicKeyOf = (raw: string): KeyObject => {
  const bytes = Buffer.from(raw, 'base64url');
  if (bytes.length !== 32) throw new NotPossible('BAD_PUBLIC_KEY', 'A public key is 32 bytes in base64url.');
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: 'der', type: 'spki' });
};

export const signBytes = (pair: KeyPair, bytes: Buffer): string =>
  sign(null, bytes, pair.privateKey).toString('base64url');

export const verifyBytes = (key: KeyObject, bytes: Buffer, signature: string): boolean => {
  const raw = Buffer.from(signature, 'base64url');
  return raw.length === 64 && verify(null, bytes, key, raw);
};

const digestOf = (publicKey: string): Buffer =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest();

/** 32 hex digits: the first 16 bytes of SHA-256 over the public key. */
export const keyIdOf = (publicKey: string): string => digestOf(publicKey).subarray(0, 16).toString('hex');

/** A UUID (RFC 9562, version 8) made from the same digest. */
export const instanceIdOf = (firstPublicKey: string): string => {
  const bytes = Buffer.from(digestOf(firstPublicKey).subarray(16, 32));
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/** What two people compare on their screens: `a1b2 c3d4 e5f6 0718`. Machines compare whole key ids. */
export const fingerprintOf = (keyId: string): string => keyId.slice(0, 16).replace(/(.{4})(?=.)/g, '$1 ');
