import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { credentialsFor, readCredentials } from '../../../server/src/http/credentials';
import type { ClientOptions } from '../../../server/src/http/client';
import type { Json } from '../../../server/src/replication/entity';
import { startProxy, type Proxy, type ProxyRules } from '../../support/proxy';
import { createTwoSites, listenWith } from './two-sites';

type Sites = Awaited<ReturnType<typeof createTwoSites>>;
let sites: Sites;
let proxy: Proxy;
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const credentials = { username: 'staff', password: 'käse: & more' };

/** Two sites, the second of them behind a proxy. */
const start = async (rules: ProxyRules, client: Partial<ClientOptions> = {}) => {
  sites = await createTwoSites({ client });
  proxy = await startProxy(Number(new URL(sites.url).port), rules);
  open.push(sites, proxy);
  return { ...sites, peer: { id: sites.server.instance, url: `${proxy.url}/api` } };
};
const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error as Error & { obstacle?: string }
  );

describe('a site behind a proxy', () => {
  it('that adds a path and takes it away is reached: the signature is over what stands behind it', async () => {
    const { client, peer } = await start({ prefix: '/cms' });
    expect(await client.send(peer, [{ n: 1 }])).toEqual([{ echo: { n: 1 } }]);
    expect(proxy.requests.map(({ path }) => path)).toEqual(['/cms/api/replication/v1/messages']);
  });

  it('that asks for a password is reached with the one from the configuration', async () => {
    const known = [{ ...credentials, url: 'http://127.0.0.1' }];
    const { client, peer } = await start({ credentials }, { credentials: known });
    expect(await failure(client.send(peer, [{}]))).toMatchObject({ obstacle: 'PASSWORD' });
    // The port is part of an address.
    known[0]!.url = proxy.url;
    expect(await client.send(peer, [{ n: 1 }])).toEqual([{ echo: { n: 1 } }]);
    expect(await client.hello(peer.url)).toBe(1);
  });

  it('that lets no large bodies through gets messages and files in smaller ones, at once from then on', async () => {
    const { client, peer, service } = await start({ mostBytes: 100_000 });
    const messages: Json[] = Array.from({ length: 40 }, (_, n) => ({ n, text: randomBytes(6_000).toString('hex') }));
    expect(await client.send(peer, messages)).toHaveLength(40);
    expect(service.received.flatMap((chunk) => chunk.messages)).toEqual(messages);
    const bytes = randomBytes(400_000);
    const hash = createHash('sha256').update(bytes).digest('hex');
    await client.sendBlob(peer, hash, async (from) => ({
      stream: Readable.from([bytes.subarray(from)]),
      size: bytes.length,
    }));
    expect(service.blobs.get(hash)!.bytes.equals(bytes)).toBe(true);

    proxy.requests.length = 0;
    await client.send(peer, messages);
    const other = randomBytes(400_000);
    await client.sendBlob(peer, createHash('sha256').update(other).digest('hex'), async (from) => ({
      stream: Readable.from([other.subarray(from)]),
      size: other.length,
    }));
    expect(proxy.requests.filter(({ status }) => status === 413)).toEqual([]);
  });

  it('gets a message that is too large for it in pieces', async () => {
    const { client, peer, service, asker } = await start({ mostBytes: 100_000 });
    const large = { text: randomBytes(500_000).toString('base64') };
    expect(await client.send(peer, [{ n: 1 }, large, { n: 2 }])).toEqual([
      { echo: { n: 1 } },
      { echo: large },
      { echo: { n: 2 } },
    ]);
    expect(service.received.every(({ link }) => link === asker.instance)).toBe(true);
    expect(service.blobs.size).toBe(0);
    proxy.requests.length = 0;
    await client.send(peer, [large]);
    expect(proxy.requests.filter(({ status }) => status === 413)).toEqual([]);
  });

  it('that lets nearly nothing through holds up what is small no more than what is large', async () => {
    const { client, peer } = await start({ mostBytes: 2_000 });
    const large = { text: randomBytes(50_000).toString('base64') };
    expect(await client.send(peer, [{ n: 1 }, large, { n: 2 }])).toEqual([
      { echo: { n: 1 } },
      { status: 'refused', code: 'TOO_LARGE', message: expect.stringContaining('A proxy before') },
      { echo: { n: 2 } },
    ]);
  });

  it('is asked how much comes through', async () => {
    const { client, peer } = await start({ mostBytes: 100_000 });
    const most = await client.largestBody(peer);
    expect(most).toBeGreaterThan(50_000);
    expect(most).toBeLessThanOrEqual(100_000);
    proxy.rules = {};
    expect(await client.largestBody(peer)).toBe(512 * 1024);
  });
});

describe('what stands in the way is named', () => {
  it.each<[string, ProxyRules, string, RegExp]>([
    ['a password', { credentials }, 'PASSWORD', /asks for a password.*REPLICATION_CREDENTIALS/],
    ['a missing prefix', { prefix: '/cms' }, 'ADDRESS', /A web page answers at .*prefix/],
    ['methods', { methods: ['GET'] }, 'METHOD', /405/],
    ['lost headers', { drops: ['signature', 'signature-input'] }, 'HEADERS', /takes away or changes headers/],
  ])('%s', async (_what, rules, obstacle, message) => {
    const { client, server } = await start(rules);
    const url = `${new URL(proxy.url).origin}/api`;
    const error = await failure(client.send({ id: server.instance, url }, [{}]));
    expect(error).toMatchObject({ name: 'Unreachable', obstacle, message: expect.stringMatching(message) });
  });

  it('a site that is down behind its proxy', async () => {
    const { client, peer } = await start({});
    const down = await startProxy(1, {});
    open.push(down);
    expect(await failure(client.send({ ...peer, url: `${down.url}/api` }, [{}]))).toMatchObject({
      obstacle: 'GATEWAY',
    });
  });

  it('a web page that is answered with 200, also where a code is redeemed there', async () => {
    const page = await listenWith((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html></html>');
    });
    open.push(page);
    const { client, server } = await start({});
    const works = [
      () => client.send({ id: server.instance, url: page.url }, [{}]),
      () => client.introduce(page.url, {}),
    ];
    for (const work of works) {
      expect(await failure(work())).toMatchObject({ name: 'Unreachable', obstacle: 'ADDRESS' });
    }
  });

  it.each<[string, number, http.OutgoingHttpHeaders, string]>([
    [
      'reads',
      404,
      {},
      '{"data":null,"error":{"status":404,"name":"NotFoundError","message":"Not Found","details":{}}}',
    ],
    ['takes', 405, { allow: 'HEAD, GET', 'x-powered-by': 'Strapi <strapi.io>' }, 'Method Not Allowed'],
  ])(
    'a Strapi that %s nothing at this address: a path that is not taken away',
    async (_what, status, headers, body) => {
      const strapi = await listenWith((_request, response) => {
        response.writeHead(status, headers);
        response.end(body);
      });
      open.push(strapi);
      const { client, server } = await start({});
      const below =
        /Strapi answers at .* Where a proxy adds “\/cms”, either it takes it away again, or the REST prefix there/;
      for (const work of [
        (url: string) => client.send({ id: server.instance, url }, [{}]),
        (url: string) => client.introduce(url, {}),
      ]) {
        const error = await failure(work(`${new URL(strapi.url).origin}/cms/api`));
        expect(error).toMatchObject({ obstacle: 'ADDRESS', message: expect.stringMatching(below) });
        expect(await failure(work(strapi.url))).toMatchObject({
          obstacle: 'ADDRESS',
          message: expect.stringMatching(/Strapi answers at .*REST prefix\.$/),
        });
      }
    }
  );

  it('another site', async () => {
    const { client, peer } = await start({});
    const error = await failure(client.send({ ...peer, id: '9f0f7e9e-3c1f-4c5e-9c5b-0d7f4a8a6b11' }, [{}]));
    expect(error).toMatchObject({ obstacle: 'OTHER_SITE' });
  });

  it('another version', async () => {
    const newer = await listenWith((_request, response) => response.end('{"protocol": 2}'));
    open.push(newer);
    const { client } = await start({});
    expect(await failure(client.hello(newer.url))).toMatchObject({
      obstacle: 'VERSION',
      message: expect.stringMatching(/version 2/),
    });
  });

  it('TLS that is none, HTTP that is none, names that nobody knows, and ports at which nobody listens', async () => {
    const { client, peer } = await start({});
    const babble = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end('SSH-2.0-OpenSSH\r\n', () => socket.destroy());
    });
    await new Promise<void>((resolve) => babble.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => new Promise((resolve) => babble.close(() => resolve())) });
    const { port } = babble.address() as AddressInfo;
    const obstacleAt = async (url: string) => (await failure(client.send({ ...peer, url }, [{}])))!.obstacle;
    expect(await obstacleAt(peer.url.replace('http:', 'https:'))).toBe('TLS');
    expect(await obstacleAt(`http://127.0.0.1:${port}/api`)).toBe('TLS');
    expect(await obstacleAt('http://nobody.invalid/api')).toBe('NAME');
    expect(await obstacleAt('http://127.0.0.1:1/api')).toBe('NOBODY');
  });

  it('an answer that does not come', async () => {
    const silent = await listenWith(() => undefined);
    open.push(silent);
    const { client, peer } = await start({}, { timeoutMs: 200 });
    expect(await failure(client.send({ ...peer, url: silent.url }, [{}]))).toMatchObject({ obstacle: 'TIMEOUT' });
  });
});

describe('a password', () => {
  const known = readCredentials(
    JSON.stringify([
      { url: 'https://site.example', username: 'a', password: 'outer' },
      { url: 'https://site.example/cms/api/', username: 'b', password: 'inner' },
    ])
  );
  const passwordFor = (url: string) => {
    const { authorization } = credentialsFor(known, url);
    return authorization && Buffer.from(authorization.slice(6), 'base64').toString('utf8');
  };

  it('goes to the address that it is for, the nearest one, and to no other', () => {
    expect(passwordFor('https://site.example/api/replication/v1/hello')).toBe('a:outer');
    expect(passwordFor('https://site.example/cms/api/replication/v1/hello')).toBe('b:inner');
    expect(passwordFor('https://site.example/cms/api2/replication')).toBe('a:outer');
    for (const other of [
      'http://site.example/api',
      'https://site.example:8443/api',
      'https://site.example.evil/api',
      'https://evil.site.example/api',
      'https://site.example@evil.example/api',
    ])
      expect(passwordFor(other)).toBeUndefined();
  });

  it('does not follow a redirect, and stands in no message', async () => {
    const seen: (string | undefined)[] = [];
    const elsewhere = http.createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => new Promise((resolve) => elsewhere.close(() => resolve())) });
    const target = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/api`;
    const redirecting = await listenWith((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(307, { location: target }).end();
    });
    open.push(redirecting);
    const { client, peer } = await start({}, { credentials: [{ ...credentials, url: redirecting.url }] });
    const error = await failure(client.send({ ...peer, url: redirecting.url }, [{}]));
    expect(error).toMatchObject({ obstacle: 'REDIRECT' });
    expect(seen).toEqual([expect.stringMatching(/^Basic /)]);
    expect(JSON.stringify([error, error!.message, error!.stack])).not.toMatch(/käse|Basic/);
  });

  it.each([
    ['{', /not JSON/],
    [[{ url: 'https://site.example', username: 'a:b', password: 'geheim' }], /has a colon/],
    [[{ url: 'https://site.example', username: 'a', password: 'gehe\nim' }], /control characters/],
    [[{ url: 'site', username: 'a', password: 'geheim' }], /is no address/],
    [[{ url: 'https://user:gehe/im@site.example', username: 'a', password: 'geheim' }], /is no address/],
    [[{ url: 'https://site.example', username: 'a' }], /password/],
  ])('that can not be read is refused, without being told: %#', (given, message) => {
    const read = () => readCredentials(given);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/gehe/);
  });
});
