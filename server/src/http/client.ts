import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Json } from '../replication/entity';
import { Refused, Unreachable } from '../replication/errors';
import type { FetchWire, LinkWire, Peer, Wire } from '../replication/transport/wire';
import { compress, parseJson, parseLines, writeLines } from './body';
import { createBodyLimits } from './body-limits';
import { readProgress, sendPieces } from './blob-sender';
import { createCaller } from './call';
import type { Answer, CallOptions } from './call';
import { HEADER, JSON_TYPE, NDJSON, PROTOCOL_VERSION } from './media';

export interface ClientOptions extends CallOptions {
  /** Bytes of messages in one request, before compression. One message may exceed it, and then goes alone. */
  chunkBytes?: number;
  chunkMessages?: number;
  /** Bytes of a blob in one request. */
  pieceBytes?: number;
}

const hello = z.object({ protocol: z.int().positive() });

/** Replication over HTTP, the sending half. docs/protocol.md, "Transport". */
export const createHttpClient = (options: ClientOptions): Wire & FetchWire & LinkWire => {
  const { call, plain } = createCaller(options);
  const { chance } = options;
  const chunkBytes = options.chunkBytes ?? 512 * 1024;
  const chunkMessages = options.chunkMessages ?? 500;
  const pieceBytes = options.pieceBytes ?? 512 * 1024;

  const limits = createBodyLimits();
  const blobTo = (peer: Peer, hash: string, bytes: Parameters<Wire['sendBlob']>[2]) =>
    sendPieces({ call, peer, hash, bytes, pieceBytes, limits });

  /** What something on the way finds too large goes ahead in pieces; the request then only names it. */
  const sendAlone = async (peer: Peer, body: Buffer): Promise<Answer> => {
    if (body.length <= limits.of(peer.url, Infinity)) {
      try {
        return await call(peer, { ...MESSAGES, body });
      } catch (error) {
        if (!isCutOnTheWay(error) || !limits.tooLarge(peer.url, body.length)) throw error;
      }
    }
    const hash = createHash('sha256').update(body).digest('hex');
    const bytes = (from: number) =>
      Promise.resolve({ stream: Readable.from([body.subarray(from)]), size: body.length });
    await blobTo(peer, hash, bytes).catch((error: unknown) => {
      // Larger than what the other side takes in pieces: that, too, concerns this entry alone.
      const isTooLarge = error instanceof Refused && error.code === 'FILE_TOO_LARGE';
      throw isTooLarge ? new Refused(error.code, error.message, { status: 413 }) : error;
    });
    return call(peer, { ...MESSAGES, headers: { [HEADER.body]: hash } });
  };

  const post = async (peer: Peer, path: string, value: Json, signal?: AbortSignal): Promise<Answer> => {
    const body = await compress(Buffer.from(JSON.stringify(value), 'utf8'));
    return call(peer, { method: 'POST', path, type: JSON_TYPE, encoding: 'gzip', body, signal });
  };

  const sendChunk = async (peer: Peer, chunk: readonly Buffer[]): Promise<Json[]> => {
    const body = await compress(Buffer.concat(chunk));
    let answer: Answer;
    try {
      answer = await (chunk.length === 1 ? sendAlone(peer, body) : call(peer, { ...MESSAGES, body }));
    } catch (error) {
      if (!(error instanceof Refused) || error.details.status !== 413) throw error;
      // What is too large by itself concerns one entry: the link goes on with the others.
      if (chunk.length === 1) return [{ status: 'refused', code: error.code, message: error.message }];
      if (isCutOnTheWay(error)) limits.tooLarge(peer.url, body.length);
      const half = Math.ceil(chunk.length / 2);
      const first = await sendChunk(peer, chunk.slice(0, half));
      return [...first, ...(await sendChunk(peer, chunk.slice(half)))];
    }
    const answers = understood(() => parseLines(answer.text, chunk.length));
    if (answers.length !== chunk.length) throw new Unreachable('The other site did not answer each message.');
    return answers;
  };

  return {
    send: async (peer, messages, onLast) => {
      const answers: Json[] = [];
      const chunks = chunksOf(messages, () => limits.of(peer.url, chunkBytes), chunkMessages);
      for (let next = chunks.next(); !next.done;) {
        const chunk = next.value;
        next = chunks.next();
        if (next.done) onLast?.();
        answers.push(...(await sendChunk(peer, chunk)));
      }
      return answers;
    },

    ask: async (peer, topic, question) => {
      const { text, bytes } = await post(peer, `/v1/ask/${topic}`, question);
      return { answer: understood(() => parseJson(text)), bytes };
    },

    blobOffset: async (peer, hash) => {
      const { headers } = await call(peer, { method: 'HEAD', path: `/v1/blobs/${hash}` });
      return readProgress(headers[HEADER.have]);
    },

    sendBlob: blobTo,

    fetch: async (peer, question, signal) => {
      const { text, bytes } = await post(peer, '/v1/fetch', question, signal);
      const given = understood(() => parseJson(text));
      const { messages } = (given ?? {}) as { messages?: unknown };
      return { given, messages: Array.isArray(messages) ? messages.length : 0, bytes };
    },

    readBlob: async (peer, hash, from) => {
      const headers = { [HEADER.offset]: String(from) };
      const answer = await call(peer, { method: 'GET', path: `/v1/blobs/${hash}`, headers });
      const total = Number(answer.headers[HEADER.total] ?? Number.NaN);
      if (!Number.isSafeInteger(total) || from + answer.body.length > total) {
        throw new Unreachable('The other site did not say how large a file is.');
      }
      return { bytes: answer.body, total };
    },

    introduce: (url, request) => plain('POST', url, '/v1/link', request, JSON_TYPE),

    exchangeState: async (peer, mine) => {
      const { text } = await call(peer, {
        method: 'POST',
        path: '/v1/link/state',
        type: JSON_TYPE,
        body: Buffer.from(JSON.stringify(mine), 'utf8'),
      });
      return understood(() => parseJson(text));
    },

    hello: async (url) => {
      const answer = hello.safeParse(await plain('GET', url, '/v1/hello', null, JSON_TYPE));
      const { host } = new URL(url);
      if (!answer.success) {
        throw new Unreachable(`${host} answers, but not as a replicating site.`, null, 'ADDRESS');
      }
      if (answer.data.protocol !== PROTOCOL_VERSION) {
        throw new Unreachable(
          `${host} speaks version ${answer.data.protocol} of the protocol, this site version ${PROTOCOL_VERSION}. Update the plugin where it is older.`,
          null,
          'VERSION'
        );
      }
      return answer.data.protocol;
    },

    largestBody: async (peer) => {
      for (let size = pieceBytes; ; size = Math.floor(size / 2)) {
        const padding = chance.bytes(Math.ceil((size * 3) / 4)).toString('base64');
        try {
          const body = Buffer.from(JSON.stringify({ padding }), 'utf8');
          await call(peer, { method: 'POST', path: '/v1/ask/probe', type: JSON_TYPE, body });
          return size;
        } catch (error) {
          // Its own refusal, signed, shows that the body has come through.
          if (error instanceof Refused && !isCutOnTheWay(error)) return size;
          if (!isCutOnTheWay(error) || !limits.tooLarge(peer.url, size)) throw error;
        }
      }
    },
  };
};

const MESSAGES = { method: 'POST', path: '/v1/messages', type: NDJSON, encoding: 'gzip' } as const;

/** Something before the other site did not let it through; the site itself would have signed that. */
const isCutOnTheWay = (error: unknown): boolean => error instanceof Refused && error.details.onTheWay === true;

/** An answer that can't be read is no refusal: the request may have been carried out. */
const understood = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw new Unreachable(`The other site’s answer could not be read: ${(error as Error).message}`);
  }
};

/** Messages as lines, which are written once. */
function* chunksOf(messages: readonly Json[], mostBytes: () => number, mostMessages: number): Generator<Buffer[]> {
  let chunk: Buffer[] = [];
  let size = 0;
  for (const message of messages) {
    const line = writeLines([message]);
    if (chunk.length > 0 && (size + line.length > mostBytes() || chunk.length >= mostMessages)) {
      yield chunk;
      chunk = [];
      size = 0;
    }
    chunk.push(line);
    size += line.length;
  }
  if (chunk.length > 0) yield chunk;
}
