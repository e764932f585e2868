import { isAxiosError } from 'axios';
import { Refused, Unreachable, type Obstacle } from '../replication/errors';
import { HEADER } from './media';
import type { Headers } from './signature';

/** An answer as it came, before anybody knows whose it is. */
export interface Raw {
  status: number;
  headers: Headers;
  body: Buffer;
}

/** A linked site may have taken enough for today; whoever else answers is believed for a while only. */
export const LONGEST_ASKED_MS = 24 * 3_600_000;
const LONGEST_BELIEVED_MS = 15 * 60_000;

/** RFC 9110: seconds, or a date. */
export const retryAfter = (headers: Headers, now: number, most = LONGEST_BELIEVED_MS): number | null => {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return null;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), most);
};

/** The answer to HEAD has no body. */
export const codeOf = ({ headers }: Pick<Raw, 'headers'>): string => {
  const code = headers[HEADER.error];
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'REFUSED';
};

/**
 * What stands in the way, by an answer that is not the peer's own: it comes from something in between, from another site,
 * or from a site without the plugin. Nobody signs it, and believing it changes nothing but the words.
 *
 * @param peer `id` is '' where it is not known yet.
 */
export const whatAnswered = (raw: Raw, { id, url }: { id: string; url: string }, now: number): Error => {
  const { host } = new URL(url);
  const { status } = raw;
  const found = (obstacle: Obstacle, message: string) =>
    new Unreachable(message, retryAfter(raw.headers, now), obstacle);
  // A proxy's limit: believing it costs nothing but smaller chunks.
  if (status === 413)
    return new Refused('TOO_LARGE', `A proxy before ${host} does not let bodies of this size through.`, {
      status,
      onTheWay: true,
    });
  if (status >= 300 && status < 400) {
    return found('REDIRECT', `${host} redirects to another address. Link with the address it redirects to.`);
  }
  const code = codeOf(raw);
  if (status === 503 && ['SILENT', 'OFF'].includes(code)) {
    return found('SILENT', `Replication is switched off, paused or waiting for its administrator on ${host}.`);
  }
  if (code === 'UNSIGNED' || code === 'BAD_TYPE') {
    return found(
      'HEADERS',
      `A proxy before ${host} takes away or changes headers of requests. Let all of them through.`
    );
  }
  const sender = raw.headers[HEADER.sender];
  if (id !== '' && typeof sender === 'string' && sender !== id) {
    return found('OTHER_SITE', `Another site answers at ${url} than the one that was linked.`);
  }
  if (status === 401 || status === 407) {
    return found(
      'PASSWORD',
      `Something before ${host} asks for a password (status ${status}). Name it in the configuration of this site (REPLICATION_CREDENTIALS).`
    );
  }
  if ((status === 404 || status === 405) && isStrapi(raw)) return found('ADDRESS', notAsAddressed(url, status));
  if (status === 403) return found('FORBIDDEN', `Something before ${host} refuses requests of this site (status 403).`);
  if (status === 405) {
    return found('METHOD', `Something before ${host} does not let requests of this kind through (status 405).`);
  }
  if (status >= 502 && status <= 504) {
    return found(
      'GATEWAY',
      `Something before ${host} does not get an answer from the site behind it (status ${status}).`
    );
  }
  if (isPage(raw)) {
    return found(
      'ADDRESS',
      `A web page answers at ${url} (status ${status}), and not replication. Check the path in the address: the prefix that a proxy adds, and the REST prefix.`
    );
  }
  if (status === 404) {
    return found(
      'ADDRESS',
      `There is no replication at ${url} (status 404). Check the address, the REST prefix and that the plugin is on.`
    );
  }
  return found('OTHER', `${host} answered with status ${status}, and not as the site that was linked.`);
};

/** Strapi takes no path away: what it does not know it answers with 404, or, unless it is read, with 405. */
const isStrapi = ({ headers, body }: Raw): boolean =>
  String(headers['x-powered-by'] ?? '').startsWith('Strapi') ||
  /^\{"data":null,"error":\{"status":404,/.test(body.toString('latin1', 0, 200));

const notAsAddressed = (url: string, status: number): string => {
  const above = new URL(url).pathname.split('/').slice(0, -1).join('/');
  const path = `Where a proxy adds “${above}”, either it takes it away again, or the REST prefix there begins with it.`;
  const all = `Strapi answers at ${url} (status ${status}), and not replication. Check that the plugin is on there, and the REST prefix.`;
  return above === '' ? all : `${all} ${path}`;
};

const isPage = ({ headers, body }: Raw): boolean =>
  /^text\/html\b/i.test(String(headers['content-type'] ?? '')) ||
  /^\s*<(!doctype|html)/i.test(body.toString('latin1', 0, 200));

const CERTIFICATES = [
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_UNTRUSTED',
  'CERT_REVOKED',
];

/** Why there is no answer at all. Nothing of the request is in the message: it may hold a password. */
export const whyUnreachable = (error: unknown, url: string, timeoutMs: number): Unreachable => {
  const { host } = new URL(url);
  const [obstacle, reason] = reasonOf(error, timeoutMs);
  return new Unreachable(`${host} could not be reached: ${reason}.`, null, obstacle);
};

const reasonOf = (error: unknown, timeoutMs: number): [Obstacle, string] => {
  if (!isAxiosError(error)) return ['OTHER', error instanceof Error ? error.message : 'unknown reason'];
  const code = error.code ?? '';
  if (code === 'ERR_CANCELED' || code === 'ETIMEDOUT' || code === 'ECONNABORTED')
    return ['TIMEOUT', `no complete answer within ${timeoutMs / 1000} seconds`];
  if (code === 'ECONNREFUSED') return ['NOBODY', 'nothing listens there'];
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return ['NOBODY', 'no way leads there from this network'];
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return ['NAME', 'its name is not known'];
  if (CERTIFICATES.includes(code)) return ['TLS', `its certificate is not accepted (${code})`];
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS'))
    return ['TLS', 'it does not speak TLS as this site does. Is it http:// instead of https://?'];
  if (code.startsWith('HPE_')) return ['TLS', 'what it answers is not HTTP. Is it https:// instead of http://?'];
  if (/is not allowed\. Because,? [Ii]t is (private|meta)/.test(error.message)) {
    return [
      'PRIVATE',
      'its address is a private one, which only the configuration can allow (allowPrivateAddresses, or REPLICATION_ALLOW_PRIVATE_ADDRESSES=true)',
    ];
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') return ['CUT', 'the connection was cut'];
  return ['OTHER', error.message || code || 'unknown reason'];
};
