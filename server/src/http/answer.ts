import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import type { Json } from '../replication/entity';
import { Busy, ReplicationError, Unreachable } from '../replication/errors';
import type { Signer } from '../replication/link/identity';
import { instanceId } from '../replication/link/key-record';
import type { Clock } from '../replication/ports';
import { HEADER, JSON_TYPE } from './media';
import { readRequestSignature, signAnswer } from './signature';
import { OverQuota } from './quota';
import { TooManyRequests } from './throttle';

export interface Reply {
  status: number;
  type: string;
  body: Buffer;
  gzip?: boolean;
  headers?: { [name: string]: string };
}

export const jsonReply = (status: number, value: Json): Reply => ({
  status,
  type: JSON_TYPE,
  body: Buffer.from(JSON.stringify(value), 'utf8'),
});

/**
 * Answers, signed and bound to the request by its nonce. Refusals are signed too: otherwise anybody in between could
 * make a sender believe that its messages are wrong. A request that has no readable nonce gets an unsigned answer.
 */
export const answerSigned = async (ctx: Context, reply: Reply, identity: Signer, clock: Clock): Promise<void> => {
  const body = ctx.method === 'HEAD' ? Buffer.alloc(0) : reply.body;
  let headers: { [name: string]: string } = {
    ...reply.headers,
    'content-type': reply.type,
    ...(reply.gzip ? { 'content-encoding': 'gzip' } : {}),
  };
  const nonce = readRequestSignature(ctx.req.headers)?.nonce;
  const sender = instanceId.safeParse(ctx.req.headers[HEADER.sender]);
  if (nonce && sender.success) {
    const created = Math.floor(clock.now() / 1000);
    headers = await signAnswer(
      identity,
      {
        status: reply.status,
        headers: {
          ...headers,
          [HEADER.inReplyTo]: nonce,
          [HEADER.sender]: identity.instance,
          [HEADER.recipient]: sender.data,
        },
        body,
      },
      { created, expires: created + 300, nonce: randomBytes(18).toString('base64url') }
    );
  }
  ctx.status = reply.status;
  ctx.set({ ...headers, 'cache-control': 'no-store, no-transform' });
  ctx.body = body;
};

const STATUS: { [code: string]: number } = {
  BAD_SIGNATURE: 401,
  UNSIGNED: 401,
  UNKNOWN_KEY: 401,
  CLOCK: 401,
  EXPIRED: 401,
  NOT_LINKED: 403,
  KEY_REVOKED: 403,
  UNKNOWN_TOPIC: 404,
  TOO_SLOW: 408,
  REPLAYED: 409,
  WRONG_OFFSET: 409,
  TOO_LARGE: 413,
  TOO_MANY: 413,
  BAD_TYPE: 415,
  WRONG_RECIPIENT: 421,
  TOO_MANY_REQUESTS: 429,
  OVER_QUOTA: 429,
};

/** A refusal as it is answered. Anything that is not one of our errors says nothing of itself. */
export const answerError = (ctx: Context, error: unknown, identity: Signer, clock: Clock): Promise<void> => {
  const known = error instanceof ReplicationError && !(error instanceof Unreachable);
  const code = known ? error.code : 'INTERNAL';
  const message = known ? error.message : 'Something went wrong on this site. Its log says what.';
  const busy = error instanceof Busy;
  const status = busy ? 503 : known ? (STATUS[code] ?? 400) : 500;
  const later = error instanceof TooManyRequests || error instanceof OverQuota;
  const retryAfter = busy ? 1 : later ? error.retryAfterSeconds : null;
  const reply = jsonReply(status, { error: { code, message } });
  reply.headers = { [HEADER.error]: code };
  if (retryAfter !== null) ctx.set('retry-after', String(retryAfter));
  return answerSigned(ctx, reply, identity, clock);
};
