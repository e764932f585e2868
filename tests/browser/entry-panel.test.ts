import type { Browser } from 'playwright-core';
import { assemble } from '../support/app';
import { startInstance, type Instance } from '../support/instance';
import { launchBrowser, visit, type Theme, type Visit } from './chromium';
import { answer, batch, entryStatus, failure } from './replication-answers';

let browser: Browser;
let staging: Instance;
let opened: Visit | null = null;
const ids: string[] = [];

const UID = 'api::author.author';

beforeAll(async () => {
  await assemble({ admin: true });
  staging = await startInstance({ name: 'staging', panel: true });
  for (const name of ['Ada', 'Ben', 'Cho']) {
    const { documentId } = await staging.run(
      (strapi, data) => strapi.documents('api::author.author').create({ data }),
      { name }
    );
    ids.push(documentId);
  }
  browser = await launchBrowser();
}, 600_000);

afterEach(async () => {
  await opened?.close();
  opened = null;
});

afterAll(() => browser?.close());

const openEntry = async (status: Parameters<typeof answer>[1][string], theme: Theme = 'light') => {
  opened = await visit(browser, staging, { theme });
  const retry = `POST /entries/${UID}/${ids[0]}/retry`;
  const calls = await answer(opened.page, { [`GET /entries/${UID}/${ids[0]}`]: status, [retry]: { retried: 1 } });
  await opened.page.goto(`/admin/content-manager/collection-types/${UID}/${ids[0]}`);
  await opened.page.getByRole('heading', { name: 'Linked sites' }).waitFor();
  return { ...opened, calls, retry };
};

describe('the panel beside an entry', () => {
  it.each(['light', 'dark'] as const)('tells the status on each site and retries, in the %s theme', async (theme) => {
    const { page, complaints, calls, retry, screenshot } = await openEntry(entryStatus(), theme);
    const live = page.getByRole('region', { name: 'Live' });
    await live.getByText('Up to date').waitFor();
    await live.getByText('Published only, Edited here').waitFor();
    expect(await live.getByRole('button').count()).toBe(0);
    const archive = page.getByRole('region', { name: 'Archive' });
    await archive.getByText('Waits for News (Category)').waitFor();
    await screenshot(`panel-${theme}`);
    await archive.getByRole('button', { name: 'Retry on Archive' }).click();
    await page.getByText('It is being tried again').waitFor();
    expect(calls).toContain(retry);
    expect(complaints).toEqual([]);
  });

  it('says where an entry is edited that is read-only here', async () => {
    const [live] = entryStatus().sites;
    const { page, screenshot } = await openEntry(
      entryStatus({
        sites: [{ ...live!, direction: 'RECEIVE_ONLY' }],
        lockedBy: { link: 'live', name: 'Live', url: 'https://live.example' },
      })
    );
    await page.getByText('Edited at Live, read-only here').waitFor();
    await screenshot('panel-locked');
  });

  it('says that an entry was edited on two sites', async () => {
    const { page, screenshot } = await openEntry(entryStatus({ diverged: true }));
    await page.getByText('Both versions are kept').waitFor();
    await screenshot('panel-diverged');
  });

  it('shows why a delivery failed', async () => {
    const [live] = entryStatus().sites;
    const failed = { ...live!, state: 'failed' as const, error: 'The other site does not know the field “slug”.' };
    const { page, screenshot } = await openEntry(entryStatus({ sites: [failed] }));
    await page.getByText('The other site does not know the field “slug”.').waitFor();
    await screenshot('panel-failed');
  });

  it('says what is wrong where the status cannot be read, and leaves the form alone', async () => {
    const { page, screenshot } = await openEntry(
      failure(400, 'Replication is not running on this site.', 'NOT_RUNNING')
    );
    await page.getByText('Replication is not running on this site.').waitFor();
    await page.getByRole('textbox', { name: 'name' }).waitFor();
    await screenshot('panel-error');
  });

  it('is not there for an entry that is not saved yet', async () => {
    opened = await visit(browser, staging);
    await opened.page.goto(`/admin/content-manager/collection-types/${UID}/create`);
    await opened.page.getByRole('textbox', { name: 'name' }).waitFor();
    expect(await opened.page.getByRole('heading', { name: 'Linked sites' }).count()).toBe(0);
  });
});

describe('the column in a list', () => {
  it('shows the most pressing state of each entry with one request for the page', async () => {
    opened = await visit(browser, staging);
    const { page, complaints, screenshot } = opened;
    const calls = await answer(page, {
      'POST /entries/status': (route) => batch(route.request().postDataJSON().documentIds),
    });
    await page.goto(`/admin/content-manager/collection-types/${UID}`);
    await page.getByText('Edited on two sites').waitFor();
    await page.getByText('Failed').waitFor();
    await screenshot('list-column');
    expect(calls.filter((call) => call === 'POST /entries/status')).toHaveLength(1);
    expect(complaints).toEqual([]);
  });
});
