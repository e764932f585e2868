import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import type { Json } from '../replication/entity';
import { Refused } from '../replication/errors';

/** Reading and writing bodies, every step bounded. */
/** The fastest: between two servers the processor is scarcer than the line. */
export const GZIP_LEVEL = 1;
const MOST_DEPTH = 100;
/**
 * Values in one body. `[],[],[]` needs forty times its length in memory, and every value is looked at several times: a
 * body that is within its bytes must not stop the site for minutes.
 */
export const MOST_VALUES = 500_000;

export const compress = (bytes: Buffer): Promise<Buffer> =>
  promisify(gzip)(bytes, { level: GZIP_LEVEL }) as Promise<Buffer>;

export class TooLarge extends Refused {
  constructor(limit: number) {
    super('TOO_LARGE', `The body is larger than the ${limit} bytes that are read here. Send less at a time.`);
  }
}

/** Reads a stream to its end, at most `limit` bytes, within `timeoutMs` however slowly it drips. */
export const readStream = async (stream: Readable, limit: number, timeoutMs: number): Promise<Buffer> => {
  let timer: NodeJS.Timeout | undefined;
  const collect = new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const stop = (error: Error) => {
      stream.off('data', onData);
      // What still comes is read and dropped, so that the other side can read our answer.
      stream.resume();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) stop(new TooLarge(limit));
      else chunks.push(chunk);
    };
    stream.on('data', onData);
    stream.once('end', () => resolve(Buffer.concat(chunks)));
    const cut = () => reject(new Refused('CUT_OFF', 'The connection was cut before the body had ended.'));
    stream.once('error', cut);
    stream.once('close', cut);
    timer = setTimeout(
      () => stop(new Refused('TOO_SLOW', `The body had not ended after ${timeoutMs / 1000} seconds.`)),
      timeoutMs
    );
  });
  try {
    return await collect;
  } finally {
    clearTimeout(timer);
  }
};

/** Inflates gzip, and stops as soon as more than `limit` bytes have come out. */
export const inflate = (bytes: Buffer, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const gunzip = createGunzip();
    const chunks: Buffer[] = [];
    let length = 0;
    gunzip.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) {
        gunzip.destroy();
        reject(new TooLarge(limit));
      } else {
        chunks.push(chunk);
      }
    });
    gunzip.once('end', () => resolve(Buffer.concat(chunks)));
    gunzip.once('error', () => reject(new Refused('BAD_ENCODING', 'The body is not gzip, though it says so.')));
    gunzip.end(bytes);
  });

export const decode = async (bytes: Buffer, encoding: unknown, limit: number): Promise<string> => {
  if (encoding !== undefined && encoding !== 'gzip') {
    throw new Refused('BAD_ENCODING', 'Bodies are sent as they are, or as gzip.');
  }
  const plain = encoding === 'gzip' ? await inflate(bytes, limit) : bytes;
  if (plain.length > limit) throw new TooLarge(limit);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch {
    throw new Refused('BAD_BODY', 'The body is not UTF-8.');
  }
};

/** JSON nested no deeper than what recursive code can walk, of no more values than can be worked on in a moment. */
export const parseJson = (text: string): Json => {
  if (checkShape(text) > MOST_VALUES) throw tooMany();
  return parse(text);
};

const tooMany = () =>
  new Refused('TOO_MANY', `No more than ${MOST_VALUES} values of JSON are read at a time. Send less at a time.`);

const parse = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new Refused('BAD_BODY', 'The body is not JSON.');
  }
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** About how many values there are (lists in lists count twice: they are dearer), without making any of them. */
const checkShape = (text: string): number => {
  let depth = 0;
  let values = 1;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index += 1;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    // `[` and `{`, `]` and `}` differ from one another only in this bit.
    else if ((code | 0x20) === 0x7b) {
      depth += 1;
      values += 1;
      if (depth > MOST_DEPTH) throw new Refused('TOO_DEEP', `The body is nested deeper than ${MOST_DEPTH} levels.`);
    } else if ((code | 0x20) === 0x7d) depth -= 1;
    else if (code === COMMA) values += 1;
  }
  return values;
};

export const parseLines = (text: string, most: number): Json[] => {
  const lines = linesOf(text, most);
  // All are counted before any is read.
  if (lines.reduce((values, line) => values + checkShape(line), 0) > MOST_VALUES) throw tooMany();
  return lines.map(parse);
};

/** By hand: to split a body of nothing but line ends would make millions of strings. */
const linesOf = (text: string, most: number): string[] => {
  const lines: string[] = [];
  for (let at = 0; at < text.length;) {
    const next = text.indexOf('\n', at);
    const end = next === -1 ? text.length : next;
    if (end > at) lines.push(text.slice(at, end));
    if (lines.length > most) throw new Refused('TOO_MANY', `No more than ${most} messages are read at a time.`);
    at = end + 1;
  }
  return lines;
};

export const writeLines = (values: readonly Json[]): Buffer =>
  Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''), 'utf8');
