import type { KeyDesk } from '../engine';
import { NotPossible } from '../errors';
import type { Clock, Store } from '../ports';
import { changeKey } from './identity';
import type { Identity, IdentityOptions, LivingIdentity } from './identity';
import { fingerprintOf } from './keys';
import { requireLink } from './rows';
import type { Verifier } from './verifier';

export interface KeyDeskOptions {
  identity: LivingIdentity;
  options: IdentityOptions;
  store: Store;
  clock: Clock;
  verifier: Verifier;
  /** Told after commit when linked sites are to hear of a new key. */
  onChange(): void;
}

/** The setting that changes when a key is revoked, in whatever process: keys that were read before are to be read again. */
export const REVOCATION = 'keys.revoked';

/** Changing this site's key, and shutting out one of another site's. */
export const createKeyDesk = ({ identity, options, store, clock, verifier, onChange }: KeyDeskOptions): KeyDesk => ({
  change: async () => {
    if (options.privateKey) {
      throw new NotPossible(
        'KEY_IN_CONFIGURATION',
        'This site’s key stands in the configuration. Set another REPLICATION_PRIVATE_KEY and restart Strapi: the old key endorses it.'
      );
    }
    const newer: Identity = await store.transaction((unit) => changeKey(unit, options));
    identity.become(newer);
    onChange();
  },

  ofLink: (link) =>
    store.transaction(async (unit) => {
      const { fingerprint: inUse } = await requireLink(unit, link);
      const rows = await unit.tables.find('signing_keys', { instance: link }, { orderBy: 'created_at' });
      return rows.map(({ id, created_at: createdAt, revoked_at: revokedAt }) => {
        const fingerprint = fingerprintOf(id);
        return { id, fingerprint, createdAt, inUse: fingerprint === inUse, revokedAt };
      });
    }),

  revoke: async (link, key) => {
    await store.transaction(async (unit) => {
      const { fingerprint, name } = await requireLink(unit, link);
      const [row] = await unit.tables.find('signing_keys', { id: key, instance: link });
      if (!row) throw new NotPossible('KEY_UNKNOWN', `“${name}” has no such key.`);
      if (row.revoked_at !== null) return;
      const now = clock.now();
      await unit.tables.update('signing_keys', { id: key }, { revoked_at: now });
      await unit.tables.insert('settings', [{ name: REVOCATION, value: `${now} ${key}` }], 'replace');
      // Who holds that key may also be who answers at that address: nothing more is sent there.
      if (fingerprint === fingerprintOf(key)) await unit.tables.update('links', { id: link }, { paused: 1 });
    });
    verifier.forget();
  },
});
