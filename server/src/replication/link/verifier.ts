import type { KeyObject } from 'node:crypto';
import type { Store } from '../ports';
import { publicKeyOf, verifyBytes } from './keys';

export interface Verifier {
  /** `unknown-key`: this instance has no such key here. A retired key goes on verifying what it signed. */
  verify(instance: string, keyId: string, bytes: Buffer, signature: string): Promise<'good' | 'bad' | 'unknown-key'>;
}

const MOST_KEYS = 1000;

/** Verifies against `signing_keys`. Reads each key once: do not call it inside a transaction for keys it has not seen. */
export const createVerifier = (store: Store): Verifier => {
  const keys = new Map<string, { instance: string; key: KeyObject }>();

  const keyOf = async (keyId: string) => {
    const cached = keys.get(keyId);
    if (cached) return cached;
    const [row] = await store.transaction(({ tables }) => tables.find('signing_keys', { id: keyId }));
    if (!row) return null;
    if (keys.size >= MOST_KEYS) keys.clear();
    const found = { instance: row.instance, key: publicKeyOf(row.public_key) };
    keys.set(keyId, found);
    return found;
  };

  return {
    verify: async (instance, keyId, bytes, signature) => {
      const found = await keyOf(keyId);
      if (!found || found.instance !== instance) return 'unknown-key';
      return verifyBytes(found.key, bytes, signature) ? 'good' : 'bad';
    },
  };
};
