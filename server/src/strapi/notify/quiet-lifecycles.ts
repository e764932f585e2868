import type { Core } from '@strapi/types';
import { isWritingQuietly } from '../content/applying';

type Subscriber = Record<string, ((event: unknown) => unknown) | undefined>;
type States = Map<unknown, unknown>;

interface Lifecycles {
  run(action: string, uid: string, properties: object, states?: States): Promise<States>;
  createEvent(action: string, uid: string, properties: object, state: unknown): { state?: unknown };
}

/**
 * While rows of a type are written whose lifecycles are switched off, only `own` runs: the marks of other entries that
 * change along. Strapi can switch lifecycles off for everybody at once, which would lose the marks of whoever saves
 * meanwhile.
 */
export const runOnlyOwnLifecyclesWhereOff = (strapi: Core.Strapi, own: Subscriber): void => {
  const lifecycles = strapi.db.lifecycles as unknown as Lifecycles;
  const run = lifecycles.run.bind(lifecycles);
  lifecycles.run = async (action, uid, properties, states = new Map()) => {
    if (!isWritingQuietly()) return run(action, uid, properties, states);
    const event = lifecycles.createEvent(action, uid, properties, states.get(own) ?? {});
    await own[action]?.(event);
    states.set(own, event.state);
    return states;
  };
};
