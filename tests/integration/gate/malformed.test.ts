import { gzipSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import {
  everythingOf,
  JSON_TYPE,
  NDJSON,
  PIECE,
  startHonestAndHostile,
  type Attack,
  type RawRequest,
} from './hostile-site';

let attack: Attack;
let before: Record<string, unknown[]>;

beforeAll(async () => {
  attack = await startHonestAndHostile();
  // Whoever has been heard once is not turned away for failing often: this is not about the throttle.
  expect(await attack.wire.blobOffset(attack.peer, 'a'.repeat(64))).toEqual({ have: 0 });
  before = await everythingOf(attack.honest);
});
afterAll(() => attack.close());

const HASH = 'b'.repeat(64);
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const now = () => Math.floor(Date.now() / 1000);

/** A request that would do, for each endpoint: what is wrong is put over it. */
const endpoints: Record<string, RawRequest> = {
  messages: { path: '/v1/messages', body: '{}\n' },
  'ask/:topic': { path: '/v1/ask/compare-buckets', body: '{}', headers: { 'content-type': JSON_TYPE } },
  'PUT blobs/:hash': {
    method: 'PUT',
    path: `/v1/blobs/${HASH}`,
    body: 'bytes',
    headers: { 'content-type': PIECE, 'replication-offset': '0', 'replication-total': '5' },
  },
  'HEAD blobs/:hash': { method: 'HEAD', path: `/v1/blobs/${HASH}`, headers: { 'content-type': PIECE } },
  'link/state': { path: '/v1/link/state', body: '{}', headers: { 'content-type': JSON_TYPE } },
};

const refused = async (raw: RawRequest, code: string | RegExp) => {
  const answer = await attack.request(raw);
  expect({ ...answer, headers: null }).toMatchObject({ code: expect.stringMatching(code) });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.text).not.toMatch(/\n\s+at |node_modules|Error:/);
  if (raw.method === 'HEAD') return;
  expect(JSON.parse(answer.text)).toEqual({
    error: { code: answer.code, message: expect.stringMatching(/^[A-Z“].*\.$/s) },
  });
};

// First: who is not linked is turned away after too many failures, and there will be many.
it('refuses link requests without the secret of a code, in any form', async () => {
  const link = { path: '/v1/link', headers: { 'content-type': JSON_TYPE }, signer: 'none' } as const;
  await refused({ ...link, body: '{' }, 'BAD_BODY');
  await refused({ ...link, body: deep(200) }, 'TOO_DEEP');
  await refused({ ...link, body: '{}' }, 'BAD_LINK_REQUEST');
  await refused({ ...link, body: '{"v":1,"keys":[{}]}' }, 'BAD_LINK_REQUEST');
  await refused({ ...link, body: Buffer.alloc(40_000, ' ') }, 'TOO_LARGE');
  await refused({ ...link, headers: { 'content-type': 'application/json' }, body: '{}' }, 'BAD_TYPE');
  const from = { keys: attack.identity.keys, url: 'http://127.0.0.1:9/api', name: 'x' };
  const forged = { v: 1, nonce: 'n'.repeat(22), from, mac: 'm'.repeat(43), signature: 's'.repeat(86) };
  await refused({ ...link, body: JSON.stringify(forged) }, 'CODE_UNKNOWN');
});

describe.each(Object.entries(endpoints))('%s', (name, good) => {
  it('refuses a request without a signature', () => refused({ ...good, signer: 'none' }, 'UNSIGNED'));
  it('refuses another site’s signature', () => refused({ ...good, signer: 'stranger' }, 'UNKNOWN_KEY'));
  it('refuses a signature for another address', () => refused({ ...good, signed: { path: '/v1/else' } }, 'WRONG_PATH'));
  it('refuses a signature for another site', () =>
    refused({ ...good, signed: { recipient: attack.me } }, 'WRONG_RECIPIENT'));
  it('refuses a signature that was changed', async () => {
    // The signature covers the method: the same bytes under another one do not fit.
    const method = good.method === 'PUT' ? 'GET' : 'PUT';
    const answer = await attack.request({ ...good, method });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });
  it('refuses requests from the past and from the future', async () => {
    await refused({ ...good, signed: { created: now() - 3_600 } }, 'CLOCK');
    await refused({ ...good, signed: { created: now() + 3_600 } }, 'CLOCK');
    await refused({ ...good, signed: { created: now() - 100, expires: now() - 50 } }, 'EXPIRED');
    await refused({ ...good, signed: { created: now(), expires: now() + 86_400 } }, 'BAD_SIGNATURE');
  });
  it('refuses a request that came before', async () => {
    const nonce = randomBytes(18).toString('base64url');
    const again = { ...good, signed: { nonce } };
    await attack.request(again);
    await refused(again, 'REPLAYED');
  });
  if (name === 'HEAD blobs/:hash') return;

  it('refuses another body than the one that was signed', () =>
    refused({ ...good, signed: { body: Buffer.from('other') } }, 'BAD_DIGEST'));
  it('refuses another media type', () =>
    refused({ ...good, headers: { ...good.headers, 'content-type': 'text/plain' } }, 'BAD_TYPE'));
  it('refuses types that Strapi itself would read, whatever they say of their encoding', async () => {
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/xml']) {
      for (const signer of ['own', 'none'] as const) {
        const headers = { ...good.headers, 'content-type': type, 'content-encoding': 'gzip' };
        await refused({ ...good, headers, signer, body: 'no gzip' }, /BAD_TYPE|UNSIGNED/);
      }
    }
  });
  it('refuses a body that is too large', () =>
    refused({ ...good, body: Buffer.alloc(9 * 1024 * 1024, 'x') }, 'TOO_LARGE'));
  if (name === 'PUT blobs/:hash') return;

  const zipped = (bytes: Buffer) => ({
    ...good,
    body: gzipSync(bytes),
    headers: { 'content-type': NDJSON, ...good.headers, 'content-encoding': 'gzip' },
  });
  it('refuses a body that explodes when it is inflated', () =>
    refused(zipped(Buffer.alloc(40 * 1024 * 1024, 'x')), 'TOO_LARGE'));
  it('refuses a body that is not what its encoding says', () =>
    refused({ ...zipped(Buffer.from('')), body: 'plain' }, 'BAD_ENCODING'));
  it('refuses what is no JSON, no text, or nested too deep', async () => {
    await refused({ ...good, body: '{"a":' }, 'BAD_BODY');
    await refused({ ...good, body: Buffer.from([0x22, 0xff, 0xfe, 0x22]) }, 'BAD_BODY');
    await refused({ ...good, body: deep(5_000) }, 'TOO_DEEP');
  });
  if (name === 'messages') return;
  it('refuses JSON of another form', async () => {
    for (const body of [
      'null',
      '[]',
      '7',
      '"x"',
      '{"state":"REGISTERED"}',
      '{"__proto__":{"a":1}}',
      '{"entities":[7]}',
    ]) {
      await refused({ ...good, body }, /MALFORMED|BAD_LINK_STATE/);
    }
  });
});

it('refuses a blob that is named by no hash, lies outside of itself, or begins elsewhere', async () => {
  const put = endpoints['PUT blobs/:hash']!;
  const headers = (from: string, total: string) => ({
    'content-type': PIECE,
    'replication-offset': from,
    'replication-total': total,
  });
  await refused({ ...put, path: '/v1/blobs/nothing' }, 'BAD_HASH');
  await refused({ ...put, path: `/v1/blobs/${'B'.repeat(64)}` }, 'BAD_HASH');
  await refused({ ...put, headers: headers('0', '4') }, 'BAD_RANGE');
  await refused({ ...put, headers: headers('-1', '5') }, 'BAD_RANGE');
  await refused({ ...put, headers: headers('0', '1e3') }, 'BAD_RANGE');
  await refused({ ...put, headers: headers('3', '8') }, 'WRONG_OFFSET');
  await refused({ ...put, headers: headers('0', '99999999999999') }, 'FILE_TOO_LARGE');
  await refused(put, 'BLOB_MISMATCH');
});

it('refuses a question that nobody answers', async () => {
  for (const topic of ['nothing', 'Compare', 'a'.repeat(100)]) {
    await refused({ ...endpoints['ask/:topic']!, path: `/v1/ask/${topic}` }, 'UNKNOWN_TOPIC');
  }
});

it('refuses more messages than it reads, and lines that are no messages, one by one', async () => {
  await refused({ ...endpoints.messages!, body: '{}\n'.repeat(1_001) }, 'TOO_MANY');
  const odd = [null, [], 7, 'x', {}, { type: 'ENTITY_DROP' }, { type: 'ENTITY_UPDATE', entity: null }];
  const answers = await attack.send(...(odd as never[]));
  expect(answers.map(({ code }) => code)).toEqual(odd.map(() => 'MALFORMED'));
});

it('says nothing of itself to who asks whether it is there', async () => {
  const answer = await attack.request({ method: 'GET', path: '/v1/hello', signer: 'none' });
  expect(JSON.parse(answer.text)).toEqual({ protocol: 1 });
});

it('answers odd addresses with a 4xx', async () => {
  for (const path of [
    '/v1/blobs/%E0%A4%A',
    '/v1/ask/%00',
    '/v1/blobs/..%2F..%2Fetc',
    '/v1/nothing',
    '/v1/messages/x',
  ]) {
    const answer = await attack.request({ path, signer: 'none', method: 'PUT' });
    expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true]);
  }
});

it('has changed nothing by all of that', async () => {
  expect(await everythingOf(attack.honest)).toEqual(before);
});
