import type { Browser } from 'playwright-core';
import { startFreshSite, type FreshSite } from '../support/fresh-site';
import { startInstance, type Instance } from '../support/instance';
import { linkSites, share } from '../support/link';
import { settles } from '../support/wait';
import { launchBrowser, visit } from './chromium';

const AUTHOR = 'api::author.author';

let fresh: FreshSite;
let other: Instance;
let browser: Browser;

beforeAll(async () => {
  fresh = await startFreshSite();
  other = await startInstance({ name: 'other' });
  browser = await launchBrowser();
}, 900_000);

afterAll(async () => {
  await browser?.close();
  await fresh?.stop();
});

describe('the packed plugin, installed into a fresh app of the official template', () => {
  it('is on without any configuration', async () => {
    const { plugins } = await (await fresh.admin()).get('/admin/plugins');
    expect(plugins.map(({ name }: { name: string }) => name)).toContain('replication');
    expect(fresh.logs()).not.toMatch(/error/i);
  });

  it('receives an entry from another site, and an edit of it', async () => {
    const { second } = await linkSites(other, fresh as Instance);
    const toFresh = (await linked()).id;
    expect(second).toBeTruthy();
    await share(other, toFresh, [{ scope: 'type', uid: AUTHOR, level: 'EVERYTHING', direction: 'SEND_ONLY' }]);
    const editor = await other.editor();
    const { documentId } = await editor.create(AUTHOR, { name: 'Ada', email: 'ada@site.example' });
    const there = await fresh.editor();
    await settles(async () => expect((await there.read(AUTHOR, documentId)).name).toBe('Ada'));
    await editor.update(AUTHOR, documentId, { name: 'Ada Lovelace' });
    await settles(async () => expect((await there.read(AUTHOR, documentId)).name).toBe('Ada Lovelace'));
  });

  it('shows its page and the panel beside an entry, without complaints of the browser', async () => {
    const { page, complaints, screenshot, close } = await visit(browser, fresh as Instance);
    await page.goto('/admin/plugins/replication');
    await page.getByText('other').first().waitFor();
    await screenshot('fresh-page');
    const { results } = await (await fresh.admin()).get(`/content-manager/collection-types/${AUTHOR}`);
    await page.goto(`/admin/content-manager/collection-types/${AUTHOR}/${results[0].documentId}`);
    await page.getByRole('heading', { name: 'Linked sites' }).waitFor();
    await page.getByRole('region', { name: 'other' }).waitFor();
    await screenshot('fresh-panel');
    expect(complaints).toEqual([]);
    await close();
  });
});

const linked = async (): Promise<{ id: string }> =>
  (await (await other.admin()).get('/replication/overview')).data.links[0];
