import type { Overview } from '../../server/src/contracts';
import { PRIMARY_KEYS } from '../../server/src/replication/tables';
import { defaultDatabase } from '../support/databases';
import { startInstance, type Instance } from '../support/instance';
import { linkSites, overview, share } from '../support/link';
import { png } from '../support/png';
import { restClient, type HttpError } from '../support/rest';
import { settles } from '../support/wait';
import { rowsOf } from './rows';
import { ARTICLE, atRest, CATEGORY, equalOnBoth, everything, FILE, startPair, type Pair } from './sites';

/** Where the database is a server, the site that leaves is two processes, as behind a balancer. */
const isServer = defaultDatabase() !== 'sqlite';
const SHARED = [ARTICLE, CATEGORY];

let pair: Pair;
let second: Instance | null = null;
/** Of this site, which only receives it. */
let received: string;
/** Of the other site, which only receives it. */
let sent: string;

const leave = async (site: Instance, body: object): Promise<Overview> =>
  (await (await site.admin()).post('/replication/site/leave', body)).data;
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => null,
    ({ status, body }: HttpError) => ({ status, ...(body as any).error.details })
  );
const contentOf = (site: Instance) => Promise.all([...SHARED, FILE].map((uid) => rowsOf(site, uid)));
const processes = () => [pair.staging, ...(second ? [second] : [])];

/** How many rows there are in each of the plugin's tables that has any. */
const kept = (site: Instance): Promise<Record<string, number>> =>
  site.run(async (strapi, names: string[]) => {
    const counts: Record<string, number> = {};
    for (const name of names) {
      const [{ n }] = await strapi.db.connection(`replication_${name}`).count({ n: '*' });
      if (Number(n) > 0) counts[name] = Number(n);
    }
    return counts;
  }, Object.keys(PRIMARY_KEYS));

/** What a site has after its first start, when nobody has done anything with it. */
const FRESH = { settings: expect.any(Number), signing_keys: 1 };

beforeAll(async () => {
  pair = await startPair(everything(SHARED));
  if (isServer) second = await startInstance({ name: 'staging-2', beside: pair.staging });
  const { staging, live, toStaging } = pair;
  const onStaging = await staging.editor();
  const onLive = await live.editor();
  const file = await onStaging.upload('cover.png', png(40, 20, [20, 90, 160]), 'image/png');
  const category = await onStaging.create(CATEGORY, { name: 'News', slug: 'news' });
  sent = category.documentId;
  const article = await onStaging.create(ARTICLE, { title: 'Hello', cover: file.id, category: sent });
  await onStaging.publish(ARTICLE, article.documentId);
  await equalOnBoth(pair, ARTICLE);
  // And something the other way.
  await share(live, toStaging, everything(['api::page.page']));
  received = (await onLive.create('api::page.page', { title: 'From live' })).documentId;
  await equalOnBoth(pair, 'api::page.page', [received]);
}, 300_000);

describe('leaving', () => {
  it('is refused without its permission, also to who may link sites', async () => {
    const { staging } = pair;
    const { data } = await (
      await staging.admin()
    ).post('/admin/admin-tokens', {
      name: 'links',
      description: '',
      lifespan: null,
      adminPermissions: ['read', 'links.manage'].map((one) => ({ action: `plugin::replication.${one}` })),
    });
    const links = restClient(staging.url, () => ({ authorization: `Bearer ${data.accessKey}` }));
    expect(await refusal(links.post('/replication/site/leave', { name: 'staging' }))).toMatchObject({ status: 403 });
    expect((await overview(staging)).links).toHaveLength(1);
  });

  it('is refused with the name of another site, or none', async () => {
    const { staging } = pair;
    expect(await refusal(leave(staging, { name: 'live' }))).toMatchObject({ status: 400, code: 'NAME_DIFFERS' });
    expect(await refusal(leave(staging, {}))).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
    expect((await overview(staging)).links).toHaveLength(1);
  });

  it('ends the links and keeps everything where a site cannot be told', async () => {
    const { staging, live } = pair;
    await live.kill();
    expect(await refusal(leave(staging, { name: 'staging' }))).toMatchObject({
      status: 400,
      code: 'SITES_NOT_TOLD',
      sites: ['live'],
    });
    expect((await overview(staging)).links).toEqual([]);
    expect((await kept(staging)).revisions).toBeGreaterThan(0);
    await live.start();
    expect((await overview(live)).links).toHaveLength(1);
  });

  it('leaves content as it is on both sites, tells the other, and removes all that the plugin kept', async () => {
    const { staging, live } = pair;
    const before = await Promise.all([contentOf(staging), contentOf(live)]);
    const identity = (await overview(staging)).site!;

    const { site, links, problems } = await leave(staging, { name: 'staging' });
    expect({ links, problems }).toEqual({ links: [], problems: [] });
    expect(site).toMatchObject({ name: 'staging', url: identity.url });
    expect(site!.id).not.toBe(identity.id);
    const { id, fingerprint } = site!;
    for (const one of processes()) {
      await settles(async () => expect((await overview(one)).site).toMatchObject({ id, fingerprint }));
    }
    expect(await kept(staging)).toEqual(FRESH);
    expect(await Promise.all([contentOf(staging), contentOf(live)])).toEqual(before);
    expect((await overview(live)).links).toEqual([]);
  });

  it('frees on both sites what could only be edited on the other', async () => {
    const { staging, live } = pair;
    const onStaging = await staging.editor();
    const onLive = await live.editor();
    await onStaging.update('api::page.page', received, { title: 'Edited on staging' });
    await settles(() => onLive.update(CATEGORY, sent, { name: 'Edited on live', slug: 'news' }) as Promise<never>);
    expect((await rowsOf(live, CATEGORY, [sent]))[0]!.fields.name).toBe('Edited on live');
  });

  it('records nothing afterwards, in any process, and stays so over a restart', async () => {
    for (const one of processes()) {
      await one.run(
        "return strapi.documents('api::category.category').create({ data: { name: args, slug: args } })",
        one.name
      );
      // Another process has rested, and sees within ten seconds that it can go on.
      await settles(() => one.run("await strapi.plugin('replication').service('engine').settled()"));
    }
    expect(await kept(pair.staging)).toEqual(FRESH);
    const { site } = await overview(pair.staging);
    await pair.staging.restart();
    expect((await overview(pair.staging)).site).toEqual(site);
    expect(await kept(pair.staging)).toEqual(FRESH);
  });

  it('starts again as a new site, which is linked and shares like any other', async () => {
    const { staging, live } = pair;
    const { first } = await linkSites(staging, live);
    await share(staging, first, everything(SHARED, 'BOTH'));
    await atRest(staging, live);
    const made = await (await staging.editor()).create(CATEGORY, { name: 'Anew', slug: 'anew' });
    await equalOnBoth(pair, CATEGORY, [made.documentId]);
  });

  it('is taken up again after a crash, by who presses again', async () => {
    const { staging } = pair;
    // As a process leaves it that dies between telling the other sites and the removal.
    for (const { id } of (await overview(staging)).links) {
      await (await staging.admin()).delete(`/replication/links/${id}`);
    }
    expect((await kept(staging)).revisions).toBeGreaterThan(0);
    await staging.run(async (strapi) => {
      const value = String(Date.now() + 600_000);
      await strapi.db.connection('replication_settings').insert({ name: 'leaving', value });
    });
    await staging.restart('SIGKILL');
    const found = await overview(staging);
    expect(found.problems).toMatchObject([{ code: 'LEAVING', message: expect.stringContaining('again') }]);
    expect(found.site?.name).toBe('staging');
    expect((await fetch(`${staging.url}/api/replication/v1/hello`)).status).toBe(503);
    expect(await refusal((await staging.admin()).post('/replication/links/codes', {}))).toMatchObject({
      code: 'LEAVING',
    });
    const { site, problems } = await leave(staging, { name: 'staging' });
    expect(problems).toEqual([]);
    expect(site?.id).not.toBe(found.site?.id);
    expect(await kept(staging)).toEqual(FRESH);
  });

  it('loses no save that is made meanwhile', async () => {
    const { staging, live } = pair;
    await linkSites(staging, live);
    const { links } = await overview(staging);
    await share(staging, links[0]!.id, everything(SHARED));
    await atRest(staging, live);
    const saves = staging.run<string[]>(async (strapi) => {
      const made: string[] = [];
      for (let n = 0; n < 60; n += 1) {
        const data = { name: `Meanwhile ${n}`, slug: `meanwhile-${n}` };
        made.push((await strapi.documents('api::category.category').create({ data })).documentId);
      }
      return made;
    });
    const left = leave(staging, { name: 'staging' });
    const [made] = await Promise.all([saves, left]);
    expect(new Set((await rowsOf(staging, CATEGORY, made)).map(({ documentId }) => documentId)).size).toBe(60);
    await staging.run("await strapi.plugin('replication').service('engine').settled()");
    expect(await kept(staging)).toEqual(FRESH);
  });
});
