import { Readable } from 'node:stream';
import { FILE_UID, type Json } from '../entity';
import type { Context } from '../context';
import { Refused, Unreachable } from '../errors';
import type { Row } from '../tables';
import { hashesOf } from './deliver';
import { messageSchema } from './message';
import type { FetchWire } from './wire';

export interface BytesOptions {
  context: Context;
  wire: FetchWire;
  /** The largest file that is taken, in bytes. */
  maxFileBytes: number;
  /** Asked before each request: for how many milliseconds nothing more is taken of a link that has brought all it may today. */
  restsFor(link: string): Promise<number>;
  count(link: string, what: { bytes: number }): Promise<void>;
}

/** A file and its formats; nobody has more of them. */
const MOST_OF_A_FILE = 100;

/**
 * Fetches the bytes that these messages are of no use without, before they are taken in: all that did not come over this
 * link before, or to know a hash would be to have the bytes. Cut off, it goes on where it was.
 *
 * @returns false where the link has brought all that it may today.
 */
export const fetchBytes = async (
  options: BytesOptions,
  link: Row<'links'>,
  messages: readonly Json[]
): Promise<boolean> => {
  const { context } = options;
  const hashes = [...new Set(messages.flatMap(namedBy))];
  if (hashes.length === 0) return true;
  const had = await context.store.transaction(({ tables }) =>
    tables.find('link_blobs', { link: link.id, hash: hashes })
  );
  const lost = new Set(await context.files.missing(hashes));
  const here = new Set(had.map(({ hash }) => hash).filter((hash) => !lost.has(hash)));
  for (const hash of hashes) {
    if (here.has(hash)) continue;
    try {
      if (!(await fetchBlob(options, link, hash))) return false;
    } catch (error) {
      // One file that is gone or not taken stops nobody else: its entry is held, and says so.
      if (!(error instanceof Refused)) throw error;
    }
  }
  return true;
};

const namedBy = (message: Json): string[] => {
  const { entity } = (message ?? {}) as { entity?: { uid?: unknown } };
  if (entity?.uid !== FILE_UID) return [];
  const parsed = messageSchema.safeParse(message);
  return parsed.success ? hashesOf(parsed.data).slice(0, MOST_OF_A_FILE) : [];
};

const fetchBlob = async (options: BytesOptions, link: Row<'links'>, hash: string): Promise<boolean> => {
  const { context, wire, maxFileBytes, restsFor, count } = options;
  let from = await context.files.staged(hash, link.id);
  for (;;) {
    if ((await restsFor(link.id)) > 0) return false;
    const { bytes, total } = await wire.readBlob({ id: link.id, url: link.url }, hash, from);
    await count(link.id, { bytes: bytes.length });
    if (total > maxFileBytes) throw new Refused('FILE_TOO_LARGE', `Files of at most ${maxFileBytes} bytes are taken.`);
    if (bytes.length === 0 && total > 0) throw new Unreachable('The other site gives no bytes of a file it has.');
    if (await context.files.stage(hash, Readable.from([bytes]), from, total, link.id)) break;
    from += bytes.length;
  }
  await context.store.transaction(({ tables }) => tables.insert('link_blobs', [{ link: link.id, hash }], 'ignore'));
  return true;
};
