import type { Core } from '@strapi/types';
import type { ReplicationConfig } from '../config';
import { NotPossible } from '../replication/errors';
import { loadIdentity, type Identity, type IdentityOptions } from '../replication/link/identity';
import { clearOut, leavingNow, leavingProblem, requireName, type ClearOutOptions } from '../replication/link/leave';
import { settlePlace, type Place, type PlaceQuestion } from '../replication/link/place';
import type { Store } from '../replication/ports';
import { Tracked } from '../replication/tracked';
import { systemClock } from '../strapi/environment/ports';
import type { Composition } from './compose';
import { composeSleeping, type SleepingParts } from './sleeping';

export interface WakingOptions {
  strapi: Core.Strapi;
  config: Pick<ReplicationConfig, 'moved'>;
  parts: Pick<SleepingParts, 'store' | 'schemas' | 'files' | 'tracked' | 'places'>;
  site: { name: string; url: string };
  place: Place;
  identity: IdentityOptions;
  leaving: ClearOutOptions;
}

/** Who this site is; or what stands in for replication while that is asked, unreadable, or being given up. */
export const wake = async (options: WakingOptions): Promise<{ identity: Identity } | { asleep: Composition }> => {
  const { strapi, config, parts, site, place, leaving } = options;
  const { store, schemas, files, places } = parts;
  const question = await store.transaction((unit) => settlePlace(unit, place, config.moved, systemClock.now()));
  if (question) {
    strapi.log.warn(`[replication] ${describe(question)}`);
    const isOutdated = async () => (await places.question()) === null;
    return { asleep: composeSleeping({ ...parts, site, why: elsewhere(), isOutdated }) };
  }
  const isLeaving = () => store.transaction((unit) => leavingNow(unit, systemClock.now()));
  if (await isLeaving()) {
    await files.tidy(0);
    const asleep = composeSleeping({
      ...parts,
      // What is saved now is not marked: there will be nothing that a mark could be compared with.
      tracked: new Tracked(store, schemas),
      site,
      why: leavingProblem(),
      isOutdated: async () => !(await isLeaving()),
      leave: async ({ name }) => {
        requireName(site, name);
        await clearOut(leaving);
      },
    });
    return { asleep };
  }
  const identity = await readIdentity(store, options.identity);
  if (identity instanceof NotPossible) {
    strapi.log.warn(`[replication] ${identity.message}`);
    const isOutdated = () => Promise.resolve(false);
    return { asleep: composeSleeping({ ...parts, site: null, why: identity, isOutdated }) };
  }
  return { identity };
};

/** The site's identity, or why it cannot be had. */
export const readIdentity = async (store: Store, options: IdentityOptions): Promise<Identity | NotPossible> => {
  try {
    return await store.transaction((unit) => loadIdentity(unit, options));
  } catch (error) {
    if (error instanceof NotPossible) return error;
    throw error;
  }
};

const elsewhere = () =>
  new NotPossible(
    'MOVED_OR_COPIED',
    'This database is not where it was when replication last ran here, so nothing is sent or received. Say first on the Replication page whether this site was moved or is a copy.'
  );

/** For the log, which only those see who run the site: with what the page does not show. */
const describe = ({ before, now, differs }: PlaceQuestion): string => {
  const value = (of: PlaceQuestion['now'], name: string) => (name === 'url' ? of.url : of.facts[name]);
  const changes = differs.map((name) => `${name} was ${value(before, name)}, is ${value(now, name)}`).join('; ');
  return `${elsewhere().message} (${changes})`;
};
