import type { Core } from '@strapi/types';
import type { Uid } from '../../replication/entity';

interface Services {
  cacheConfig: { isCached(uid: Uid): boolean };
  cacheStore: { clearByUid(uid: Uid, params: object, wildcard: boolean): Promise<void> };
}

export interface RestCache {
  /** Whether answers about entries of this type are kept. */
  keeps(uid: Uid): boolean;
  /** Forgets all answers about this type, and about types related to it as far as the plugin is set up to. */
  forget(uid: Uid): Promise<void>;
}

/**
 * `@strapi-community/plugin-rest-cache`, where the site has it: it forgets by middlewares on the routes by which content
 * is changed and listens to nothing else, so it would not hear of what is applied. Its own service is called instead.
 */
export const restCacheOf = (strapi: Core.Strapi): RestCache => {
  const service = <S extends keyof Services>(name: S): Services[S] | undefined =>
    strapi.plugin('rest-cache')?.service(name) as Services[S] | undefined;
  return {
    keeps: (uid) => service('cacheConfig')?.isCached(uid) ?? false,
    forget: async (uid) => service('cacheStore')?.clearByUid(uid, {}, true),
  };
};
