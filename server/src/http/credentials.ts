import { z } from 'zod';
import { NotPossible } from '../replication/errors';
import { readAddress } from '../replication/link/address';

/** What a proxy before a site asks for: HTTP basic authentication. It never leaves the configuration but to that address. */
export interface Credentials {
  /** The site's address, or the beginning of it: nothing else is ever sent the password. */
  url: string;
  username: string;
  password: string;
}

const list = z.array(
  z.strictObject({
    url: z.string().min(1),
    // RFC 7617: a colon would end the name, and control characters the header.
    username: z.string().regex(/^[^:\p{Cc}]{1,200}$/u, 'is empty, too long, or has a colon'),
    password: z.string().regex(/^\P{Cc}{0,1000}$/u, 'is too long, or has control characters'),
  })
);

/**
 * Reads `REPLICATION_CREDENTIALS`: JSON text, or the list itself from a configuration file. Throws `NotPossible` with what
 * is wrong, which names no value.
 */
export const readCredentials = (given: unknown): Credentials[] => {
  if (given === undefined || given === null || given === '') return [];
  const parsed = list.safeParse(typeof given === 'string' ? parse(given) : given);
  if (parsed.success) return parsed.data.map((one, index) => ({ ...one, url: addressOf(one.url, index) }));
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
  throw new NotPossible('BAD_CREDENTIALS', `REPLICATION_CREDENTIALS can not be read: ${wrong}`);
};

/** What is wrong with it is not told: somebody may have written the password into it. */
const addressOf = (url: string, index: number): string => {
  try {
    return readAddress(url);
  } catch {
    throw new NotPossible(
      'BAD_CREDENTIALS',
      `REPLICATION_CREDENTIALS can not be read: ${index}.url is no address of a site`
    );
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotPossible(
      'BAD_CREDENTIALS',
      'REPLICATION_CREDENTIALS is not JSON. It looks like [{"url": "https://…", "username": "…", "password": "…"}].'
    );
  }
};

/** The header for a request to this URL; the nearest address counts. Schemes, hosts and ports are compared whole. */
export const credentialsFor = (known: readonly Credentials[], url: string): { [name: string]: string } => {
  const { origin, pathname } = new URL(url);
  const fits = (one: Credentials) => {
    const own = new URL(one.url);
    return own.origin === origin && `${pathname}/`.startsWith(`${own.pathname.replace(/\/+$/, '')}/`);
  };
  const [nearest] = known.filter(fits).sort((a, b) => b.url.length - a.url.length);
  if (!nearest) return {};
  const pair = Buffer.from(`${nearest.username}:${nearest.password}`, 'utf8').toString('base64');
  return { authorization: `Basic ${pair}` };
};
