import type { Context } from 'koa';
import { Refused } from '../replication/errors';
import { instanceId } from '../replication/link/key-record';
import type { Signer } from '../replication/link/identity';
import type { Verifier } from '../replication/link/verifier';
import type { Clock } from '../replication/ports';
import type { LinkState } from '../replication/tables';
import type { Reception } from '../replication/transport/wire';
import { readStream, TooLarge } from './body';
import type { GateLimits } from './limits';
import { HEADER } from './media';
import type { Nonces } from './nonces';
import { digestMatches, readRequestSignature, verifyRequest } from './signature';
import type { Quota } from './quota';
import type { Throttle } from './throttle';

/** A request whose headers are what a known sender signed, for us, just now, for the first time. */
export interface Visitor {
  link: string;
  state: LinkState;
}

export interface Expected {
  /** What this handler serves, relative to the announced base. */
  path: string;
  type: string | null;
  states: 'registered' | 'any';
}

interface DoormanOptions {
  identity: Signer;
  verifier: Verifier;
  reception: Reception;
  nonces: Nonces;
  throttle: Throttle;
  quota: Quota;
  clock: Clock;
  limits: GateLimits;
}

/**
 * Who may come in. Everything is judged by the headers, before a byte of the body is read: strangers can't make us
 * read, inflate or parse anything.
 */
export const createDoorman = (options: DoormanOptions) => {
  const { identity, verifier, reception, nonces, throttle, quota, clock, limits } = options;

  const checkTimes = (created: number, expires: number): void => {
    const now = Math.floor(clock.now() / 1000);
    if (Math.abs(now - created) > limits.skewSeconds) {
      throw new Refused(
        'CLOCK',
        `The request was made at ${isoOf(created)}, here it is ${isoOf(now)}. Set the clocks of both sites.`
      );
    }
    if (expires < now) throw new Refused('EXPIRED', 'The request has expired. Send it again.');
    if (expires < created || expires - created > 2 * limits.skewSeconds) {
      throw new Refused('BAD_SIGNATURE', 'The signature is meant to last too long.');
    }
  };

  return {
    admit: async (ctx: Context, expected: Expected): Promise<Visitor> => {
      const { headers } = ctx.req;
      throttle.admit(ctx.ip, headers[HEADER.sender]);
      if (expected.type !== null && ctx.get('content-type') !== expected.type) {
        throw new Refused('BAD_TYPE', `Requests to this address are of the type ${expected.type}.`);
      }
      const sender = instanceId.safeParse(headers[HEADER.sender]);
      const signature = readRequestSignature(headers);
      if (!sender.success || !signature) {
        throw new Refused('UNSIGNED', 'The request is not signed in the way that replication signs requests.');
      }
      const link = sender.data;
      if (headers[HEADER.recipient] !== identity.instance) {
        throw new Refused('WRONG_RECIPIENT', 'The request is meant for another site.');
      }
      if (headers[HEADER.path] !== expected.path) {
        throw new Refused('WRONG_PATH', 'The request was signed for another address.');
      }
      checkTimes(signature.created, signature.expires);
      const verdict = await verifyRequest(verifier, {
        method: ctx.method,
        headers,
        sender: link,
        keyid: signature.keyid,
      });
      if (verdict === 'unknown-key')
        throw new Refused('UNKNOWN_KEY', 'The key that signed this request is not known here.');
      if (verdict === 'revoked') {
        throw new Refused(
          'KEY_REVOKED',
          'The key that signed this was revoked on the other site. Change the key of this site, then link the two sites anew.'
        );
      }
      if (verdict !== 'good') throw new Refused('BAD_SIGNATURE', 'The signature does not fit the request.');
      throttle.verified(link);
      const state = await reception.stateOf(link);
      if (state === null || (expected.states === 'registered' && state !== 'REGISTERED')) {
        throw new Refused('NOT_LINKED', 'These two sites are not linked.');
      }
      quota.admitRequest(link);
      // A link that is over for today can still say that it ends, or that its key has changed.
      if (expected.states === 'registered') await quota.admitMore(link);
      const latest = Math.max(signature.expires, signature.created + limits.skewSeconds);
      await nonces.burn(link, signature.nonce, latest * 1000 + 1000);
      return { link, state };
    },

    /** The body, whose digest the sender signed. */
    body: async (ctx: Context, { link }: Visitor, limit: number): Promise<Buffer> => {
      const body = await readBody(ctx, limit, limits.bodyTimeoutMs);
      quota.count(link, { bytes: body.length });
      if (!digestMatches(ctx.req.headers['content-digest'], body)) {
        throw new Refused('BAD_DIGEST', 'The body is not the one that was signed.');
      }
      return body;
    },
  };
};

export const readBody = async (ctx: Context, limit: number, timeoutMs: number): Promise<Buffer> => {
  if (Number(ctx.req.headers['content-length'] ?? 0) > limit) throw new TooLarge(limit);
  if (ctx.req.readableEnded) {
    throw new Error('The body was read by a middleware of this site before replication could read it.');
  }
  return readStream(ctx.req, limit, timeoutMs);
};

const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString();
