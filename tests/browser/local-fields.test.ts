import type { Browser } from 'playwright-core';
import { assemble } from '../support/app';
import { startInstance, type Instance } from '../support/instance';
import { linkSites, share } from '../support/link';
import { png } from '../support/png';
import { settles } from '../support/wait';
import { atRest, everything, PLAIN } from '../pair/sites';
import { launchBrowser, visit, type Visit } from './chromium';

/*
 * Two real sites. Entries of a type are edited on staging, and one of their fields is each site's own.
 */
const contentTypes = { [PLAIN]: { localFields: ['integer'] } };
const env = { REPLICATION_CONFIG: JSON.stringify({ allowPrivateAddresses: true, contentTypes }) };

let browser: Browser;
let staging: Instance;
let live: Instance;
let open: Visit | null = null;
let documentId: string;

beforeAll(async () => {
  await assemble({ admin: true });
  [staging, live] = await Promise.all([
    startInstance({ name: 'staging', env }),
    startInstance({ name: 'live', panel: true, env }),
  ]);
  const { first } = await linkSites(staging, live);
  await share(staging, first, everything([PLAIN]));
  const editor = await staging.editor();
  const image = await editor.upload('pixel.png', png(40, 30, [200, 30, 30]), 'image/png');
  ({ documentId } = await editor.create(PLAIN, {
    string: 'of staging',
    richtext: '# Title',
    json: { a: [1, { b: null }] },
    decimal: 1.5,
    biginteger: '12345678901234',
    date: '2026-11-29',
    datetime: '2026-11-29T10:30:00.000Z',
    time: '10:30:00.000',
    boolean: true,
    picture: image.id,
    gallery: [image.id],
    simple: { label: 'of staging', amount: 3 },
    simples: [{ label: 'one' }, { label: 'two' }],
    zone: [
      { __component: 'kitchen.nested', title: 'in the zone', one: { label: 'inner' }, picture: image.id },
      { __component: 'shared.rich-text', body: 'b' },
    ],
  }));
  await atRest(staging, live);
  browser = await launchBrowser();
}, 900_000);

afterAll(async () => {
  await open?.close();
  await browser?.close();
});

const OF_EVERY_SAVE = { updatedAt: expect.anything(), updatedBy: expect.anything() };
const versions = () =>
  live.run<number>(
    "return strapi.db.connection('replication_revisions').count('* as n').first().then(({ n }) => Number(n))"
  );

const entry = () =>
  live.run<Record<string, unknown>>(
    "return strapi.documents('api::kitchen-plain.kitchen-plain').findOne({ documentId: args, populate: '*' })",
    documentId
  );

it('is saved in the content manager alone, and nothing else of the entry is', async () => {
  await settles(async () => expect(await entry()).toMatchObject({ string: 'of staging' }));
  const before = await entry();
  const known = await versions();
  open = await visit(browser, live);
  const { page, complaints, screenshot } = open;
  await page.goto(`/admin/content-manager/collection-types/${PLAIN}/${documentId}`);
  await page.getByText('Edited at staging, read-only here').waitFor();
  await page.getByText('Save changes to them alone: integer').waitFor();
  await page.locator('input[name="integer"]').fill('42');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved document').waitFor();
  await screenshot('local-field-saved');
  expect(await entry()).toEqual({ ...before, integer: 42, ...OF_EVERY_SAVE });
  expect(complaints).toEqual([]);

  await page.locator('input[name="integer"]').fill('43');
  await page.getByRole('textbox', { name: 'string', exact: true }).fill('of live');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('This entry is edited at staging and is read-only here.').waitFor();
  expect(await entry()).toMatchObject({ string: 'of staging', integer: 42 });
  await atRest(staging, live);
  expect(await entry()).toMatchObject({ string: 'of staging', integer: 42 });
  // It is no edit of what is shared.
  expect(await versions()).toBe(known);
});
