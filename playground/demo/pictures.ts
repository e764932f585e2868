import path from 'node:path';
import { launchBrowser, visit } from '../../tests/browser/chromium';
import { ROOT } from '../../tests/support/app';
import { stopAllInstances, type Instance } from '../../tests/support/instance';
import { readAll } from '../../tests/support/deep-read';
import { atRest, link, startForPeople } from './pair';

const FOLDER = path.join(ROOT, 'docs', 'pictures');
const ARTICLE = 'api::article.article';

/** Forty categories, sent, and all but three of them deleted: more than goes unasked. */
const makeCategories = async (site: Instance): Promise<string[]> => {
  const made: string[] = [];
  for (let n = 1; n <= 40; n += 1) {
    const { data } = await site.rest().post('/api/categories', { data: { name: `Topic ${n}`, slug: `topic-${n}` } });
    made.push(data.documentId);
  }
  return made;
};

const deleteMost = async (site: Instance, ids: string[]): Promise<void> => {
  for (const id of ids.slice(3)) await site.rest().delete(`/api/categories/${id}`);
};

/** The screens as an editor sees them, in light and dark, into docs/pictures. */
export const takePictures = async (): Promise<void> => {
  const browser = await launchBrowser();
  try {
    const { staging, live } = await startForPeople();
    await link(staging, live);
    await atRest(staging, live);
    const [article] = await readAll(staging, ARTICLE, { status: 'draft', depth: 0 });
    const entry = `/admin/content-manager/collection-types/${ARTICLE}/${article.documentId}`;
    const take = async (screens: readonly (readonly [Instance, string, string, string])[], theme: 'light' | 'dark') => {
      for (const [site, name, address, waitFor] of screens) {
        const { page, close } = await visit(browser, site, { theme });
        await page.goto(address);
        await page
          .getByText(waitFor)
          .first()
          .waitFor({ timeout: 30_000 })
          .catch((error: unknown) => console.warn(name, String(error).slice(0, 200)));
        await page.waitForLoadState('networkidle');
        // Strapi's own announcement is not what the pictures are of.
        const announcement = page.getByRole('button', { name: /^close/i });
        if (await announcement.isVisible()) await announcement.click();
        // A box on the homepage may be below others.
        await page.getByText(waitFor).first().scrollIntoViewIfNeeded();
        await page.screenshot({ path: path.join(FOLDER, `${name}-${theme}.png`) });
        await close();
      }
    };
    const themes = ['light', 'dark'] as const;
    for (const theme of themes) {
      await take(
        [
          [staging, 'home', '/admin', 'Linked sites'],
          [staging, 'sites', '/admin/plugins/replication', 'Live'],
          [staging, 'rules', '/admin/plugins/replication?tab=rules', 'Article'],
          [staging, 'entry', entry, 'Up to date'],
          [live, 'entry-read-only', entry, 'read-only'],
          [staging, 'list', `/admin/content-manager/collection-types/${ARTICLE}`, 'Up to date'],
        ],
        theme
      );
    }
    const made = await makeCategories(staging);
    await atRest(staging, live);
    await deleteMost(staging, made);
    for (const theme of themes) await take([[staging, 'paused', '/admin/plugins/replication', 'deleted']], theme);
  } finally {
    await browser.close();
    await stopAllInstances();
  }
};
