import type { Core } from '@strapi/types';
import type { Source } from '../../replication/ports';

/**
 * Runs `work` as Strapi runs a request, but for nobody: hooks find no user, and `state.replication` says whose change it
 * is. What else a hook may look at is there and empty.
 */
export const inState = <T>(strapi: Core.Strapi, from: Source, work: () => Promise<T>): Promise<T> => {
  const context = {
    state: { replication: from },
    request: { method: '', url: '', path: '', header: {}, headers: {}, body: {}, query: {} },
    params: {},
    query: {},
  };
  return strapi.requestContext.run(context as never, work as never) as unknown as Promise<T>;
};
