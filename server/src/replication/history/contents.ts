import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Row } from '../tables';

/** Below this many bytes compressing costs more than it saves. */
const WORTH_COMPRESSING = 256;
const PLAIN = 0;
const DEFLATED = 1;

/** A text as it is kept, by its SHA-256 in hex. */
export const stored = (hash: string, text: string): Row<'contents'> => ({
  hash,
  bytes: pack(text),
  size: Buffer.byteLength(text),
});

/** Part contents at rest: one byte that says how, then the text. */
const pack = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length < WORTH_COMPRESSING
    ? Buffer.concat([Buffer.from([PLAIN]), bytes])
    : Buffer.concat([Buffer.from([DEFLATED]), deflateRawSync(bytes, { level: 1 })]);
};

export const unpack = (bytes: Buffer): string =>
  (bytes[0] === DEFLATED ? inflateRawSync(bytes.subarray(1)) : bytes.subarray(1)).toString('utf8');
