import type { Core } from '@strapi/types';
import type { Context } from 'koa';
import type { Gate } from '../http/gate';
import { HEADER } from '../http/media';
import { runtime } from '../runtime';

/**
 * Requests of other sites. The gate does all there is to do; without it nobody comes in. Strangers are not told why, and
 * nothing is signed: a copied database must not speak for the site it was copied from. Senders keep what they have.
 */
export const peer = ({ strapi }: { strapi: Core.Strapi }) => {
  const through = (action: keyof Gate) => async (ctx: Context) => {
    const engine = strapi.plugin('replication').service('engine') as unknown as { gate?: Gate | null } | undefined;
    if (engine?.gate) return engine.gate[action](ctx);
    const [code, message] = runtime.running
      ? ['SILENT', 'Replication is silent on this site at present. Try again later.']
      : ['OFF', 'Replication is switched off on this site.'];
    ctx.status = 503;
    ctx.set({ 'retry-after': '60', [HEADER.error]: code!, 'cache-control': 'no-store' });
    ctx.body = { error: { code, message } };
  };
  return {
    hello: through('hello'),
    messages: through('messages'),
    ask: through('ask'),
    fetch: through('fetch'),
    blob: through('blob'),
    link: through('link'),
    linkState: through('linkState'),
  };
};
