import type { Core } from '@strapi/types';

/** Who would hear of a change. Strapi keeps lists of them that nobody can read, so they are counted as they come. */
export interface Listeners {
  /** Document middlewares that want to hear of applied changes. */
  middlewares(): number;
  /** Whether anybody listens to this event; webhooks do so through the event hub. */
  hears(event: string): boolean;
  /** Registers a middleware of ours, which does not count. */
  use(middleware: (context: unknown, next: () => Promise<unknown>) => Promise<unknown>): void;
}

interface EventHub {
  on(event: string, listener: unknown): () => void;
  off(event: string, listener: unknown): void;
  subscribe(subscriber: unknown): () => void;
  unsubscribe(subscriber: unknown): void;
}

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

  return {
    middlewares: () => middlewares,
    hears: (event) => subscribers > 0 || (listening.get(event)?.size ?? 0) > 0,
    use,
  };
};
