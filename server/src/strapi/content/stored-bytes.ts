import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { Core } from '@strapi/strapi';

interface Provider {
  isPrivate?: () => Promise<boolean>;
  getSignedUrl?: (file: object) => Promise<{ url: string }>;
}

/** What is enough of a file or format for a provider to find it. */
export interface Stored {
  url: string;
  hash?: string;
  ext?: string | null;
}

/** The file behind a URL of Strapi's own local provider; null for any other, and for what would lead out of its folder. */
const localPath = (strapi: Core.Strapi, url: string): string | null => {
  if (!url.startsWith('/uploads/')) return null;
  const folder = path.resolve(strapi.dirs.static.public, 'uploads');
  const file = path.resolve(strapi.dirs.static.public, `.${decodeURI(url)}`);
  return file.startsWith(folder + path.sep) ? file : null;
};

const addressOf = async (strapi: Core.Strapi, file: Stored): Promise<string> => {
  const provider = strapi.plugin('upload').provider as unknown as Provider;
  if (provider.getSignedUrl && (await provider.isPrivate?.())) return (await provider.getSignedUrl({ ...file })).url;
  return file.url;
};

/** The bytes that lie at a file's URL, from a position on; null where there are none. Private buckets give signed URLs. */
export const openStored = async (strapi: Core.Strapi, file: Stored, from = 0): Promise<Readable | null> => {
  const local = localPath(strapi, file.url);
  if (local !== null) {
    const there = await fs.promises.stat(local).catch(() => null);
    return there?.isFile() ? fs.createReadStream(local, { start: from }) : null;
  }
  const url = await addressOf(strapi, file);
  if (!/^https?:\/\//.test(url)) return null;
  const answer = await fetch(url, { headers: from > 0 ? { range: `bytes=${from}-` } : {} });
  if (!answer.ok || !answer.body) {
    await answer.body?.cancel();
    return null;
  }
  const stream = Readable.fromWeb(answer.body as ReadableStream);
  return from > 0 && answer.status !== 206 ? skip(stream, from) : stream;
};

/** For servers that do not know ranges. */
const skip = (stream: Readable, bytes: number): Readable =>
  Readable.from(
    (async function* () {
      let left = bytes;
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        if (left < chunk.length) yield chunk.subarray(left);
        left = Math.max(0, left - chunk.length);
      }
    })()
  );
