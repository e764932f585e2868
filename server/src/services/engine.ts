import { errors } from '@strapi/utils';
import { runtime } from '../runtime';
import type { Composition } from '../running/compose';

type EngineService = Composition['engine'];

/**
 * `strapi.plugin('replication').service('engine')`: all that replication can do, for routes, scripts and tests. Strapi
 * keeps the first service it makes, so this one looks the running engine up at each use.
 */
export const engine = (): EngineService =>
  new Proxy({} as EngineService, {
    get: (_, name) => {
      const running = runtime.running?.composition?.engine;
      if (running) return running[name as keyof EngineService];
      if (name === 'gate' || name === 'then') return null;
      throw new errors.ApplicationError(
        'Replication is not running on this site: it is switched off in the configuration, or its start failed. The log of the start says which.',
        { code: 'NOT_RUNNING' }
      );
    },
  });
