import http from 'node:http';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { HEADER, JSON_TYPE, NDJSON } from '../../../server/src/http/media';
import { signRequest } from '../../../server/src/http/signature';
import { chance, createTwoSites } from './two-sites';

type Sites = Awaited<ReturnType<typeof createTwoSites>>;
let sites: Sites;
beforeEach(async () => {
  sites = await createTwoSites({
    limits: { body: 10_000, inflated: 50_000, messages: 20, bodyTimeoutMs: 300, failuresPerMinute: 20 },
  });
});
afterEach(() => sites.close());

interface Raw {
  status: number;
  code: string | null;
  signed: boolean;
  headers: http.IncomingHttpHeaders;
}

/** Sends exactly these bytes and headers. */
const raw = async (
  method: string,
  path: string,
  headers: { [name: string]: string },
  body: Buffer | ((request: http.ClientRequest) => void) = Buffer.alloc(0)
): Promise<Raw> => {
  const request = http.request(`${sites.url}/replication${path}`, { method, headers, agent: false });
  request.on('error', () => undefined);
  if (typeof body === 'function') body(request);
  else request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  request.destroy();
  const text = Buffer.concat(chunks).toString();
  expect(text).not.toMatch(/\bat .*\.[jt]s:\d/);
  const json = /^\{"error"/.test(text) ? JSON.parse(text) : null;
  return {
    status: response.statusCode!,
    code: json?.error.code ?? null,
    signed: response.headers.signature !== undefined,
    headers: response.headers,
  };
};

interface Change {
  path?: string;
  body?: Buffer;
  headers?: { [name: string]: string };
  recipient?: string;
  created?: number;
  lifetime?: number;
  nonce?: string;
  signer?: Sites['asker'];
}

const seconds = () => Math.floor(Date.now() / 1000);

/** A good request for messages, but for what is changed before it is signed. */
const signedHeaders = (change: Change = {}) => {
  const body = change.body ?? Buffer.from('{"n":1}\n');
  const created = change.created ?? seconds();
  return signRequest(
    change.signer ?? sites.asker,
    {
      method: 'POST',
      body,
      headers: {
        'content-type': NDJSON,
        [HEADER.path]: change.path ?? '/v1/messages',
        [HEADER.sender]: sites.asker.instance,
        [HEADER.recipient]: change.recipient ?? sites.server.instance,
        ...change.headers,
      },
    },
    {
      created,
      expires: created + (change.lifetime ?? 300),
      nonce: change.nonce ?? chance.bytes(18).toString('base64url'),
    }
  );
};

const send = async (change: Change = {}, after: { [name: string]: string } = {}) =>
  raw('POST', '/v1/messages', { ...(await signedHeaders(change)), ...after }, change.body ?? Buffer.from('{"n":1}\n'));

const nothingHappened = () => expect(sites.service.received).toEqual([]);

describe('the gate', () => {
  it('lets in what a linked site has signed', async () => {
    expect(await send()).toMatchObject({ status: 200, signed: true });
    expect(sites.service.received).toHaveLength(1);
  });

  it('tells strangers the version of the protocol, and nothing of the site', async () => {
    expect(await sites.client.hello(sites.url)).toBe(1);
  });

  it('refuses a request that is not signed', async () => {
    expect(await raw('POST', '/v1/messages', { 'content-type': NDJSON }, Buffer.from('{}'))).toMatchObject({
      status: 401,
      code: 'UNSIGNED',
    });
    nothingHappened();
  });

  it('refuses a request that was received before, also after a restart', async () => {
    const headers = await signedHeaders();
    const body = Buffer.from('{"n":1}\n');
    expect(await raw('POST', '/v1/messages', headers, body)).toMatchObject({ status: 200 });
    expect(await raw('POST', '/v1/messages', headers, body)).toMatchObject({ status: 409, code: 'REPLAYED' });
    expect(sites.service.received).toHaveLength(1);
    const stored = await sites.stores.server.transaction(({ tables }) => tables.find('nonces', {}));
    expect(stored).toMatchObject([{ instance: sites.asker.instance }]);
  });

  it('lets one of ten copies in that come at the same moment', async () => {
    const headers = await signedHeaders();
    const copies = Array.from({ length: 10 }, () => raw('POST', '/v1/messages', headers, Buffer.from('{"n":1}\n')));
    const statuses = (await Promise.all(copies)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(sites.service.received).toHaveLength(1);
  });

  it.each<[string, Change, { [name: string]: string }, string]>([
    [
      'another body',
      { body: Buffer.from('{"n":1}\n') },
      { 'content-digest': `sha-256=:${'A'.repeat(43)}=:` },
      'BAD_SIGNATURE',
    ],
    ['another sender', {}, { [HEADER.sender]: '00000000-0000-8000-8000-000000000000' }, 'UNKNOWN_KEY'],
    ['an encoding that was added', {}, { 'content-encoding': 'gzip' }, 'UNSIGNED'],
    ['another path', { path: '/v1/link/state' }, {}, 'WRONG_PATH'],
    [
      'a path that was put right on the way',
      { path: '/v1/link/state' },
      { [HEADER.path]: '/v1/messages' },
      'BAD_SIGNATURE',
    ],
    ['another recipient', { recipient: '00000000-0000-8000-8000-000000000000' }, {}, 'WRONG_RECIPIENT'],
    ['a time long ago', { created: seconds() - 301 }, {}, 'CLOCK'],
    ['a time to come', { created: seconds() + 600 }, {}, 'CLOCK'],
    ['an end that has passed', { created: seconds() - 100, lifetime: 50 }, {}, 'EXPIRED'],
    ['an end that is far away', { lifetime: 86_400 }, {}, 'BAD_SIGNATURE'],
    ['an offset that was added', {}, { [HEADER.offset]: '5' }, 'UNSIGNED'],
    ['another body that was named', {}, { [HEADER.body]: 'ab'.repeat(32) }, 'UNSIGNED'],
    ['another type', {}, { 'content-type': 'application/octet-stream' }, 'BAD_TYPE'],
    ['a short nonce', { nonce: 'abc' }, {}, 'UNSIGNED'],
  ])('refuses a request with %s', async (_what, change, after, code) => {
    const answer = await send(change, after);
    expect(answer.code).toBe(code);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    nothingHappened();
  });

  it('refuses signatures of any other shape', async () => {
    const good = await signedHeaders();
    const input = good['signature-input']!;
    const shapes: { [name: string]: string }[] = [
      { 'signature-input': input.replace('"@method" ', '') },
      { 'signature-input': input.replace('"content-digest" ', '') },
      { 'signature-input': input.replace('"content-digest"', '"content-digest";bs') },
      { 'signature-input': input.replace('alg="ed25519"', 'alg="hmac-sha256"') },
      { 'signature-input': input.replace(';alg="ed25519"', '') },
      { 'signature-input': `${input};created=1` },
      { 'signature-input': `other=("@method");created=1, ${input}` },
      { 'signature-input': 'sig=()' },
      { 'signature-input': 'x'.repeat(5000) },
      { signature: 'sig=:AAAA:' },
      { signature: good.signature!.replace(/:.{10}/, ':AAAAAAAAAA') },
    ];
    sites.service.onReceive = null;
    for (const shape of shapes) {
      const answer = await raw('POST', '/v1/messages', { ...good, ...shape }, Buffer.from('{"n":1}\n'));
      expect([answer.status, answer.code]).toEqual([401, expect.stringMatching(/^(UNSIGNED|BAD_SIGNATURE)$/)]);
    }
    nothingHappened();
  });

  it('refuses a body that is not the one that was signed', async () => {
    const headers = await signedHeaders();
    const answer = await raw('POST', '/v1/messages', headers, Buffer.from('{"n":2}\n'));
    expect(answer).toMatchObject({ status: 400, code: 'BAD_DIGEST' });
    nothingHappened();
  });

  it('refuses a site that is not, or no longer, linked', async () => {
    for (const state of ['REQUESTING', 'REQUESTED', 'REFUSED', 'UNLINKED'] as const) {
      sites.states.set(sites.asker.instance, state);
      expect(await send()).toMatchObject({ status: 403, code: 'NOT_LINKED' });
    }
    nothingHappened();
  });

  it.each<[string, Buffer, { [name: string]: string }, number, string]>([
    ['too many bytes', Buffer.alloc(10_001, ' '), {}, 413, 'TOO_LARGE'],
    ['a bomb', gzipSync(Buffer.alloc(5_000_000)), { 'content-encoding': 'gzip' }, 413, 'TOO_LARGE'],
    ['bytes that are not gzip', Buffer.from('hello'), { 'content-encoding': 'gzip' }, 400, 'BAD_ENCODING'],
    ['half a gzip', gzipSync('{"n":1}').subarray(0, 15), { 'content-encoding': 'gzip' }, 400, 'BAD_ENCODING'],
    ['an unknown encoding', Buffer.from('{}'), { 'content-encoding': 'br' }, 400, 'BAD_ENCODING'],
    ['too many messages', Buffer.from('{}\n'.repeat(21)), {}, 413, 'TOO_MANY'],
    ['no JSON', Buffer.from('{"n":'), {}, 400, 'BAD_BODY'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), {}, 400, 'BAD_BODY'],
    ['endless nesting', Buffer.from('['.repeat(5000) + ']'.repeat(5000)), {}, 400, 'TOO_DEEP'],
  ])('refuses a body of %s, though it is signed', async (_what, body, headers, status, code) => {
    expect(await send({ body, headers })).toMatchObject({ status, code, signed: true });
    nothingHappened();
  });

  it('stops reading a chunked body that never announced its size', async () => {
    const headers = await signedHeaders();
    const answer = await raw('POST', '/v1/messages', { ...headers, 'transfer-encoding': 'chunked' }, (request) => {
      for (let n = 0; n < 50; n += 1) request.write(Buffer.alloc(1000, ' '));
      request.end();
    });
    expect(answer).toMatchObject({ status: 413, code: 'TOO_LARGE' });
  });

  it('does not wait for a body that drips', async () => {
    const headers = await signedHeaders();
    const answer = await raw('POST', '/v1/messages', { ...headers, 'content-length': '100' }, (request) => {
      const drip = setInterval(() => request.write(' '), 50);
      request.once('response', () => clearInterval(drip));
    });
    expect(answer).toMatchObject({ status: 408, code: 'TOO_SLOW' });
  });

  it('turns an address away that keeps failing, but not a linked site behind the same address', async () => {
    await send();
    for (let n = 0; n < 20; n += 1) await raw('POST', '/v1/messages', { 'content-type': NDJSON });
    const stranger = await raw('POST', '/v1/messages', { 'content-type': NDJSON });
    expect(stranger).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
    expect(await raw('POST', '/v1/link', { 'content-type': JSON_TYPE })).toMatchObject({ status: 429 });
    expect(await send()).toMatchObject({ status: 200 });
  });

  it('answers everything at every address with a 4xx and a code', async () => {
    await sites.close();
    sites = await createTwoSites({ limits: { failuresPerMinute: 1000 } });
    const bodies = [
      Buffer.alloc(0),
      Buffer.from('null'),
      Buffer.from('{"v":1}'),
      Buffer.from('[]'),
      Buffer.from('\u0000'),
    ];
    const paths = ['/v1/messages', '/v1/ask/buckets', '/v1/ask/A%2F..', '/v1/link/state', '/v1/blobs/xyz'];
    for (const path of paths) {
      for (const body of bodies) {
        const method = path.startsWith('/v1/blobs') ? 'PUT' : 'POST';
        const answer = await raw(method, path, { 'content-type': JSON_TYPE }, body);
        expect(answer.code).toMatch(/^[A-Z_]+$/);
        expect(Math.floor(answer.status / 100)).toBe(4);
      }
    }
    expect(sites.defects).toEqual([]);
  });
});
