import type { Core } from '@strapi/types';
import type { Uid } from '../../replication/entity';
import { isOwn } from '../content/own-lifecycles';

interface Lifecycles {
  subscribe(subscriber: Subscriber): () => unknown;
  clear(): void;
}

type Subscriber = ((event: unknown) => unknown) | { models?: readonly Uid[]; [action: string]: unknown };

const MAKING = ['beforeCreate', 'afterCreate', 'beforeCreateMany', 'afterCreateMany'] as const;

/** Strapi's own: one sets times, the other calls the lifecycles of content types, which are asked by themselves. */
const TIMES = 'beforeCreate,beforeCreateMany,beforeUpdate,beforeUpdateMany';
const OF_MODELS = 'modelsLifecyclesSubscriber';

/**
 * Strapi's list of subscribers, as it is at any time; null where it is not as it was. Nothing gives it away, and who
 * came before us, in the `register` of another plugin, is in it as well: so it is looked at while something is added to it.
 */
const subscribersOf = (lifecycles: Lifecycles): readonly Subscriber[] | null => {
  let found: Subscriber[] = [];
  const probe: Subscriber = {};
  const { push } = Array.prototype;
  try {
    // For this one call, which is not interrupted.
    Array.prototype.push = function (this: unknown[], ...items) {
      if (items[0] === probe) found = this as Subscriber[];
      return push.apply(this, items);
    };
    lifecycles.subscribe(probe)();
  } catch {
    // Somebody has put something of their own in its place.
    return null;
  } finally {
    if (Array.prototype.push !== push) Array.prototype.push = push;
  }
  const isStrapis = found[0] !== undefined && isOfTimes(found[0]) && found.some(isOfModels);
  return isStrapis ? found : null;
};

const isOfModels = (subscriber: Subscriber): boolean =>
  typeof subscriber === 'function' && subscriber.name === OF_MODELS;

const isOfTimes = (subscriber: Subscriber): boolean => Object.keys(subscriber).join() === TIMES;

const hearsOfMaking = (subscriber: Subscriber, uid: Uid): boolean => {
  if (isOwn(subscriber)) return false;
  if (typeof subscriber === 'function') return !isOfModels(subscriber);
  return (!subscriber.models || subscriber.models.includes(uid)) && MAKING.some((action) => action in subscriber);
};

/**
 * Whether database lifecycles of the site run when a row of a type, or of a component, is made. Strapi is asked when this is
 * first: by then everybody has subscribed who does so at the start, and who comes later is in the same list.
 */
export const createHearsOfRows = (strapi: Core.Strapi): ((uid: Uid) => boolean) => {
  let subscribers: readonly Subscriber[] | null | undefined;

  const look = (): readonly Subscriber[] | null => {
    const lifecycles = strapi.db.lifecycles as unknown as Lifecycles;
    const { clear } = lifecycles;
    lifecycles.clear = () => {
      // It begins another list.
      subscribers = null;
      clear();
    };
    return subscribersOf(lifecycles);
  };

  return (uid) => {
    if (subscribers === undefined) subscribers = look();
    return (
      MAKING.some((action) => action in (strapi.db.metadata.get(uid).lifecycles ?? {})) ||
      subscribers === null ||
      subscribers.some((subscriber, at) => !(at === 0 && isOfTimes(subscriber)) && hearsOfMaking(subscriber, uid))
    );
  };
};
