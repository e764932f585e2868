import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Json } from '../../../../server/src/replication/entity';
import { DATES } from '../claims';
import { JSON_TYPE, NDJSON, PIECE, type RawRequest, type Sender } from '../sender';
import { change, changed, textOf, type Change } from './odd-json';
import type { RawCall } from './raw-http';

/** A valid request and what is done to it on its way out, layer by layer. Plain data, so that it can be printed. */
export interface Attempt {
  endpoint: (typeof ENDPOINTS)[number];
  /** Which of the valid ones. */
  variant: number;
  /** Of the content, before it is sealed: what is signed is as odd as this. */
  content: Change[];
  /** Of the JSON that is sent. */
  json: Change[];
  framing: (typeof FRAMINGS)[number];
  /** Bytes that are changed before and after the body is compressed: where (in thousandths), and to what. */
  bytes: { at: number; byte: number }[];
  encoding: 'plain' | 'gzip' | 'bomb' | 'says gzip' | 'says deflate' | 'gzip twice' | 'half a gzip';
  spoilt: { at: number; byte: number }[];
  signer: 'own' | 'own' | 'stranger' | 'none';
  /** Seconds from now. */
  created: number;
  lasts: number;
  nonce: string | null;
  digest: 'right' | 'of nothing' | 'none' | 'odd';
  /** After it was signed; null removes one. */
  headers: [name: string, value: string | null][];
  path: string | null;
  pieces: number[] | null;
  endless: boolean;
}

export const ENDPOINTS = ['messages', 'ask', 'put', 'head', 'state', 'link', 'hello'] as const;
const FRAMINGS = [
  'lines',
  'no end',
  'blank lines',
  'crlf',
  'one array',
  'cut in two',
  'twice',
  'a comma',
  'nuls',
] as const;
const OWN_HEADERS = ['content-type', 'content-encoding', 'content-digest', 'signature', 'signature-input'].concat(
  ['path', 'sender', 'recipient', 'offset', 'total'].map((name) => `replication-${name}`)
);
const HEADER_VALUES = [
  '',
  ' ',
  '0',
  '-1',
  '1e3',
  '9'.repeat(15),
  '9'.repeat(40),
  'null',
  'x'.repeat(4_000),
  '"',
  'sig=()',
  'gzip, gzip',
]
  .concat([
    'sig=("@method");created=1',
    'sha-256=::',
    'sha-512=:AAAA:',
    NDJSON,
    JSON_TYPE,
    PIECE,
    'application/json',
    '*/*',
  ])
  .concat(['__proto__', '../../x', '%00', '\u00e9\u00ff', 'sig=:AAAA:, sig2=:AAAA:']);

const some = <T>(arbitrary: fc.Arbitrary<T>, most: number): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<T[]>([]) },
    { weight: 2, arbitrary: fc.array(arbitrary, { minLength: 1, maxLength: most }) }
  );
/** Mostly as it should be: only what is right everywhere else gets far. */
const mostly = <T>(right: T, ...wrong: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: fc.constantFrom(right, ...wrong) });

const flips = some(
  fc.record({ at: fc.nat(999), byte: fc.oneof(fc.constantFrom(0, 0x22, 0x5b, 0x7b, 0xff, 0x0a, 0x5c), fc.nat(255)) }),
  3
);
const rarely = <T>(arbitrary: fc.Arbitrary<T[]>): fc.Arbitrary<T[]> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant<T[]>([]) }, { weight: 1, arbitrary });

export const attempt: fc.Arbitrary<Attempt> = fc.record({
  endpoint: fc.constantFrom('messages', 'messages', 'messages', ...ENDPOINTS),
  variant: fc.nat(50),
  content: some(change, 3),
  json: some(change, 3),
  framing: mostly('lines', ...FRAMINGS),
  bytes: rarely(flips),
  encoding: mostly('plain', 'gzip', 'bomb', 'says gzip', 'says deflate', 'gzip twice', 'half a gzip'),
  spoilt: rarely(flips),
  signer: mostly('own', 'stranger', 'none'),
  created: mostly(0, -301, 301, -86_400, 2 ** 40, -(2 ** 31)),
  lasts: mostly(60, -1, 0, 601, 10 ** 12),
  nonce: mostly(null, 'n'.repeat(24), 'short', 'n'.repeat(65), ''),
  digest: mostly('right', 'of nothing', 'none', 'odd'),
  headers: rarely(
    some(
      fc.tuple(
        fc.constantFrom(
          ...OWN_HEADERS,
          'host',
          'x-forwarded-for',
          'x-http-method-override',
          'cookie',
          'authorization',
          'range'
        ),
        fc.option(fc.constantFrom(...HEADER_VALUES), { nil: null })
      ),
      2
    )
  ),
  path: mostly(
    null,
    '/v1/messages/',
    '/v1/ask/%00',
    '/v1/blobs/%E0%A4%A',
    '/v1/blobs/..%2f..%2fx',
    '/v1/ask/__proto__',
    '/v1//link',
    '/v2/messages',
    '/v1/messages?a[__proto__]=1'
  ),
  pieces: fc.oneof(fc.constant(null), fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 20 })),
  endless: fc.oneof({ weight: 200, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

/** What the honest site only sends: nothing of it may be changed by whoever has a link, whatever the message says. */
export const ONLY_SENT = ['api::article.article', 'api::author.author', 'api::page.page', 'api::banner.banner'];

const CONTENTS: { [part: string]: { [name: string]: Json } }[] = [
  { '-/published': { fields: { name: 'x', avatar: [{ uid: 'plugin::upload.file', id: 'x' }] }, dates: DATES } },
  {
    'en/draft': { fields: { title: 'x', blocks: [{ __component: 'shared.quote', body: 'x' }] }, dates: DATES },
    shared: { fields: { order: 1 } },
  },
  {
    '-/draft': { fields: { title: 'x' }, dates: DATES },
    '-/published': { fields: { title: 'y' }, dates: DATES },
    people: { authors: [] },
  },
  {
    '-/published': {
      fields: {
        name: 'x.png',
        hash: 'x',
        ext: '.png',
        mime: 'image/png',
        size: 1,
        sha256: 'a'.repeat(64),
        folder: ['a'],
      },
      dates: DATES,
    },
  },
];

const messagesOf = ({ variant, content }: Attempt, sender: Sender): Json[] =>
  Array.from({ length: 1 + (variant % 3) }, (_, index) => {
    const uid = ONLY_SENT[(variant + index) % ONLY_SENT.length]!;
    const entity = { uid, id: `evil${variant}` };
    if (variant % 7 === 0) return { type: 'ENTITY_UNREPLICATE', entity: { uid, id: 'nothing' }, order: [1, variant] };
    const parts = changed(CONTENTS[(variant + index) % CONTENTS.length] as Json, content) as never;
    try {
      return sender.update(uid, entity.id, { parts });
    } catch {
      // What has no canonical form cannot be signed.
      return sender.update(uid, entity.id, { parts: CONTENTS[0] as never });
    }
  });

const DIGEST = 'a'.repeat(32);
const likeness = (uid: string): Json => ({
  uid,
  level: 'EVERYTHING',
  by: 'slug',
  named: { 'api::category.category': 'slug' },
  entries: [
    {
      id: 'likeness',
      values: [['en', 'x']],
      rows: [{ locale: 'en', status: 'published', fields: { title: DIGEST } }],
    },
  ],
  files: [{ id: 'likeness', hash: 'b'.repeat(64), size: '12.5' }],
  along: [{ uid: 'api::category.category', by: 'slug', entries: [{ id: 'likeness', values: [['-', 'x']] }] }],
  choices: [['likeness', 'x']],
});

const QUESTIONS: [string, Json][] = [
  ['preview', likeness('api::category.category')],
  ['preview', likeness('api::article.article')],
  ['match', likeness('api::article.article')],
  ['match', { ...(likeness('api::author.author') as object), by: 'name' }],
  ['difference', { uid: 'api::article.article', documentId: 'x' }],
  ['difference', { uid: 'api::category.category', documentId: 'x' }],
  ['compare-buckets', { side: 'wanted', within: null }],
  ['compare-buckets', { side: 'held', within: 7 }],
  ['compare-entries', { side: 'wanted', within: 7, bucket: 9 }],
  ['resend', { entities: ['api::author.author/nothing'] }],
  ['uses-bytes', { url: 'https://bucket.example/picture.png' }],
  ['nothing', {}],
];

const valid = (attempt: Attempt, sender: Sender): { raw: RawRequest; values: Json[] } => {
  const json = { 'content-type': JSON_TYPE };
  const blob = `/v1/blobs/${'0123456789abcdef'[attempt.variant % 16]!.repeat(64)}`;
  const { keys } = sender.identity;
  switch (attempt.endpoint) {
    case 'messages':
      return { raw: { path: '/v1/messages' }, values: messagesOf(attempt, sender) };
    case 'ask': {
      const [topic, question] = QUESTIONS[attempt.variant % QUESTIONS.length]!;
      return { raw: { path: `/v1/ask/${topic}`, headers: json }, values: [question] };
    }
    case 'put': {
      const headers = { 'content-type': PIECE, 'replication-offset': '0', 'replication-total': '20' };
      return { raw: { method: 'PUT', path: blob, headers }, values: ['no such bytes'] };
    }
    case 'head':
      return { raw: { method: 'HEAD', path: blob }, values: [] };
    case 'state':
      return { raw: { path: '/v1/link/state', headers: json }, values: [{ state: 'REGISTERED', keys: keys as never }] };
    case 'link': {
      const from = { keys: keys as never, url: 'http://127.0.0.1:9/api', name: 'x' };
      const asking: Json = { v: 1, nonce: 'n'.repeat(22), from, mac: 'm'.repeat(43), signature: 's'.repeat(86) };
      const value: Json = attempt.variant % 2 === 0 ? asking : { v: 1, keys: keys as never };
      return { raw: { path: '/v1/link', headers: json, signer: 'none' }, values: [value] };
    }
    case 'hello':
      return { raw: { method: 'GET', path: '/v1/hello', signer: 'none' }, values: [] };
  }
};

const framed = (lines: string[], framing: Attempt['framing']): string => {
  const text = lines.map((line) => `${line}\n`).join('');
  switch (framing) {
    case 'lines':
      return text;
    case 'no end':
      return lines.join('\n');
    case 'blank lines':
      return '\n'.repeat(1_500) + text;
    case 'crlf':
      return lines.join('\r\n');
    case 'one array':
      return `[${lines.join(',')}]`;
    case 'cut in two':
      return `${text.slice(0, text.length / 2)}\n${text.slice(text.length / 2)}`;
    case 'twice':
      return lines.join('');
    case 'a comma':
      return lines.join(',\n');
    case 'nuls':
      return lines.join('\u0000');
  }
};

const flipped = (bytes: Buffer, changes: { at: number; byte: number }[]): Buffer => {
  const result = Buffer.from(bytes);
  for (const { at, byte } of changes) if (result.length > 0) result[Math.floor((at / 1_000) * result.length)] = byte;
  return result;
};

let bomb: Buffer | null = null;

const encoded = (plain: Buffer, encoding: Attempt['encoding']): { body: Buffer; says: string | null } => {
  switch (encoding) {
    case 'plain':
      return { body: plain, says: null };
    case 'gzip':
      return { body: gzipSync(plain), says: 'gzip' };
    case 'bomb':
      return { body: (bomb ??= gzipSync(Buffer.alloc(100 * 1024 * 1024, '[]'))), says: 'gzip' };
    case 'says gzip':
      return { body: plain, says: 'gzip' };
    case 'says deflate':
      return { body: plain, says: 'deflate' };
    case 'gzip twice':
      return { body: gzipSync(gzipSync(plain)), says: 'gzip' };
    case 'half a gzip':
      return { body: gzipSync(plain).subarray(0, -9), says: 'gzip' };
  }
};

/** The request as it goes out. */
export const callOf = async (attempt: Attempt, sender: Sender): Promise<RawCall> => {
  const { raw, values } = valid(attempt, sender);
  const lines = values.map((value) => textOf(attempt.json.length > 0 ? changed(value, attempt.json) : value));
  const plain = flipped(Buffer.from(framed(lines, attempt.framing), 'utf8'), attempt.bytes);
  const bodiless = raw.method === 'GET' || raw.method === 'HEAD';
  const { body, says } = bodiless ? { body: Buffer.alloc(0), says: null } : encoded(plain, attempt.encoding);
  const created = Math.floor(Date.now() / 1000) + attempt.created;
  const headers = await sender.headersFor({
    signer: attempt.signer,
    ...raw,
    headers: { ...raw.headers, ...(says === null ? {} : { 'content-encoding': says }) },
    body,
    signed: {
      ...(attempt.digest === 'of nothing' ? { body: Buffer.alloc(0) } : {}),
      created,
      expires: created + attempt.lasts,
      ...(attempt.nonce === null ? {} : { nonce: attempt.nonce }),
    },
  });
  if (attempt.digest === 'none') delete headers['content-digest'];
  if (attempt.digest === 'odd') headers['content-digest'] = 'sha-256=:?:';
  for (const [name, value] of attempt.headers) {
    if (value === null) delete headers[name];
    else headers[name] = value;
  }
  return {
    method: raw.method ?? 'POST',
    url: `${sender.peer.url}/replication${attempt.path ?? raw.path}`,
    headers,
    body: bodiless ? Buffer.alloc(0) : flipped(body, attempt.spoilt),
    pieces: bodiless ? null : attempt.pieces,
    endless: !bodiless && attempt.endless,
  };
};
