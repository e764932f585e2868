import type { Page } from 'playwright-core';

/** Nothing moves any more; what turns for ever is not waited for. */
export const still = (page: Page): Promise<unknown> =>
  page.evaluate(() => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    // One that is taken back has ended, too.
    return Promise.allSettled(ending.map(({ finished }) => finished)).then(() => null);
  });

/** Has an open page drawn in a theme. The panel draws all of it anew, which lets what is open fade in once more. */
export const drawIn = async (page: Page, colorScheme: 'light' | 'dark'): Promise<void> => {
  await page.emulateMedia({ colorScheme });
  await page.waitForFunction((isDark) => {
    const [red] = getComputedStyle(document.body).backgroundColor.match(/\d+/) ?? [];
    return Number(red) < 128 === isDark;
  }, colorScheme === 'dark');
  await still(page);
};
