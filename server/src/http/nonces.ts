import { Refused } from '../replication/errors';
import type { Clock, Store } from '../replication/ports';

export interface Nonces {
  /** Remembers a nonce until its request has expired everywhere; throws `REPLAYED` where it was seen before. */
  burn(instance: string, nonce: string, expiresAt: number): Promise<void>;
}

const PRUNE_EVERY_MS = 60_000;

const replayed = () => new Refused('REPLAYED', 'This request was received before. Nothing was done twice.');

/** Nonces in the database: a restart forgets none, and several processes of one site share them. */
export const createNonces = (store: Store, clock: Clock): Nonces => {
  let prunedAt = 0;

  const isKnown = (instance: string, nonce: string): Promise<boolean> =>
    store.transaction(async ({ tables }) => (await tables.count('nonces', { instance, nonce })) > 0);

  return {
    burn: async (instance, nonce, expiresAt) => {
      const now = clock.now();
      const prune = now - prunedAt > PRUNE_EVERY_MS;
      if (prune) prunedAt = now;
      try {
        await store.transaction(async ({ tables }) => {
          if (prune) await tables.remove('nonces', { expires_at: { lte: now } });
          if ((await tables.count('nonces', { instance, nonce })) > 0) throw replayed();
          await tables.insert('nonces', [{ instance, nonce, expires_at: expiresAt }], 'fail');
        });
      } catch (error) {
        // Two copies at the same moment: the key of the table lets only one in.
        if (!(error instanceof Refused) && (await isKnown(instance, nonce))) throw replayed();
        throw error;
      }
    },
  };
};
