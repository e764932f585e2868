import zlib from 'node:zlib';
import Database from 'better-sqlite3';

/** Looks for a text wherever it could hide: as it is, compressed, or in Base64 inside JSON. */

const DECOMPRESS = [zlib.gunzipSync, zlib.inflateSync, zlib.inflateRawSync, zlib.brotliDecompressSync];
const BASE64 = /[A-Za-z0-9+/_-]{24,}={0,2}/g;

/** Stored parts begin with a byte that says how they are packed. */
const decompressed = (bytes: Buffer): Buffer[] =>
  [bytes, bytes.subarray(1)].flatMap((packed) =>
    DECOMPRESS.flatMap((open) => {
      try {
        return [open(packed)];
      } catch {
        return [];
      }
    })
  );

export const mentions = (bytes: Buffer, text: string, deep = 4): boolean => {
  if (bytes.includes(text)) return true;
  if (deep === 0) return false;
  if (decompressed(bytes).some((each) => mentions(each, text, deep - 1))) return true;
  const encoded = bytes.toString('latin1').match(BASE64) ?? [];
  return encoded.some((token) => mentions(Buffer.from(token, 'base64'), text, deep - 1));
};

/** The tables of a SQLite file in which any value mentions the text. */
export const tablesMentioning = async (file: string, text: string): Promise<string[]> => {
  const database = new Database(file, { readonly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
    const found: string[] = [];
    for (const { name } of tables) {
      if (anyRowMentions(database, name, text)) found.push(name);
      // A long search must not keep this process from noticing that a server closed an idle connection.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return found;
  } finally {
    database.close();
  }
};

const anyRowMentions = (database: InstanceType<typeof Database>, table: string, text: string): boolean => {
  for (const row of database.prepare(`SELECT * FROM "${table}"`).iterate() as Iterable<Record<string, unknown>>) {
    for (const value of Object.values(row)) {
      if (typeof value === 'string' && mentions(Buffer.from(value), text)) return true;
      if (Buffer.isBuffer(value) && mentions(value, text)) return true;
    }
  }
  return false;
};
