import { NotPossible } from '../replication/errors';
import type { IdentityOptions, LivingIdentity } from '../replication/link/identity';
import { lookAgain } from '../replication/link/look-again';
import { questionOf, type Place } from '../replication/link/place';
import type { Verifier } from '../replication/link/verifier';
import type { Store } from '../replication/ports';
import { systemClock } from '../strapi/environment/ports';
import { readIdentity } from './waking';

export interface OutlookOptions {
  store: Store;
  place: Place;
  identity: LivingIdentity;
  identityOptions: IdentityOptions;
  verifier: Verifier;
}

/**
 * Looks at what another process of this site may have changed. A newer key is taken up and a revoked one forgotten.
 *
 * @returns whether the database is another site's, or at home elsewhere, than when this was begun, or is being cleared out
 */
export const createOutlook = async (options: OutlookOptions): Promise<() => Promise<boolean>> => {
  const { store, place, identity, identityOptions, verifier } = options;
  const look = () => store.transaction((unit) => lookAgain(unit, systemClock.now()));
  let { revocation: seen } = await look();
  return async () => {
    const { key, binding, revocation, leaving } = await look();
    if (leaving) return true;
    if (revocation !== seen) verifier.forget();
    seen = revocation;
    if (questionOf(binding, place) !== null || key?.instance !== identity.instance) return true;
    // A key from the configuration stays until the next start: processes may be restarted one after the other.
    if (key.id !== identity.key && !identityOptions.privateKey) {
      const newer = await readIdentity(store, identityOptions);
      if (newer instanceof NotPossible) throw newer;
      identity.become(newer);
    }
    return false;
  };
};
