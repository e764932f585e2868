import { createHash } from 'node:crypto';
import type { Verifier } from '../../../server/src/replication/apply/verify';
import { loadIdentity, type Identity } from '../../../server/src/replication/link/identity';
import { learnKeys } from '../../../server/src/replication/link/key-record';
import { createVerifier } from '../../../server/src/replication/link/verifier';
import type { Clock, Store, Unit } from '../../../server/src/replication/ports';

const PLAIN = { missing: () => null, encrypt: (text: string) => text, decrypt: (text: string) => text };

/** How the sites of one world sign, and check what others have signed. */
export interface Signatures {
  identity(unit: Unit, clock: Clock, privateKey: string): Promise<Identity>;
  verifier(store: Store): Verifier;
}

/** As real sites do it. */
export const ed25519: Signatures = {
  identity: (unit, clock, privateKey) => loadIdentity(unit, { secrets: PLAIN, clock, privateKey }),
  verifier: (store) => ({ verify: createVerifier(store).verify, learn: learn(store) }),
};

/**
 * A digest instead of a signature: Ed25519 takes a seventh of a schedule's time, and nobody forges anything in these
 * worlds. Which keys a site knows, and that a changed version is not taken, is the same.
 */
export const digests = (): Signatures => {
  /** By private key: the same whenever a site starts. */
  const identities = new Map<string, Identity>();
  return {
    identity: async (unit, clock, privateKey) => {
      const known = identities.get(privateKey);
      if (known && (await unit.tables.count('signing_keys', { id: known.key })) > 0) return known;
      const identity = await ed25519.identity(unit, clock, privateKey);
      const signing = { ...identity, sign: (bytes: Buffer) => digest(identity.key, bytes) };
      identities.set(privateKey, signing);
      return signing;
    },
    verifier: (store) => {
      const keys = new Map<string, string>();
      return {
        verify: async (instance, key, bytes, signature) => {
          if (!keys.has(key)) {
            const [row] = await store.transaction(({ tables }) => tables.find('signing_keys', { id: key }));
            if (row) keys.set(key, row.instance);
          }
          if (keys.get(key) !== instance) return 'unknown-key';
          return digest(key, bytes) === signature ? 'good' : 'bad';
        },
        learn: learn(store),
      };
    },
  };
};

/** As long as a signature is. */
const digest = (key: string, bytes: Buffer): string => {
  const hash = createHash('sha256').update(key).update(bytes).digest('base64url');
  return hash + hash;
};

const learn =
  (store: Store): Verifier['learn'] =>
  async (record) => {
    await store.transaction((unit) => learnKeys(unit, record));
    return true;
  };
