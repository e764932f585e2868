import type { TestResult } from '../../server/src/contracts';
import type { Editor } from '../support/content';
import { freePort, startInstance } from '../support/instance';
import { linkSites, overview, share } from '../support/link';
import { png } from '../support/png';
import { startProxy, type Proxy } from '../support/proxy';
import type { HttpError } from '../support/rest';
import { restartWith, type Variant } from '../support/schema-variant';
import { settles } from '../support/wait';
import { ARTICLE, equalOnBoth, everything, FILE, type Pair } from './sites';

/**
 * The proxy before `live` hands on the path that it adds. Strapi's `url` only names that path in addresses: Strapi routes
 * what arrives as it is, so something has to take the path away, or the REST prefix has to begin with it.
 */
const PREFIX = '/cms';

const REST_PREFIX: Variant = {
  files: {
    'config/api.js': `module.exports = { rest: { prefix: '${PREFIX}/api' }, documents: { strictParams: true } };`,
  },
};

const STRAPIS = ['logger', 'errors', 'security', 'cors', 'poweredBy', 'query', 'body', 'session', 'favicon', 'public'];

const MIDDLEWARE: Variant = {
  files: {
    'config/middlewares.js': `module.exports = ${JSON.stringify([
      'global::below-a-path',
      ...STRAPIS.map((name) => `strapi::${name}`),
    ])};`,
    'src/middlewares/below-a-path.js': `module.exports = () => (ctx, next) => {
      if (ctx.path.startsWith('${PREFIX}/')) ctx.path = ctx.path.slice(${PREFIX.length});
      return next();
    };`,
  },
};

let proxy: Proxy;
let pair: Pair;
let editor: Editor;

beforeAll(async () => {
  const port = await freePort();
  proxy = await startProxy(port, { prefix: PREFIX, keepsPrefix: true });
  const [staging, live] = await Promise.all([
    startInstance({ name: 'staging' }),
    startInstance({ name: 'live', port, env: { PUBLIC_URL: proxy.url, REPLICATION_PUBLIC_URL: proxy.url } }),
  ]);
  editor = await staging.editor();
  pair = { staging, live, toLive: '', toStaging: '' };
}, 300_000);
afterAll(() => proxy.close());

const test = async (): Promise<TestResult> =>
  (await (await pair.staging.admin()).post(`/replication/links/${pair.toLive}/test`, {})).data;

const NEITHER =
  /Strapi answers at .*\/cms\/api .*Where a proxy adds “\/cms”, either it takes it away again, or the REST/;

it('is told why where neither the proxy nor the site takes the path away', async () => {
  const { staging, live } = pair;
  const { data } = await (await live.admin()).post('/replication/links/codes', {});
  const refused = (await staging.admin()).post('/replication/links/redeem', { code: data.code });
  await expect(refused.catch((error: HttpError) => Promise.reject(JSON.stringify(error.body)))).rejects.toMatch(
    NEITHER
  );
});

it('is linked and filled where the REST prefix begins with the path, which its address then has once', async () => {
  await restartWith(pair.live, REST_PREFIX);
  const { staging, live } = pair;
  const { first, second } = await linkSites(staging, live);
  Object.assign(pair, { toLive: first, toStaging: second });
  expect((await overview(live)).site!.url).toBe(`${proxy.url}/api`);
  const cover = await editor.upload('cover.png', png(900, 600, [20, 90, 160]), 'image/png');
  const { documentId } = await editor.create(ARTICLE, { title: 'Below a path', cover: cover.id });
  await editor.publish(ARTICLE, documentId);
  await share(staging, pair.toLive, everything([ARTICLE]));
  expect((await equalOnBoth(pair, ARTICLE, [documentId])).live).toHaveLength(2);
  await equalOnBoth(pair, FILE, null);
  expect(await test()).toMatchObject({ ok: true, cause: null });
});

it('goes on where a middleware of the site takes the path away instead: the address stays, nothing is asked', async () => {
  await restartWith(pair.live, MIDDLEWARE);
  const { live } = pair;
  const cover = await editor.upload('other.png', png(600, 400, [160, 90, 20]), 'image/png');
  const { documentId } = await editor.create(ARTICLE, { title: 'By a middleware', cover: cover.id });
  await equalOnBoth(pair, ARTICLE, [documentId]);
  const { live: files } = await equalOnBoth(pair, FILE, null);
  const there = await overview(live);
  expect(there).toMatchObject({ question: null, brakes: [], problems: [] });
  expect(there.site!.url).toBe(`${proxy.url}/api`);
  expect(await test()).toMatchObject({ ok: true, cause: null });
  // Unlike with a REST prefix, uploads are there, too.
  const { url } = files.find(({ fields }) => fields.name === 'other.png')!.fields;
  expect((await fetch(`${proxy.url}${String(url)}`)).status).toBe(200);
});

it('says when tested that the path is not taken away any more, and goes on once it is', async () => {
  await restartWith(pair.live, null);
  const { documentId } = await editor.create(ARTICLE, { title: 'While nothing answered' });
  await settles(async () => {
    const [link] = (await overview(pair.staging)).links;
    expect(link!.failures).toBeGreaterThan(0);
    expect(link!.lastError).toMatch(NEITHER);
  });
  expect(await test()).toMatchObject({ ok: false, cause: 'ADDRESS', message: expect.stringMatching(NEITHER) });
  proxy.rules = { prefix: PREFIX };
  expect(await test()).toMatchObject({ ok: true });
  await (await pair.staging.admin()).post(`/replication/links/${pair.toLive}/retry`, {});
  await equalOnBoth(pair, ARTICLE, [documentId]);
});
