import path from 'node:path';
import { launchBrowser, visit } from '../../tests/browser/chromium';
import { ROOT } from '../../tests/support/app';
import { stopAllInstances, type Instance } from '../../tests/support/instance';
import { readAll } from '../../tests/support/deep-read';
import { atRest, link, startForPeople } from './pair';

const FOLDER = path.join(ROOT, 'docs', 'pictures');
const ARTICLE = 'api::article.article';

const makeCategories = async (strapi: any): Promise<string[]> => {
  const made: string[] = [];
  for (let n = 1; n <= 40; n += 1) {
    const data = { name: `Topic ${n}`, slug: `topic-${n}` };
    made.push((await strapi.documents('api::category.category').create({ data })).documentId);
  }
  return made;
};

const deleteCategories = async (strapi: any, ids: string[]): Promise<void> => {
  for (const documentId of ids.slice(3)) await strapi.documents('api::category.category').delete({ documentId });
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
        await page.screenshot({ path: path.join(FOLDER, `${name}-${theme}.png`) });
        await close();
      }
    };
    const themes = ['light', 'dark'] as const;
    for (const theme of themes) {
      await take(
        [
          [staging, 'sites', '/admin/plugins/replication', 'Live'],
          [staging, 'rules', '/admin/plugins/replication?tab=rules', 'Article'],
          [staging, 'entry', entry, 'Up to date'],
          [live, 'entry-read-only', entry, 'read-only'],
          [staging, 'list', `/admin/content-manager/collection-types/${ARTICLE}`, 'Up to date'],
        ],
        theme
      );
    }
    const made = await staging.run<string[]>(makeCategories);
    await atRest(staging, live);
    await staging.run(deleteCategories, made);
    for (const theme of themes) await take([[staging, 'paused', '/admin/plugins/replication', 'deleted']], theme);
  } finally {
    await browser.close();
    await stopAllInstances();
  }
};
