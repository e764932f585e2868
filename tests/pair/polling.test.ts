import { randomBytes } from 'node:crypto';
import type { LinkView } from '../../server/src/contracts';
import type { Editor } from '../support/content';
import { freePort, startInstance, type Instance } from '../support/instance';
import { linkSites, overview, share } from '../support/link';
import { png } from '../support/png';
import type { HttpError } from '../support/rest';
import { eventually, settles } from '../support/wait';
import { allComesThrough } from './comes-through';
import { rowsOf } from './rows';
import { ARTICLE, CATEGORY, equalOnBoth, everything, FILE, KITCHEN, type Pair } from './sites';

const MEGABYTE = 1024 * 1024;

/** `live` is a laptop, or behind a firewall: where it says it is nobody listens. It can call `staging`. */
let pair: Pair;
let editor: Editor;

const linkOf = async (site: Instance): Promise<LinkView> => (await overview(site)).links[0]!;

beforeAll(async () => {
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const [staging, live] = await Promise.all([
    startInstance({ name: 'staging' }),
    startInstance({ name: 'live', env: { PUBLIC_URL: nowhere, REPLICATION_PUBLIC_URL: nowhere } }),
  ]);
  editor = await staging.editor();
  pair = { staging, live, toLive: '', toStaging: '' };
}, 300_000);

it('a site that nobody can call answers a code, hears that it is accepted, and fetches from then on', async () => {
  const { staging, live } = pair;
  const { first, second } = await linkSites(staging, live);
  Object.assign(pair, { toLive: first, toStaging: second });
  await settles(
    async () => {
      expect(await linkOf(live)).toMatchObject({ state: 'REGISTERED', fetching: 'here', failures: 0 });
      expect(await linkOf(staging)).toMatchObject({
        state: 'REGISTERED',
        fetching: 'there',
        failures: 0,
        lastError: null,
      });
    },
    { what: 'both sites to find out who calls' }
  );
});

it('is filled, with files', async () => {
  const { staging, toLive } = pair;
  const cover = await editor.upload('cover.png', png(900, 600, [20, 90, 160]), 'image/png');
  const film = await editor.upload('film.mp4', randomBytes(3 * MEGABYTE), 'video/mp4');
  const { documentId: category } = await editor.create(CATEGORY, { name: 'News', slug: 'news' });
  const { documentId: article } = await editor.create(ARTICLE, { title: 'Hello', cover: cover.id, category });
  await editor.publish(ARTICLE, article);
  await editor.create(KITCHEN, { string: 'With a film', gallery: [film.id] });
  await share(staging, toLive, everything([ARTICLE, CATEGORY, KITCHEN]));
  await equalOnBoth(pair, FILE, null);
  expect((await equalOnBoth(pair, ARTICLE, null)).live).toHaveLength(2);
  await equalOnBoth(pair, CATEGORY, null);
  expect((await equalOnBoth(pair, KITCHEN, null)).live).toHaveLength(1);
  const [sent, fetched] = await Promise.all(
    [staging, pair.live].map((site) =>
      site.run<string[]>(async (strapi) => {
        // A function that is sent as its source can import nothing.
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        const [{ createHash }, fs] = [require('node:crypto'), require('node:fs')];
        const files = await strapi.db.query('plugin::upload.file').findMany({ orderBy: 'name' });
        return files.map(({ name, url }: any) => {
          const bytes = fs.readFileSync(`${strapi.dirs.static.public}${url}`);
          return `${name} ${createHash('sha256').update(bytes).digest('hex')}`;
        });
      })
    )
  );
  expect(sent).toHaveLength(2);
  expect(fetched).toEqual(sent);
});

it('hears of what is edited, published, unpublished and deleted', async () => {
  const { live } = pair;
  const { documentId } = await editor.create(ARTICLE, { title: 'First' });
  await equalOnBoth(pair, ARTICLE, [documentId]);
  await editor.update(ARTICLE, documentId, { title: 'Second' });
  await editor.publish(ARTICLE, documentId);
  expect((await equalOnBoth(pair, ARTICLE, [documentId])).live).toHaveLength(2);
  await editor.unpublish(ARTICLE, documentId);
  expect((await equalOnBoth(pair, ARTICLE, [documentId])).live).toHaveLength(1);
  await editor.remove(ARTICLE, documentId);
  await equalOnBoth(pair, ARTICLE, [documentId]);
  expect(await rowsOf(live, ARTICLE, [documentId])).toEqual([]);
});

allComesThrough(() => pair);

it('catches up after the site that it asks was down', async () => {
  const { staging, live, toStaging } = pair;
  const { documentId: gone } = await editor.create(ARTICLE, { title: 'Deleted before' });
  await equalOnBoth(pair, ARTICLE, [gone]);
  await staging.kill('SIGKILL');
  await settles(async () => expect((await linkOf(live)).failures).toBeGreaterThan(0));
  await staging.start();
  editor = await staging.editor();
  await editor.remove(ARTICLE, gone);
  const { documentId: made } = await editor.create(ARTICLE, { title: 'Made after' });
  await (await live.admin()).post(`/replication/links/${toStaging}/retry`, {});
  expect((await equalOnBoth(pair, ARTICLE, [made, gone])).live).toHaveLength(1);
  await settles(async () => expect(await linkOf(live)).toMatchObject({ failures: 0, lastError: null }));
});

it('is edited on both sides in turn', async () => {
  const { staging, live, toLive, toStaging } = pair;
  const both = everything([CATEGORY], 'BOTH');
  await share(staging, toLive, [...everything([ARTICLE, KITCHEN]), ...both]);
  await share(live, toStaging, both);
  const onLive = await live.editor();
  const { documentId } = await onLive.create(CATEGORY, { name: 'Made on live', slug: 'made-on-live' });
  await equalOnBoth(pair, CATEGORY, [documentId]);
  for (let turn = 0; turn < 3; turn += 1) {
    await editor.update(CATEGORY, documentId, { name: `Staging ${turn}`, slug: 'made-on-live' });
    await equalOnBoth(pair, CATEGORY, [documentId]);
    await onLive.update(CATEGORY, documentId, { name: `Live ${turn}`, slug: 'made-on-live' });
    const { staging: rows } = await equalOnBoth(pair, CATEGORY, [documentId]);
    expect(rows[0]!.fields.name).toBe(`Live ${turn}`);
  }
  const status = await (await staging.admin()).get(`/replication/entries/${CATEGORY}/${documentId}`);
  expect(status.data).toMatchObject({ diverged: false });
});

it('goes on where it was after it was killed', async () => {
  const { live } = pair;
  await live.kill('SIGKILL');
  const { documentId } = await editor.create(ARTICLE, { title: 'While nobody fetched' });
  expect(await linkOf(pair.staging)).toMatchObject({ fetching: 'there', failures: 0 });
  await live.start();
  await equalOnBoth(pair, ARTICLE, [documentId]);
});

it('is compared from its own page: the other one can not ask, and says so', async () => {
  const { staging, live, toLive, toStaging } = pair;
  const { data } = await (await live.admin()).post(`/replication/links/${toStaging}/compare`, {});
  expect(data).toMatchObject({ differentCount: 0 });
  expect(data.equal).toBeGreaterThan(3);
  const refused = (await staging.admin()).post(`/replication/links/${toLive}/compare`, {});
  const error = await refused.then(
    () => null,
    ({ status, body }: HttpError) => ({ status, code: (body as any).error.details.code })
  );
  expect(error).toEqual({ status: 400, code: 'FETCHES_ITSELF' });
  const tested = await (await staging.admin()).post(`/replication/links/${toLive}/test`, {});
  expect(tested.data).toMatchObject({ ok: true, cause: 'FETCHES', message: expect.stringContaining('fetches') });
});

it('hears by itself that the link is over', async () => {
  const { staging, live, toLive } = pair;
  await (await staging.admin()).delete(`/replication/links/${toLive}`);
  await eventually(async () => (await overview(live)).links.length === 0, {
    what: 'the site to hear that it is unlinked',
  });
});
