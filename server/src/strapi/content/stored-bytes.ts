import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { Core } from '@strapi/strapi';
import { Refused } from '../../replication/errors';

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
  if (!provider.getSignedUrl || !(await provider.isPrivate?.())) return file.url;
  return (await provider.getSignedUrl({ ...namedBy(file.url), ...file })).url;
};

/** Providers find a file by its hash and extension, of which they have made its URL. */
const namedBy = (url: string): { hash: string; ext: string } => {
  const name = decodeURIComponent(url.replace(/[?#].*$/, '').replace(/^.*\//, ''));
  const ext = path.extname(name);
  return { hash: name.slice(0, name.length - ext.length), ext };
};

/** A storage that does not answer within that is down, and keeps nobody waiting. */
const ANSWERS_WITHIN_MS = 30_000;
/** There is nothing there, or nothing for us: many storages do not say which. */
const NOTHING_THERE = [401, 403, 404, 410];

/** @throws Refused where the storage cannot be asked at this moment: nothing is known of the bytes then. */
const ask = async (url: string, from: number): Promise<Response> => {
  const unreachable = (why: string) => {
    const { host } = new URL(url);
    return new Refused('STORAGE_UNREACHABLE', `The file storage at ${host} does not answer: ${why}.`);
  };
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), ANSWERS_WITHIN_MS);
  let answer: Response;
  try {
    answer = await fetch(url, { headers: from > 0 ? { range: `bytes=${from}-` } : {}, signal: limit.signal });
  } catch (error) {
    const { cause, name } = error as { cause?: { code?: string }; name: string };
    throw unreachable(cause?.code ?? name);
  } finally {
    clearTimeout(timer);
  }
  if (answer.ok || NOTHING_THERE.includes(answer.status)) return answer;
  await answer.body?.cancel();
  throw unreachable(String(answer.status));
};

/**
 * The bytes that lie at a file's URL, from a position on; null where there are none. Private buckets give signed URLs.
 *
 * @throws Refused where its storage cannot be asked at this moment.
 */
export const openStored = async (strapi: Core.Strapi, file: Stored, from = 0): Promise<Readable | null> => {
  const local = localPath(strapi, file.url);
  if (local !== null) {
    const there = await fs.promises.stat(local).catch(() => null);
    return there?.isFile() ? fs.createReadStream(local, { start: from }) : null;
  }
  const url = await addressOf(strapi, file);
  if (!/^https?:\/\//.test(url)) return null;
  const answer = await ask(url, from);
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
