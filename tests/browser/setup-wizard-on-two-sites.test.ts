import type { Browser, Page } from 'playwright-core';
import { assemble } from '../support/app';
import { startInstance, type Instance } from '../support/instance';
import { settles } from '../support/wait';
import { launchBrowser, visit, type Visit } from './chromium';

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

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();
const articles = async (site: Instance): Promise<string[]> => {
  const { data } = await site.rest().get('/api/articles?pagination[pageSize]=100&sort=documentId');
  return data.map(({ documentId }: { documentId: string }) => documentId);
};

it('leads two people from a link code to the first entries on live', async () => {
  const there = await openOn(live);
  await press(there.page, 'Create link code');
  const issued = there.page.getByRole('textbox', { name: 'Link code' });
  await issued.waitFor();

  const here = await openOn(staging);
  await press(here.page, 'I have a code');
  await here.page.getByRole('textbox', { name: 'Link code' }).fill(await issued.inputValue());
  await press(here.page, 'Continue');
  await press(here.page, 'Ask to be linked');
  await here.page.getByText('Waiting until the administrator of live accepts.').first().waitFor();

  await there.page.getByRole('dialog').getByText('staging asks to be linked').waitFor();
  await there.page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
  await there.page.getByRole('heading', { name: 'What is this link for?' }).waitFor();
  await there.page.getByText('Are entries edited on staging, and shown here?').waitFor();
  await press(there.page, 'Cancel');
  await there.page.getByText('Nothing is shared with staging yet.').waitFor();

  await here.page.getByText('live has accepted: both sites are linked.').waitFor();
  await here.page.getByRole('dialog').getByRole('button', { name: 'Set up sharing' }).click();
  await here.page.getByRole('radio', { name: 'staging → live', checked: true }).waitFor();
  await press(here.page, 'Continue');
  await here.page.getByText('Everything is compared.', { exact: true }).waitFor();
  const article = here.page.getByRole('region', { name: 'Article', exact: true });
  const count = (await articles(staging)).length;
  expect(count).toBeGreaterThan(0);
  await article.getByText(`${count} new`).waitFor();
  expect(await articles(live)).toEqual([]);
  await here.screenshot('two-sites-compare');
  await press(here.page, 'Continue');
  await press(here.page, 'Send');
  await here.page.getByRole('heading', { name: 'Sharing with live is set up' }).waitFor();
  await settles(async () => expect(await articles(live)).toEqual(await articles(staging)), { within: 90_000 });
  await here.page.getByText(/^(\d+) of \1 entries and files are up to date on live/).waitFor();
  await here.screenshot('two-sites-done');

  await there.page.getByText('staging has chosen what is shared. There is nothing to do here.').waitFor();
  await press(here.page, 'Done');
  await here.page.getByRole('region', { name: 'live', exact: true }).getByRole('button', { name: 'Compare' }).click();
  await here.page.getByRole('dialog').getByRole('button', { name: 'Compare contents' }).click();
  await here.page.getByText('Everything is compared.', { exact: true }).waitFor();
  await here.page.getByText('No entry is missing on live.').waitFor();
  expect([...here.complaints, ...there.complaints]).toEqual([]);
});
