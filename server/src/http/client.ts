import { z } from 'zod';
import type { Json } from '../replication/entity';
import { Refused, Unreachable } from '../replication/errors';
import type { LinkWire, Peer, Wire } from '../replication/transport/wire';
import { parseJson, parseLines, writeLines } from './body';
import { readProgress, sendPieces } from './blob-sender';
import { createCaller } from './call';
import type { Answer, CallOptions } from './call';
import { HEADER, JSON_TYPE, NDJSON } from './media';

export interface ClientOptions extends CallOptions {
  /** Bytes of messages in one request, before compression. One message may exceed it, and then goes alone. */
  chunkBytes?: number;
  chunkMessages?: number;
  /** Bytes of a blob in one request. */
  pieceBytes?: number;
}

const hello = z.object({ protocol: z.int().positive() });

/** Replication over HTTP, the sending half. docs/protocol.md, "Transport". */
export const createHttpClient = (options: ClientOptions): Wire & LinkWire => {
  const { call, plain } = createCaller(options);
  const chunkBytes = options.chunkBytes ?? 512 * 1024;
  const chunkMessages = options.chunkMessages ?? 500;
  const pieceBytes = options.pieceBytes ?? 512 * 1024;

  const sendChunk = async (peer: Peer, chunk: readonly Buffer[]): Promise<Json[]> => {
    let answer: Answer;
    try {
      answer = await call(peer, {
        method: 'POST',
        path: '/v1/messages',
        type: NDJSON,
        compress: true,
        body: Buffer.concat(chunk),
      });
    } catch (error) {
      if (!(error instanceof Refused) || error.details.status !== 413) throw error;
      // What is too large by itself concerns one entry: the link goes on with the others.
      if (chunk.length === 1) return [{ status: 'refused', code: error.code, message: error.message }];
      const half = Math.ceil(chunk.length / 2);
      const first = await sendChunk(peer, chunk.slice(0, half));
      return [...first, ...(await sendChunk(peer, chunk.slice(half)))];
    }
    const answers = understood(() => parseLines(answer.text, chunk.length));
    if (answers.length !== chunk.length) throw new Unreachable('The other site did not answer each message.');
    return answers;
  };

  return {
    send: async (peer, messages) => {
      const answers: Json[] = [];
      for (const chunk of chunksOf(messages, chunkBytes, chunkMessages))
        answers.push(...(await sendChunk(peer, chunk)));
      return answers;
    },

    ask: async (peer, topic, question) => {
      const { text, bytes } = await call(peer, {
        method: 'POST',
        path: `/v1/ask/${topic}`,
        type: JSON_TYPE,
        compress: true,
        body: Buffer.from(JSON.stringify(question), 'utf8'),
      });
      return { answer: understood(() => parseJson(text)), bytes };
    },

    blobOffset: async (peer, hash) => {
      const { headers } = await call(peer, { method: 'HEAD', path: `/v1/blobs/${hash}` });
      return readProgress(headers[HEADER.have]);
    },

    sendBlob: (peer, hash, bytes) => sendPieces({ call, peer, hash, bytes, pieceBytes }),

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
      if (!answer.success) throw new Unreachable(`${new URL(url).host} answers, but not as a replicating site.`);
      return answer.data.protocol;
    },
  };
};

/** An answer that can't be read is no refusal: the request may have been carried out. */
const understood = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw new Unreachable(`The other site’s answer could not be read: ${(error as Error).message}`);
  }
};

/** Messages as lines, which are written once. */
function* chunksOf(messages: readonly Json[], mostBytes: number, mostMessages: number): Generator<Buffer[]> {
  let chunk: Buffer[] = [];
  let size = 0;
  for (const message of messages) {
    const line = writeLines([message]);
    if (chunk.length > 0 && (size + line.length > mostBytes || chunk.length >= mostMessages)) {
      yield chunk;
      chunk = [];
      size = 0;
    }
    chunk.push(line);
    size += line.length;
  }
  if (chunk.length > 0) yield chunk;
}
