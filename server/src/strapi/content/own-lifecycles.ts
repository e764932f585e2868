import type { Core } from '@strapi/types';

const own = new WeakSet<object>();

/** Subscribes to database lifecycles for the plugin itself. Whoever asks who else listens does not count it. */
export const subscribeOwn = (strapi: Core.Strapi, subscriber: object): void => {
  own.add(subscriber);
  strapi.db.lifecycles.subscribe(subscriber as never);
};

export const isOwn = (subscriber: object): boolean => own.has(subscriber);
