import type { Composition } from './compose';
import type { Engine, PlaceDesk } from '../replication/engine';
import type { NotPossible } from '../replication/errors';
import { currentKey } from '../replication/link/identity';
import { fingerprintOf } from '../replication/link/keys';
import type { Files, Store } from '../replication/ports';
import type { Tracked } from '../replication/tracked';
import { systemClock } from '../strapi/environment/ports';

export interface SleepingParts {
  store: Store;
  schemas: Engine['schemas'];
  files: Files;
  tracked: Tracked;
  places: PlaceDesk;
  /** null: no identity to show either. */
  site: { name: string; url: string } | null;
  why: NotPossible;
  isOutdated(): Promise<boolean>;
  leave?: Engine['leave'];
}

/**
 * Without a key, or with one that may be another site's, nothing is signed, so nothing is shared. There is nothing here
 * that could: what is saved meanwhile is marked, and recorded by whoever this site turns out to be.
 */
export const composeSleeping = (parts: SleepingParts): Composition => {
  const { store, schemas, files, tracked, places, site, why, isOutdated } = parts;
  const no = (): Promise<never> => Promise.reject(why);
  const { leave = no } = parts;
  const me: Engine['links']['me'] = async () => {
    const key = await store.transaction(currentKey);
    if (!site || !key) throw why;
    return { id: key.instance, fingerprint: fingerprintOf(key.id), ...site };
  };
  const links: Engine['links'] = {
    me,
    issueCode: no,
    readCode: no,
    redeem: no,
    list: () => store.transaction(({ tables }) => tables.find('links', {}, { orderBy: 'created_at' })),
    accept: no,
    refuse: no,
    rename: no,
    pause: no,
    pauseAll: no,
    test: no,
    unlink: no,
  };
  const engine: Composition['engine'] = {
    store,
    schemas,
    files,
    clock: systemClock,
    gate: null,
    places,
    keys: { change: no, ofLink: no, revoke: no },
    links,
    rules: { list: () => Promise.resolve([]), replace: no, defaultMode: no, setDefaultMode: no, sendAlong: no },
    brakes: { list: () => Promise.resolve([]), answer: no },
    leave,
    sweep: no,
    retry: no,
    compare: no,
    preview: no,
    difference: no,
    match: no,
    run: no,
    settled: no,
  };
  return {
    engine,
    tracked,
    poke: () => undefined,
    isOutdated,
    start: () => undefined,
    stop: () => Promise.resolve(),
  };
};
