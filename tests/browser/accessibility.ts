import type { Locator } from 'playwright-core';

const CONTROL = /^\s*- (button|checkbox|combobox|link|option|tab|textbox)\b(?! ")/;

/** What can be operated in here and has no name that a screen reader could say, as lines of Playwright's ARIA snapshot. */
export const unnamedControls = async (place: Locator): Promise<string[]> =>
  (await place.ariaSnapshot()).split('\n').filter((line) => CONTROL.test(line));
