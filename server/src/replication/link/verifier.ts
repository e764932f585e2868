import type { KeyObject } from 'node:crypto';
import type { Store } from '../ports';
import { publicKeyOf, verifyBytes } from './keys';

export interface Verifier {
  /** A retired key goes on verifying what it signed, one that was revoked here verifies nothing. */
  verify(instance: string, keyId: string, bytes: Buffer, signature: string): Promise<Verdict>;
  /** Reads keys again from now on: one was revoked. */
  forget(): void;
}

/** `unknown-key`: this instance has no such key here. */
export type Verdict = 'good' | 'bad' | 'unknown-key' | 'revoked';

const MOST_KEYS = 1000;

/** Verifies against `signing_keys`. Reads each key once: do not call it inside a transaction for keys it has not seen. */
export const createVerifier = (store: Store): Verifier => {
  const keys = new Map<string, { instance: string; key: KeyObject; revoked: boolean }>();

  const keyOf = async (keyId: string) => {
    const cached = keys.get(keyId);
    if (cached) return cached;
    const [row] = await store.transaction(({ tables }) => tables.find('signing_keys', { id: keyId }));
    if (!row) return null;
    if (keys.size >= MOST_KEYS) keys.clear();
    const found = { instance: row.instance, key: publicKeyOf(row.public_key), revoked: row.revoked_at !== null };
    keys.set(keyId, found);
    return found;
  };

  return {
    verify: async (instance, keyId, bytes, signature) => {
      const found = await keyOf(keyId);
      if (!found || found.instance !== instance) return 'unknown-key';
      if (found.revoked) return 'revoked';
      return verifyBytes(found.key, bytes, signature) ? 'good' : 'bad';
    },
    forget: () => keys.clear(),
  };
};
