import type { Instance } from '../support/instance';

/** Sent to the instance as its source. The tables of its database in which a text stands, compressed or not. */
const tablesHolding = async (strapi: any, text: string): Promise<string[]> => {
  // A function that is sent as its source can import nothing.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { inflateRawSync } = require('node:zlib') as typeof import('node:zlib');
  const holds = (value: unknown): boolean => {
    if (typeof value === 'string') return value.includes(text);
    if (!Buffer.isBuffer(value))
      return value !== null && typeof value === 'object' && JSON.stringify(value).includes(text);
    if (value.includes(text)) return true;
    try {
      return inflateRawSync(value.subarray(1)).includes(text);
    } catch {
      return false;
    }
  };
  const found: string[] = [];
  for (const table of await strapi.db.dialect.schemaInspector.getTables()) {
    const rows: Record<string, unknown>[] = await strapi.db.getConnection(table).select('*');
    if (rows.some((row) => Object.values(row).some(holds))) found.push(table);
  }
  return found;
};

export const tracesOf = (site: Instance, text: string): Promise<string[]> =>
  site.run<string[], string>(tablesHolding, text);
