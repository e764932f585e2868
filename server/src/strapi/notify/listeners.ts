import type { Core } from '@strapi/types';
import type { Uid } from '../../replication/entity';
import { isOwn } from '../content/own-lifecycles';

/** Who would hear of a change. Strapi keeps lists of them that nobody can read, so they are counted as they come. */
export interface Listeners {
  /** Document middlewares that want to hear of applied changes. */
  middlewares(): number;
  /** Whether anybody listens to this event; webhooks do so through the event hub. */
  hears(event: string): boolean;
  /** Whether database lifecycles of the site run when a row of this type is made. */
  hearsOfRows(uid: Uid): boolean;
  /** Registers a middleware of ours, which does not count. */
  use(middleware: (context: unknown, next: () => Promise<unknown>) => Promise<unknown>): void;
}

interface EventHub {
  on(event: string, listener: unknown): () => void;
  off(event: string, listener: unknown): void;
  subscribe(subscriber: unknown): () => void;
  unsubscribe(subscriber: unknown): void;
}

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
 * These packages register middlewares that have nothing to do where content was applied: i18n's copies to other locales,
 * which were applied too, and upload's signs addresses in what a caller is answered.
 */
const UNCONCERNED = /[\\/]@strapi[\\/](i18n|upload)[\\/]/;

/** Who calls the function that asks this: a line of the stack. Unknown counts as concerned. */
const isUnconcerned = (): boolean => UNCONCERNED.test(new Error().stack?.split('\n')[3] ?? '');

/** To be called in register: whoever came before is Strapi itself, or is told once somebody else listens. */
export const watchListeners = (strapi: Core.Strapi): Listeners => {
  let middlewares = 0;
  let subscribers = 0;
  const listening = new Map<string, Set<unknown>>();

  const documents = strapi.documents as unknown as { use(middleware: unknown): () => void };
  const { use } = documents;
  documents.use = (middleware) => {
    const stop = use(middleware);
    if (isUnconcerned()) return stop;
    middlewares += 1;
    return () => {
      middlewares -= 1;
      return stop();
    };
  };

  const hub = strapi.eventHub as unknown as EventHub;
  const { on, off, subscribe, unsubscribe } = hub;
  hub.on = (event, listener) => {
    listening.set(event, (listening.get(event) ?? new Set()).add(listener));
    return on(event, listener);
  };
  hub.off = (event, listener) => {
    listening.get(event)?.delete(listener);
    off(event, listener);
  };
  hub.subscribe = (subscriber) => {
    subscribers += 1;
    return subscribe(subscriber);
  };
  hub.unsubscribe = (subscriber) => {
    subscribers = Math.max(0, subscribers - 1);
    unsubscribe(subscriber);
  };

  const lifecycles = strapi.db.lifecycles as unknown as Lifecycles;
  let followers = subscribersOf(lifecycles);
  const { clear } = lifecycles;
  lifecycles.clear = () => {
    // It begins another list.
    followers = null;
    clear();
  };

  return {
    middlewares: () => middlewares,
    hears: (event) => subscribers > 0 || (listening.get(event)?.size ?? 0) > 0,
    hearsOfRows: (uid) =>
      MAKING.some((action) => action in (strapi.db.metadata.get(uid).lifecycles ?? {})) ||
      followers === null ||
      followers.some((subscriber, at) => !(at === 0 && isOfTimes(subscriber)) && hearsOfMaking(subscriber, uid)),
    use,
  };
};
