import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a reverse proxy before a site does; without any of it everything goes through as it is. */
export interface ProxyRules {
  /** The path that it adds, as in `/cms`. Outside of it stands a web page. */
  prefix?: string;
  /** The site sees the prefix, too. */
  keepsPrefix?: boolean;
  /** It asks for HTTP basic authentication, and hands the header on. */
  credentials?: { username: string; password: string };
  /** Larger bodies are answered 413. */
  mostBytes?: number;
  /** Other methods are answered 405. */
  methods?: string[];
  /** Headers that do not come through. */
  drops?: string[];
}

export interface Proxy {
  /** Where the site is reached through it, prefix included. */
  url: string;
  rules: ProxyRules;
  /** What came in: the path, the status that was answered, and the password that was given. */
  requests: { method: string; path: string; status: number; authorization: string | undefined; bytes: number }[];
  close(): Promise<void>;
}

const PAGE = '<!doctype html><html><body>Welcome</body></html>';

/**
 * A small reverse proxy, as operators put before Strapi.
 *
 * @param at the port it listens on; any that is free where none is named.
 */
export const startProxy = async (targetPort: number, rules: ProxyRules = {}, at = 0): Promise<Proxy> => {
  const requests: Proxy['requests'] = [];
  const proxy = { rules, requests } as Proxy;

  const refusalOf = (request: http.IncomingMessage, body: number): [number, Record<string, string>, string] | null => {
    const { prefix = '', credentials, mostBytes = Infinity, methods } = proxy.rules;
    if (!`${request.url}/`.startsWith(`${prefix}/`)) return [404, { 'content-type': 'text/html' }, PAGE];
    if (credentials) {
      const expected = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
      if (request.headers.authorization !== `Basic ${expected}`)
        return [401, { 'www-authenticate': 'Basic realm="cms"', 'content-type': 'text/html' }, PAGE];
    }
    if (methods && !methods.includes(request.method!)) return [405, { 'content-type': 'text/html' }, PAGE];
    if (body > mostBytes) return [413, { 'content-type': 'text/html' }, PAGE];
    return null;
  };

  const server = http.createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    const seen = { method, path, status: 0, authorization: headers.authorization, bytes: 0 };
    requests.push(seen);
    seen.bytes = Number(headers['content-length'] ?? 0);
    const refusal = refusalOf(request, seen.bytes);
    if (refusal) {
      const [status, answered, text] = refusal;
      seen.status = status;
      request.resume();
      response.writeHead(status, answered).end(method === 'HEAD' ? undefined : text);
      return;
    }
    const { prefix = '', keepsPrefix = false, drops = [] } = proxy.rules;
    const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !drops.includes(name)));
    const options = {
      port: targetPort,
      host: '127.0.0.1',
      method,
      path: keepsPrefix ? path : path.slice(prefix.length) || '/',
      headers: { ...kept, host: headers.host, 'x-forwarded-for': '203.0.113.7' },
    };
    const onward = http.request(options as http.RequestOptions, (answer) => {
      seen.status = answer.statusCode ?? 0;
      response.writeHead(seen.status, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => {
      seen.status = 502;
      if (!response.headersSent) response.writeHead(502, { 'content-type': 'text/html' });
      response.end(PAGE);
    });
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${rules.prefix ?? ''}`;
  proxy.close = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return proxy;
};
