import { randomBytes } from 'node:crypto';
import type { TestResult } from '../../server/src/contracts';
import type { Editor } from '../support/content';
import { freePort, startInstance, type Instance } from '../support/instance';
import { linkSites, overview, share } from '../support/link';
import { startProxy, type Proxy, type ProxyRules } from '../support/proxy';
import type { HttpError } from '../support/rest';
import { settles } from '../support/wait';
import { allComesThrough } from './comes-through';
import { rowsOf } from './rows';
import { ARTICLE, CATEGORY, equalOnBoth, everything, FILE, KITCHEN, type Pair } from './sites';

/** As operators set it up: below a path, with a password, and with the limit that nginx has by itself. */
const PREFIX = '/cms';
const MEGABYTE = 1024 * 1024;
const credentials = { username: 'staff', password: 'kaese-und-brot-4711' };
const rules: ProxyRules = { prefix: PREFIX, credentials, mostBytes: MEGABYTE };

let proxy: Proxy;
let pair: Pair;
let editor: Editor;

beforeAll(async () => {
  const port = await freePort();
  proxy = await startProxy(port, rules);
  const live = await startInstance({
    name: 'live',
    port,
    env: { PUBLIC_URL: proxy.url, REPLICATION_PUBLIC_URL: proxy.url },
  });
  const staging = await startInstance({
    name: 'staging',
    env: { REPLICATION_CREDENTIALS: JSON.stringify([{ url: proxy.url, ...credentials }]) },
  });
  editor = await staging.editor();
  pair = { staging, live, toLive: '', toStaging: '' };
}, 300_000);
afterAll(() => proxy.close());

/** Made inside: past the limit that Strapi's own API has for bodies. Hexadecimal digits compress to half of what they are. */
const saveLarge = (site: Instance, args: { film: { id: number; url: string }; bytes: number }): Promise<number> =>
  site.run(async (strapi, { film, bytes }: typeof args) => {
    // A function that is sent as its source can import nothing.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { randomBytes: random } = require('node:crypto');
    const richtext = `![Film](${strapi.config.get('server.url')}${film.url}) ${random(bytes).toString('hex')}`;
    const data = { string: 'Large', richtext, gallery: [film.id] };
    await strapi.documents('api::kitchen.kitchen').create({ data });
    return richtext.length;
  }, args);

const test = async (): Promise<TestResult> =>
  (await (await pair.staging.admin()).post(`/replication/links/${pair.toLive}/test`, {})).data;

/** As long as the proxy does something else. */
const meanwhile = async (other: ProxyRules, work: () => Promise<void>): Promise<void> => {
  proxy.rules = other;
  try {
    await work();
  } finally {
    proxy.rules = rules;
  }
};

it('is linked by a code, whose address has the path that the proxy adds; who does not know the password is told so', async () => {
  const { staging, live } = pair;
  await meanwhile({ ...rules, credentials: { ...credentials, password: 'another' } }, async () => {
    const { data } = await (await live.admin()).post('/replication/links/codes', {});
    const refused = (await staging.admin()).post('/replication/links/redeem', { code: data.code });
    await expect(refused.catch((error: HttpError) => Promise.reject(JSON.stringify(error.body)))).rejects.toMatch(
      /asks for a password.*REPLICATION_CREDENTIALS/
    );
  });
  const { first, second } = await linkSites(live, staging);
  Object.assign(pair, { toStaging: first, toLive: second });
  expect((await overview(live)).site!.url).toBe(`${proxy.url}/api`);
  expect(await test()).toMatchObject({ ok: true, cause: null });
});

it('is filled: with a file and an entry that are larger than what the proxy lets through', async () => {
  const { staging, toLive } = pair;
  const film = await editor.upload('film.mp4', randomBytes(3 * MEGABYTE), 'video/mp4');
  const length = await saveLarge(staging, { film: { id: film.id, url: film.url }, bytes: 2 * MEGABYTE });
  await share(staging, toLive, everything([ARTICLE, CATEGORY, KITCHEN]));
  const { live } = await equalOnBoth(pair, FILE, null);
  expect(live.map(({ fields }) => fields.name)).toEqual(['film.mp4']);
  const there = await rowsOf(pair.live, KITCHEN);
  expect(there).toHaveLength(1);
  // Absolute addresses of uploads are the other site's own: below the path.
  expect(String(there[0]!.fields.richtext)).toContain(`![Film](${proxy.url}/uploads/film_`);
  expect(String(there[0]!.fields.richtext)).toHaveLength(length + proxy.url.length - staging.url.length);
  expect(proxy.requests.filter(({ status, bytes }) => status === 200 && bytes > MEGABYTE)).toEqual([]);
  expect((await overview(staging)).links[0]).toMatchObject({ failures: 0, counts: { failed: 0, held: 0 } });
});

it('hears of what is edited, published, unpublished and deleted; a comparison finds all equal', async () => {
  const { staging, live, toLive } = pair;
  const { documentId } = await editor.create(ARTICLE, { title: 'Hello' });
  await equalOnBoth(pair, ARTICLE, [documentId]);
  await editor.update(ARTICLE, documentId, { title: 'Hello again' });
  await editor.publish(ARTICLE, documentId);
  expect((await equalOnBoth(pair, ARTICLE, [documentId])).live).toHaveLength(2);
  await editor.unpublish(ARTICLE, documentId);
  expect((await equalOnBoth(pair, ARTICLE, [documentId])).live).toHaveLength(1);
  await editor.remove(ARTICLE, documentId);
  await equalOnBoth(pair, ARTICLE, [documentId]);
  expect(await rowsOf(live, ARTICLE, [documentId])).toEqual([]);
  const { data } = await (await staging.admin()).post(`/replication/links/${toLive}/compare`, {});
  expect(data).toMatchObject({ differentCount: 0, equal: expect.any(Number) });
  expect(data.equal).toBeGreaterThan(1);
});

allComesThrough(() => pair);

it('catches up after the proxy was down, and says meanwhile that nobody is there', async () => {
  const { staging, live, toLive } = pair;
  const { documentId: gone } = await editor.create(ARTICLE, { title: 'Deleted meanwhile' });
  await equalOnBoth(pair, ARTICLE, [gone]);
  await proxy.close();
  const { documentId: made } = await editor.create(ARTICLE, { title: 'Made meanwhile' });
  await editor.publish(ARTICLE, made);
  await editor.remove(ARTICLE, gone);
  await settles(async () => {
    const [link] = (await overview(staging)).links;
    expect(link).toMatchObject({ counts: { failed: 0 }, lastError: expect.stringContaining('nothing listens there') });
    expect(link!.failures).toBeGreaterThan(0);
  });
  expect(await test()).toMatchObject({ ok: false, cause: 'NOBODY' });
  const { requests } = proxy;
  proxy = await startProxy(live.port, rules, Number(new URL(proxy.url).port));
  proxy.requests.push(...requests);
  await (await staging.admin()).post(`/replication/links/${toLive}/retry`, {});
  expect((await equalOnBoth(pair, ARTICLE, [made, gone])).live).toHaveLength(2);
  await settles(async () => expect((await overview(staging)).links[0]).toMatchObject({ failures: 0, lastError: null }));
});

it('says when tested what stands in the way', async () => {
  await meanwhile({ ...rules, credentials: { ...credentials, password: 'another' } }, async () =>
    expect(await test()).toMatchObject({ ok: false, cause: 'PASSWORD' })
  );
  await meanwhile({ ...rules, prefix: '/other' }, async () =>
    expect(await test()).toMatchObject({ ok: false, cause: 'ADDRESS', message: expect.stringContaining('prefix') })
  );
  await meanwhile({ ...rules, methods: ['GET', 'HEAD'] }, async () =>
    expect(await test()).toMatchObject({ ok: false, cause: 'METHOD' })
  );
  await meanwhile({ ...rules, drops: ['signature-input'] }, async () =>
    expect(await test()).toMatchObject({ ok: false, cause: 'HEADERS' })
  );
  await meanwhile({ ...rules, mostBytes: 100_000 }, async () =>
    expect(await test()).toMatchObject({ ok: true, cause: 'SMALL_BODIES' })
  );
  expect(await test()).toMatchObject({ ok: true });
});

it('keeps the password out of logs, of everything that is shown, and of what other sites are sent', async () => {
  const { staging, live } = pair;
  const secrets = [
    credentials.password,
    Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64'),
  ];
  const shown = [staging.logs(), live.logs(), JSON.stringify(await Promise.all([staging, live].map(overview)))];
  for (const secret of secrets) for (const text of shown) expect(text).not.toContain(secret);
  // And it was asked for.
  expect(proxy.requests.some(({ authorization }) => authorization?.endsWith(secrets[1]!))).toBe(true);
});
