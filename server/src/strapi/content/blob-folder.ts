import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Core } from '@strapi/strapi';
import { Refused } from '../../replication/errors';

/** SHA-256 of a stream's bytes, in hex, and how many there were. */
export const sha256Of = async (stream: Readable): Promise<{ hash: string; size: number }> => {
  const digest = createHash('sha256');
  let size = 0;
  for await (const chunk of stream) {
    digest.update(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  return { hash: digest.digest('hex'), size };
};

const SHA256 = /^[0-9a-f]{64}$/;

/** Whoever makes a folder for all has it for themselves: two sites on one machine may run as two users. */
const userName = (): string => String(process.getuid?.() ?? os.userInfo().username);

/**
 * Bytes that have come in and not been placed yet, by their hash. A folder outside the site's public one, of its own for
 * each database: two sites on one machine must not take each other's bytes for had.
 *
 * @param incoming where these folders are, of a site that runs on several machines; '' for the temporary folder
 */
export class BlobFolder {
  private readonly folder: string;

  constructor(strapi: Core.Strapi, incoming: string) {
    const settings = strapi.config.get('database.connection.connection') as Record<string, unknown> | undefined;
    const { host, port, database, schema, filename } = settings ?? {};
    const key = JSON.stringify([strapi.dirs.app.root, host, port, database, schema, filename]);
    const name = createHash('sha256').update(key).digest('hex').slice(0, 16);
    const outer = incoming || path.join(os.tmpdir(), `strapi-replication-${userName()}`);
    this.folder = path.join(outer, name, 'blobs');
  }

  /** Where a finished blob is; null where there is none. */
  async find(hash: string): Promise<{ file: string; size: number } | null> {
    const file = this.pathOf(hash);
    const size = await sizeOf(file);
    return size === null ? null : { file, size };
  }

  /** How many bytes of an unfinished blob this sender has sent. */
  async begun(hash: string, sender: string): Promise<number> {
    return (await sizeOf(this.partOf(hash, sender))) ?? 0;
  }

  /**
   * Appends to a blob, and answers whether it is whole. Bytes count once they are on the disk; a blob counts once its
   * hash has been checked. Who sends a blob that is here already has to send all of it all the same: to know a hash is
   * not to have the bytes.
   */
  async append(hash: string, bytes: Readable, from: number, total: number, sender: string): Promise<boolean> {
    const part = this.partOf(hash, sender);
    await fs.promises.mkdir(this.folder, { recursive: true, mode: 0o700 });
    const begun = (await sizeOf(part)) ?? 0;
    if (from !== begun) throw new Refused('WRONG_OFFSET', `This blob goes on at byte ${begun}.`, { begun });
    let received = from;
    const counted = new PassThrough();
    counted.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > total) counted.destroy(new Refused('BLOB_TOO_LONG', 'More bytes came than were announced.'));
    });
    try {
      await pipeline(bytes, counted, fs.createWriteStream(part, { flags: 'a', mode: 0o600, flush: true }));
    } catch (error) {
      if (error instanceof Refused) await this.drop(part);
      throw error;
    }
    if (received < total) return false;
    await this.finish(hash, part);
    return true;
  }

  async remove(hash: string): Promise<void> {
    await this.drop(this.pathOf(hash));
  }

  /** Removes what has not been touched for so long: its sender has given up, or what it was for was refused. */
  async tidy(olderThanMs: number): Promise<void> {
    const names = await fs.promises.readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    for (const name of names) {
      const file = path.join(this.folder, name);
      const there = await fs.promises.stat(file).catch(() => null);
      if (there && Date.now() - there.mtimeMs > olderThanMs) await this.drop(file);
    }
  }

  private async finish(hash: string, part: string): Promise<void> {
    const actual = await sha256Of(fs.createReadStream(part));
    if (actual.hash !== hash) {
      await this.drop(part);
      throw new Refused('BLOB_MISMATCH', 'The bytes that came do not have the hash they were announced with.', {
        hash,
      });
    }
    await fs.promises.rename(part, this.pathOf(hash));
  }

  private drop(file: string): Promise<void> {
    return fs.promises.rm(file, { force: true });
  }

  private partOf(hash: string, sender: string): string {
    const whose = createHash('sha256').update(sender).digest('hex').slice(0, 16);
    return `${this.pathOf(hash)}.${whose}.part`;
  }

  /** A hash comes from outside: nothing but a hash may become a path. */
  private pathOf(hash: string): string {
    if (!SHA256.test(hash)) throw new Refused('BLOB_NAME', 'A blob is named by its SHA-256 in lower-case hex.');
    return path.join(this.folder, hash);
  }
}

const sizeOf = async (file: string): Promise<number | null> => {
  try {
    return (await fs.promises.stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};
