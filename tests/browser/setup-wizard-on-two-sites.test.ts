import type { Browser } from 'playwright-core';
import { assemble } from '../support/app';
import { startInstance, type Instance } from '../support/instance';
import { settles } from '../support/wait';
import { launchBrowser, visit, type Visit } from './chromium';
import { Person } from './person';
import { compareBeforeSending, finish, linkByCode, send } from './setup-walk';

/*
 * Two real sites, and two people who have never linked any: one has content, the other has none.
 */
let browser: Browser;
let staging: Instance;
let live: Instance;
const visits: Visit[] = [];

beforeAll(async () => {
  await assemble({ admin: true });
  [staging, live] = await Promise.all([
    startInstance({ name: 'staging', panel: true, seed: 'content' }),
    startInstance({ name: 'live', panel: true, seed: 'empty' }),
  ]);
  browser = await launchBrowser();
}, 900_000);

afterAll(async () => {
  for (const one of visits) await one.close();
  await browser?.close();
});

const openOn = async (site: Instance): Promise<Visit> => {
  const visited = await visit(browser, site);
  // Real sites on a busy machine: what is waited for here is more than a page.
  visited.page.setDefaultTimeout(90_000);
  visits.push(visited);
  await visited.page.goto('/admin/plugins/replication');
  return visited;
};

const articles = async (site: Instance): Promise<string[]> => {
  const { data } = await site.rest().get('/api/articles?pagination[pageSize]=100&sort=documentId');
  return data.map(({ documentId }: { documentId: string }) => documentId);
};

it('leads two people from a link code to the first entries on live', async () => {
  const there = await openOn(live);
  const here = await openOn(staging);
  const both = {
    staging: { site: 'staging', person: new Person(here.page) },
    live: { site: 'live', person: new Person(there.page) },
  };
  await linkByCode(both);

  await compareBeforeSending(both);
  const count = (await articles(staging)).length;
  expect(count).toBeGreaterThan(0);
  await here.page.getByRole('region', { name: 'Article', exact: true }).getByText(`${count} new`).waitFor();
  expect(await articles(live)).toEqual([]);
  await here.screenshot('two-sites-compare');

  await send(both);
  await settles(async () => expect(await articles(live)).toEqual(await articles(staging)), { within: 90_000 });
  await here.screenshot('two-sites-done');
  await finish(both);

  await here.page.getByRole('region', { name: 'live', exact: true }).getByRole('button', { name: 'Compare' }).click();
  await here.page.getByRole('dialog').getByRole('button', { name: 'Compare contents' }).click();
  await here.page.getByText('Everything is compared.', { exact: true }).waitFor();
  await here.page.getByText('No entry is missing on live.').waitFor();
  expect([...here.complaints, ...there.complaints]).toEqual([]);
});
