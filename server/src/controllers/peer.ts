import type { Core } from '@strapi/types';
import type { Context } from 'koa';
import type { Gate } from '../http/gate';

/** Requests of other sites. The gate does all there is to do; without it (no key, or switched off) nobody comes in. */
export const peer = ({ strapi }: { strapi: Core.Strapi }) => {
  const through = (action: keyof Gate) => async (ctx: Context) => {
    const engine = strapi.plugin('replication').service('engine') as unknown as { gate?: Gate | null } | undefined;
    if (engine?.gate) return engine.gate[action](ctx);
    ctx.status = 503;
    ctx.set('retry-after', '60');
    ctx.body = { error: { code: 'OFF', message: 'Replication is switched off on this site.' } };
  };
  return {
    hello: through('hello'),
    messages: through('messages'),
    ask: through('ask'),
    blob: through('blob'),
    link: through('link'),
    linkState: through('linkState'),
  };
};
