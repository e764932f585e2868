import type { Context, Next } from 'koa';
import { BLOB_PIECE, JSON_TYPE, NDJSON } from './media';

const OWN: ReadonlySet<string> = new Set([NDJSON, JSON_TYPE, BLOB_PIECE]);
const OPAQUE = 'application/octet-stream';

/**
 * Stands before Strapi's body parser. On the addresses of other sites it finds no type that it reads: it would inflate,
 * parse and write to files whatever a stranger sends, before the gate has seen who that is, and answer 500 to what it
 * cannot inflate. The gate refuses such types by itself.
 *
 * @param address where requests of other sites arrive, as in `/api/replication/v1/`. Anything may stand before it: what a
 * middleware of the site takes away after this one.
 */
export const leaveUnparsed = (address: string) => {
  const own = address.toLowerCase();
  return (ctx: Context, next: Next): Promise<unknown> => {
    const { headers } = ctx.req;
    const type = headers['content-type'];
    if (type !== undefined && !OWN.has(type) && ctx.path.toLowerCase().includes(own)) headers['content-type'] = OPAQUE;
    return next();
  };
};
