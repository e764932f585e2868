import type { Page } from 'playwright-core';

/** The panel as it is for a role that lacks all actions whose names begin so. The server still knows the administrator. */
export const withoutPermission = async (page: Page, beginning: string): Promise<void> => {
  await page.route('**/admin/users/me/permissions', async (route) => {
    const response = await route.fetch().catch(() => null);
    // The page was closed meanwhile.
    if (!response) return;
    const { data } = (await response.json()) as { data: { action: string }[] };
    await route.fulfill({ response, json: { data: data.filter(({ action }) => !action.startsWith(beginning)) } });
  });
};
