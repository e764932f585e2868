import type { Readable } from 'node:stream';
import { Refused, Unreachable } from '../replication/errors';
import type { BlobProgress, Peer } from '../replication/transport/wire';
import type { BodyLimits } from './body-limits';
import type { Caller } from './call';
import { BLOB_PIECE, HEADER } from './media';

/** How often the peer may say "not from there" before we stop believing that this leads anywhere. */
const MOST_RESTARTS = 10;

interface Sending {
  call: Caller['call'];
  peer: Peer;
  hash: string;
  bytes(from: number): Promise<{ stream: Readable; size: number }>;
  pieceBytes: number;
  limits: BodyLimits;
}

/**
 * Sends what the peer lacks of a blob. Each piece is a signed request of its own, so memory holds one piece, a cut
 * connection costs one piece, and no byte is taken that nobody signed for.
 */
export const sendPieces = async ({ call, peer, hash, bytes, pieceBytes, limits }: Sending): Promise<void> => {
  const path = `/v1/blobs/${hash}`;
  const limit = (): number => limits.of(peer.url, pieceBytes);

  const put = async (piece: Buffer, from: number, total: number): Promise<BlobProgress> => {
    const { headers } = await call(peer, {
      method: 'PUT',
      path,
      type: BLOB_PIECE,
      body: piece,
      headers: { [HEADER.offset]: String(from), [HEADER.total]: String(total) },
    });
    return readProgress(headers[HEADER.have]);
  };

  const ask = async (): Promise<BlobProgress> =>
    readProgress((await call(peer, { method: 'HEAD', path })).headers[HEADER.have]);

  /** Sends from an offset until the end, or until the peer wants other bytes or smaller pieces. */
  const run = async (start: number, pieces: number): Promise<BlobProgress> => {
    const { stream, size } = await bytes(start);
    let from = start;
    let sent = false;
    try {
      for await (const piece of piecesOf(stream, pieces)) {
        sent = true;
        const progress = await put(piece, from, size);
        from += piece.length;
        if (progress === 'complete' || progress.have !== from) return progress;
      }
      return sent ? { have: from } : await put(Buffer.alloc(0), from, size);
    } finally {
      stream.destroy();
    }
  };

  let progress = await ask();
  for (let restarts = 0; progress !== 'complete'; restarts += 1) {
    // Nothing but this file has to wait for that.
    if (restarts > MOST_RESTARTS) throw new Refused('BYTES_LOST', 'The other site keeps losing the bytes of a file.');
    // Others send to the same site, and may learn meanwhile what is too large.
    const pieces = limit();
    try {
      progress = await run(progress.have, pieces);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const isTooLarge = error.details.status === 413 && limits.tooLarge(peer.url, pieces);
      if (!isTooLarge && error.code !== 'WRONG_OFFSET') throw error;
      progress = await ask();
    }
  }
};

export const readProgress = (header: unknown): BlobProgress => {
  if (header === 'complete') return 'complete';
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) {
    throw new Unreachable('The other site did not say how much of the file it has.');
  }
  return { have: Number(header) };
};

/** Cuts a stream into buffers of exactly `size` bytes, the last one of what is left. */
async function* piecesOf(stream: Readable, size: number): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    waiting.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    while (length >= size) {
      const joined = Buffer.concat(waiting);
      yield joined.subarray(0, size);
      waiting = [joined.subarray(size)];
      length -= size;
    }
  }
  if (length > 0) yield Buffer.concat(waiting);
}
