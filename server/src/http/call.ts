import axios, { isAxiosError } from 'axios';
import { z } from 'zod';
import type { Json } from '../replication/entity';
import { Refused, Unreachable } from '../replication/errors';
import type { Identity } from '../replication/link/identity';
import type { Verifier } from '../replication/link/verifier';
import type { Chance, Clock } from '../replication/ports';
import type { Peer } from '../replication/transport/wire';
import type { Agents } from './agents';
import { decode, parseJson } from './body';
import { credentialsFor, type Credentials } from './credentials';
import { codeOf, LONGEST_ASKED_MS, retryAfter, whatAnswered, whyUnreachable, type Raw } from './diagnose';
import { BLOB_PIECE, HEADER, JSON_TYPE } from './media';
import { signRequest, verifyAnswer } from './signature';
import type { Headers } from './signature';

/** One request to another instance, signed, and its answer, verified. */
export interface Caller {
  call(peer: Peer, request: Request): Promise<Answer>;
  /** Without signatures: for linking, before keys are known. Gives the parsed body of a 200. */
  plain(method: 'GET' | 'POST', url: string, path: string, body: Json | null, type: string): Promise<Json>;
}

export interface Request {
  method: 'POST' | 'PUT' | 'HEAD' | 'GET';
  /** Relative to the peer's announced base, from `/v1` on. */
  path: string;
  type?: string;
  /** As it is sent. */
  body?: Buffer;
  encoding?: 'gzip';
  /** Ends it before its time. */
  signal?: AbortSignal;
  headers?: { [name: string]: string };
}

export interface Answer {
  headers: Headers;
  /** '' where it is a piece of a blob. */
  text: string;
  /** As it came. */
  body: Buffer;
  /** What both bodies took on the wire. */
  bytes: number;
}

export interface CallOptions {
  identity: Identity;
  verifier: Verifier;
  agents: Agents;
  clock: Clock;
  chance: Chance;
  /** From the first byte sent to the last byte read, however slowly it drips. */
  timeoutMs?: number;
  maxAnswerBytes?: number;
  /** Takes up the keys that a linked instance shows; throws where they do not prove themselves to be its own. */
  learn?(instance: string, keys: Json): Promise<void>;
  /** Ends what is under way, and lets nothing more begin: this site stops. */
  ending?: AbortSignal;
  /** What proxies before other sites ask for. */
  credentials?: readonly Credentials[];
  /** `http://user:password@proxy:port`-like settings are not read from the environment: a proxy is configured or not used. */
  userAgent?: string;
}

const MOUNT = '/replication';
const LIFETIME_SECONDS = 300;

/** What a peer may answer instead of the status it should: its code is the peer's, its message safe to show. */
const problem = z.object({
  error: z.object({
    code: z
      .string()
      .max(60)
      .regex(/^[A-Z0-9_]+$/),
    message: z.string().max(2000),
  }),
});

export const createCaller = (options: CallOptions): Caller => {
  const { identity, verifier, agents, clock, chance } = options;
  const timeoutMs = options.timeoutMs ?? 60_000;
  const maxAnswerBytes = options.maxAnswerBytes ?? 32 * 1024 * 1024;

  const exchange = async (
    method: string,
    url: string,
    headers: { [name: string]: string },
    body: Buffer | undefined,
    signal?: AbortSignal
  ): Promise<Raw> => {
    const { ending } = options;
    // Not joined with the others by `any`: that would keep something of each request for as long as the site runs.
    const ended = new AbortController();
    const end = () => ended.abort();
    if (ending?.aborted) end();
    ending?.addEventListener('abort', end, { once: true });
    const ends = [AbortSignal.timeout(timeoutMs), ended.signal, ...(signal ? [signal] : [])];
    try {
      const response = await axios.request<ArrayBuffer>({
        method,
        url,
        headers: {
          'accept-encoding': 'gzip',
          'user-agent': options.userAgent ?? 'strapi-plugin-replication',
          ...credentialsFor(options.credentials ?? [], url),
          ...headers,
        },
        data: body,
        responseType: 'arraybuffer',
        transformRequest: [(data: unknown) => data],
        transformResponse: [(data: unknown) => data],
        // The digest covers the bytes as they came.
        decompress: false,
        maxRedirects: 0,
        proxy: false,
        ...agents.for(url),
        signal: AbortSignal.any(ends),
        maxContentLength: maxAnswerBytes,
        maxBodyLength: 64 * 1024 * 1024,
        validateStatus: () => true,
      });
      return {
        status: response.status,
        headers: response.headers as Headers,
        body: Buffer.from(response.data ?? new ArrayBuffer(0)),
      };
    } catch (error) {
      if (ending?.aborted) throw new Unreachable('This site was stopped meanwhile.');
      if (wasStale(error)) throw new StaleConnection();
      throw whyUnreachable(error, url, timeoutMs);
    } finally {
      ending?.removeEventListener('abort', end);
    }
  };

  const settle = (raw: Raw, text: string): void => {
    if (raw.status >= 200 && raw.status < 300) return;
    const parsed = problem.safeParse(safely(text));
    const code = parsed.success ? parsed.data.error.code : codeOf(raw);
    const message = parsed.success ? parsed.data.error.message : `The other site answered with status ${raw.status}.`;
    if (raw.status >= 500 || raw.status === 429) {
      throw new Unreachable(message, retryAfter(raw.headers, clock.now(), LONGEST_ASKED_MS));
    }
    throw new Refused(code, message, { status: raw.status });
  };

  const callOnce = async (peer: Peer, request: Request): Promise<Answer> => {
    const body = request.body ?? Buffer.alloc(0);
    const nonce = chance.bytes(18).toString('base64url');
    const created = Math.floor(clock.now() / 1000);
    const headers = await signRequest(
      identity,
      {
        method: request.method,
        body,
        headers: {
          ...request.headers,
          ...(request.type ? { 'content-type': request.type } : {}),
          ...(request.encoding ? { 'content-encoding': request.encoding } : {}),
          [HEADER.path]: request.path,
          [HEADER.sender]: identity.instance,
          [HEADER.recipient]: peer.id,
        },
      },
      { nonce, created, expires: created + LIFETIME_SECONDS }
    );
    const sent = request.method === 'HEAD' || request.method === 'GET' ? undefined : body;
    const raw = await exchange(request.method, peer.url + MOUNT + request.path, headers, sent, request.signal);
    const expected = { sender: peer.id, recipient: identity.instance, nonce };
    const verdict = await verifyAnswer(verifier, raw, expected);
    if (verdict === 'revoked') {
      throw new Unreachable(
        `${new URL(peer.url).host} answered with a key that was revoked here. It has to change its key, then link the two sites anew.`
      );
    }
    if (verdict === 'unknown-key') throw new UnknownKey(new URL(peer.url).host);
    if (verdict !== 'good') throw whatAnswered(raw, peer, clock.now());
    const isPiece = raw.headers['content-type'] === BLOB_PIECE;
    const text = isPiece ? '' : await decode(raw.body, raw.headers['content-encoding'], maxAnswerBytes);
    settle(raw, text);
    return { headers: raw.headers, text, body: raw.body, bytes: body.length + raw.body.length };
  };

  const plain: Caller['plain'] = async (method, url, path, body, type) => {
    const headers: { [name: string]: string } = body === null ? {} : { 'content-type': type };
    const bytes = body === null ? undefined : Buffer.from(JSON.stringify(body), 'utf8');
    const attempt = () => exchange(method, url + MOUNT + path, headers, bytes);
    const raw = await (method === 'GET' ? retryStale(attempt) : attempt());
    const text = await decode(raw.body, raw.headers['content-encoding'], maxAnswerBytes);
    const said = safely(text);
    const ours = raw.status === 200 ? said !== undefined : problem.safeParse(said).success;
    if (!ours) throw whatAnswered(raw, { id: '', url }, clock.now());
    settle(raw, text);
    return parseJson(text);
  };

  const ourKeys = (): Json => ({ v: 1, keys: identity.keys as unknown as Json });

  /** Their key is newer than what is known here, and perhaps they can not call to tell. What they say else is not signed. */
  const exchangeKeys = async (peer: Peer, unknown: UnknownKey): Promise<void> => {
    try {
      const { keys } = keysTold.parse(await plain('POST', peer.url, '/v1/link', ourKeys(), JSON_TYPE));
      await options.learn?.(peer.id, keys as Json);
    } catch {
      throw new Unreachable(unknown.message);
    }
  };

  return {
    call: async (peer, request) => {
      const attempt = () => retryStale(() => callOnce(peer, request));
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof UnknownKey) await exchangeKeys(peer, error);
        else if (!(error instanceof Refused) || error.code !== 'UNKNOWN_KEY') throw error;
        // Our key is newer than what they know. The chain of our keys speaks for itself.
        else await plain('POST', peer.url, '/v1/link', ourKeys(), JSON_TYPE);
      }
      return attempt();
    },

    plain,
  };
};

/** The answer names the peer, and a key of it that is not known here. */
class UnknownKey extends Unreachable {
  constructor(host: string) {
    super(`${host} answered with a key that is not known here, and does not show that it is its own.`);
  }
}

const keysTold = z.object({ v: z.literal(1), keys: z.array(z.unknown()).min(1) });

/** A kept connection that the other side had closed just then. Signed requests can be made again: all are idempotent. */
class StaleConnection extends Unreachable {
  constructor() {
    super('The connection was closed while a request was sent.');
  }
}

const wasStale = (error: unknown): boolean =>
  isAxiosError(error) &&
  (error.code === 'ECONNRESET' || error.code === 'EPIPE') &&
  (error.request as { reusedSocket?: boolean } | undefined)?.reusedSocket === true;

const retryStale = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    return work();
  }
};

const safely = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};
