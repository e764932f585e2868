import type { Core } from '@strapi/types';
import type { Context } from 'koa';
import type { Engine } from '../replication/engine';
import { ReplicationError } from '../replication/errors';

/** Proxies and schedulers rarely wait longer than half a minute. */
const WITHIN_MS = 20_000;

/**
 * For hosts that sleep while nobody visits: a scheduler elsewhere wakes the site by this call, and the site does what
 * waits. The token that it needs is one of the content API's.
 */
export const run = ({ strapi }: { strapi: Core.Strapi }) => ({
  run: async (ctx: Context): Promise<void> => {
    ctx.set('cache-control', 'no-store');
    const engine = strapi.plugin('replication').service('engine') as unknown as Engine;
    try {
      ctx.body = { data: { done: await engine.run(WITHIN_MS) } };
    } catch (error) {
      if (!(error instanceof ReplicationError)) throw error;
      ctx.status = 503;
      ctx.body = { error: { code: error.code, message: error.message } };
    }
  },
});
