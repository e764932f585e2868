import { Readable } from 'node:stream';
import type { Context } from 'koa';
import { Refused, ReplicationError } from '../replication/errors';
import type { Signer } from '../replication/link/identity';
import type { Verifier } from '../replication/link/verifier';
import type { Clock, Store } from '../replication/ports';
import type { BlobProgress, PeerService, Reception } from '../replication/transport/wire';
import { answerError, answerSigned, jsonReply } from './answer';
import type { Reply } from './answer';
import { compress, decode, parseJson, parseLines, writeLines } from './body';
import { createDoorman, readBody } from './doorman';
import type { Expected, Visitor } from './doorman';
import { DEFAULT_LIMITS } from './limits';
import type { GateLimits } from './limits';
import { BLOB_PIECE, HEADER, JSON_TYPE, NDJSON, PROTOCOL_VERSION } from './media';
import { createNonces } from './nonces';
import { createQuota, DEFAULT_QUOTA } from './quota';
import type { Quota, QuotaLimits } from './quota';
import { createThrottle } from './throttle';

/** The receiving half of replication over HTTP: Koa handlers that answer everything themselves and never throw. */
export interface Gate {
  hello(ctx: Context): Promise<void>;
  messages(ctx: Context): Promise<void>;
  ask(ctx: Context): Promise<void>;
  fetch(ctx: Context): Promise<void>;
  /** HEAD, GET and PUT. */
  blob(ctx: Context): Promise<void>;
  link(ctx: Context): Promise<void>;
  linkState(ctx: Context): Promise<void>;
}

export interface GateOptions {
  identity: Signer;
  verifier: Verifier;
  store: Store;
  clock: Clock;
  service: PeerService;
  reception: Reception;
  limits?: Partial<GateLimits>;
  /** What each link may send. */
  quota?: Partial<QuotaLimits>;
  /** The same, where somebody else counts along. */
  usage?: Quota;
  /** Told where a linked site's key was refused that was revoked here. Must not throw. */
  onRevoked?(link: string): void;
  /** Told of defects, whose details the other side never sees. Must not throw. */
  onDefect?(error: unknown): void;
}

const TOPIC = /^[a-z][a-z0-9-]{0,39}$/;
const HASH = /^[0-9a-f]{64}$/;
const COUNT = /^\d{1,15}$/;
/** A link request holds a chain of keys, an address and a proof; a state a chain and an address. */
const LINK_REQUEST_BYTES = 32 * 1024;
/** Bytes of a blob in one answer. */
const PIECE_GIVEN = 1024 * 1024;
const NOTHING_MORE = { wait: 0, lease: null, answers: [], compared: false };

export const createGate = (options: GateOptions): Gate => {
  const { identity, clock, service, reception } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const throttle = createThrottle(limits, clock);
  const quota = options.usage ?? createQuota({ ...DEFAULT_QUOTA, ...options.quota }, options.store, clock);
  const nonces = createNonces(options.store, clock);
  const doorman = createDoorman({ ...options, limits, throttle, quota, nonces });

  const guarded = async (ctx: Context, work: () => Promise<Reply>): Promise<void> => {
    try {
      await answerSigned(ctx, await work(), identity, clock);
    } catch (error) {
      if (!(error instanceof ReplicationError)) options.onDefect?.(error);
      else if (error.code === 'KEY_REVOKED') options.onRevoked?.(String(ctx.req.headers[HEADER.sender]));
      await answerError(ctx, error, identity, clock);
    }
  };

  type InTurn = <T>(task: () => Promise<T>) => Promise<T>;

  /** A request of a linked site, from its signature to the answer; what it does in its turn counts as being worked on. */
  const admitted = (
    ctx: Context,
    expected: Expected,
    work: (visitor: Visitor, inTurn: InTurn) => Promise<Reply>
  ): Promise<void> =>
    guarded(ctx, async () => {
      let visitor: Visitor;
      try {
        visitor = await doorman.admit(ctx, expected);
      } catch (error) {
        throttle.failed(ctx.ip);
        throw error;
      }
      try {
        return await work(visitor, (task) => throttle.within(visitor.link, task));
      } finally {
        await quota.settle(visitor.link).catch((error: unknown) => options.onDefect?.(error));
      }
    });

  const signed = (ctx: Context, expected: Expected, work: (visitor: Visitor) => Promise<Reply>): Promise<void> =>
    admitted(ctx, expected, (visitor, inTurn) => inTurn(() => work(visitor)));

  const text = async (ctx: Context, visitor: Visitor, limit = limits.body): Promise<string> =>
    decode(await doorman.body(ctx, visitor, limit), ctx.req.headers['content-encoding'], limits.inflated);

  /** The same, also where the body came ahead in pieces, because something on the way takes no larger ones. */
  const bodyOf = async (ctx: Context, visitor: Visitor): Promise<string> => {
    const hash = ctx.req.headers[HEADER.body];
    if (hash === undefined) return text(ctx, visitor);
    checkHash(String(hash));
    await doorman.body(ctx, visitor, 0);
    const body = await service.takeBody(visitor.link, String(hash), limits.body);
    return decode(body, ctx.req.headers['content-encoding'], limits.inflated);
  };

  return {
    hello: (ctx) => {
      ctx.status = 200;
      ctx.set('cache-control', 'no-store');
      ctx.body = { protocol: PROTOCOL_VERSION };
      return Promise.resolve();
    },

    messages: (ctx) =>
      signed(ctx, { path: '/v1/messages', type: NDJSON, states: 'registered' }, async (visitor) => {
        const { link } = visitor;
        const messages = parseLines(await bodyOf(ctx, visitor), limits.messages);
        quota.count(link, { messages: messages.length });
        const answers = await service.receive(link, messages);
        return { status: 200, type: NDJSON, body: await compress(writeLines(answers)), gzip: true };
      }),

    ask: (ctx) => {
      const topic = String(ctx.params.topic);
      return signed(ctx, { path: `/v1/ask/${topic}`, type: JSON_TYPE, states: 'registered' }, async (visitor) => {
        if (!TOPIC.test(topic)) throw new Refused('UNKNOWN_TOPIC', 'There is no such question.');
        const answer = await service.answer(visitor.link, topic, parseJson(await text(ctx, visitor)));
        return { status: 200, type: JSON_TYPE, body: await compress(Buffer.from(JSON.stringify(answer))), gzip: true };
      });
    },

    // Waiting for something to give takes no turn: it would keep others from theirs.
    fetch: (ctx) =>
      admitted(ctx, { path: '/v1/fetch', type: JSON_TYPE, states: 'registered' }, async (visitor, inTurn) => {
        const { link } = visitor;
        const gone = new AbortController();
        ctx.res.once('close', () => gone.abort());
        // Of the question nothing is kept while it waits.
        let handed = await inTurn(async () => service.handOut(link, parseJson(await text(ctx, visitor))));
        const until = clock.now() + handed.wait;
        while (handed.isEmpty && clock.now() < until) {
          const again = await service.untilDue(link, until - clock.now(), gone.signal);
          // Nobody would hear what is given now, or asks again in a moment.
          if (!again || clock.now() >= until) break;
          handed = await inTurn(() => service.handOut(link, NOTHING_MORE));
        }
        const { given } = handed;
        return { status: 200, type: JSON_TYPE, body: await compress(Buffer.from(JSON.stringify(given))), gzip: true };
      }),

    blob: (ctx) => {
      const hash = String(ctx.params.hash);
      const path = `/v1/blobs/${hash}`;
      if (ctx.method === 'GET') {
        return signed(ctx, { path, type: null, states: 'registered' }, async ({ link }) => {
          checkHash(hash);
          const { bytes, total } = await service.readBlob(link, hash, count(ctx, HEADER.offset), PIECE_GIVEN);
          return { status: 200, type: BLOB_PIECE, body: bytes, headers: { [HEADER.total]: String(total) } };
        });
      }
      if (ctx.method === 'HEAD') {
        return signed(ctx, { path, type: null, states: 'registered' }, async ({ link }) => {
          checkHash(hash);
          return progressReply(await service.blobOffset(link, hash));
        });
      }
      return signed(ctx, { path, type: BLOB_PIECE, states: 'registered' }, async (visitor) => {
        const { link } = visitor;
        checkHash(hash);
        const from = count(ctx, HEADER.offset);
        const total = count(ctx, HEADER.total);
        const piece = await doorman.body(ctx, visitor, limits.piece);
        if (from + piece.length > total) throw new Refused('BAD_RANGE', 'The piece does not lie within the file.');
        await service.stageBlob(link, hash, Readable.from([piece]), from, total);
        return progressReply(await service.blobOffset(link, hash));
      });
    },

    link: (ctx) =>
      guarded(ctx, async () => {
        throttle.admit(ctx.ip, null);
        try {
          if (ctx.get('content-type') !== JSON_TYPE) {
            throw new Refused('BAD_TYPE', `Requests to this address are of the type ${JSON_TYPE}.`);
          }
          return await throttle.within('', async () => {
            const body = await readBody(ctx, LINK_REQUEST_BYTES, limits.bodyTimeoutMs);
            const encoding = ctx.req.headers['content-encoding'];
            return jsonReply(
              200,
              await reception.introduced(parseJson(await decode(body, encoding, LINK_REQUEST_BYTES)))
            );
          });
        } catch (error) {
          throttle.failed(ctx.ip);
          throw error;
        }
      }),

    linkState: (ctx) =>
      signed(ctx, { path: '/v1/link/state', type: JSON_TYPE, states: 'any' }, async (visitor) => {
        const told = parseJson(await text(ctx, visitor, LINK_REQUEST_BYTES));
        return jsonReply(200, await reception.heardState(visitor.link, told));
      }),
  };
};

const checkHash = (hash: string): void => {
  if (!HASH.test(hash)) throw new Refused('BAD_HASH', 'A blob is named by its SHA-256, in lower-case hex.');
};

const count = (ctx: Context, header: string): number => {
  const value = ctx.req.headers[header];
  if (typeof value !== 'string' || !COUNT.test(value))
    throw new Refused('BAD_RANGE', `The header ${header} is a number of bytes.`);
  return Number(value);
};

const progressReply = (progress: BlobProgress): Reply => ({
  status: 200,
  type: JSON_TYPE,
  body: Buffer.alloc(0),
  headers: { [HEADER.have]: progress === 'complete' ? 'complete' : String(progress.have) },
});
