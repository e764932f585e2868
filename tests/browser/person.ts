import type { Locator, Page } from 'playwright-core';

/** What somebody had to do in front of a screen. */
export interface Effort {
  clicks: number;
  /** Typed, not pasted. */
  characters: number;
  /** On the screens that were shown, each line once. */
  words: number;
}

const WORD = /[\p{L}\p{N}]/u;

/** What a person has before their eyes: the dialog that is open, else the page beside Strapi's menu. */
const visibleText = (page: Page): Promise<string> =>
  page.evaluate(() => {
    // A question may stand above another dialog.
    const dialog = [...document.querySelectorAll<HTMLElement>('[role="dialog"], [role="alertdialog"]')].at(-1);
    const shown = dialog ?? document.querySelector<HTMLElement>('main') ?? document.body;
    return shown.innerText;
  });

/**
 * Somebody who uses the admin panel. What they click and type goes through here and is counted, and before each of it
 * they read all that is shown and that they have not read before.
 */
export class Person {
  readonly effort: Effort = { clicks: 0, characters: 0, words: 0 };
  private readonly known = new Set<string>();

  constructor(readonly page: Page) {}

  /** Waits until the page shows this, and reads it. */
  async see(what: string | Locator): Promise<void> {
    const shown = typeof what === 'string' ? this.page.getByText(what) : what;
    await shown.first().waitFor();
    await this.readScreen();
  }

  async click(what: Locator): Promise<void> {
    await this.see(what);
    await this.leaveBy(what);
  }

  /** A click that goes elsewhere: nobody reads what they leave. */
  async leaveBy(what: Locator): Promise<void> {
    await what.first().click();
    this.effort.clicks += 1;
  }

  async reload(): Promise<void> {
    await this.page.reload();
    this.effort.clicks += 1;
  }

  /** A button by its whole name. */
  press(name: string, within: Page | Locator = this.page): Promise<void> {
    return this.click(within.getByRole('button', { name, exact: true }));
  }

  /** What stands in the field before is replaced. */
  async type(field: Locator, text: string): Promise<void> {
    await this.click(field);
    await field.fill(text);
    this.effort.characters += text.length;
  }

  async paste(field: Locator, text: string): Promise<void> {
    await this.click(field);
    await field.fill(text);
  }

  private async readScreen(): Promise<void> {
    for (const line of (await visibleText(this.page)).split('\n')) {
      const text = line.trim();
      if (this.known.has(text)) continue;
      this.known.add(text);
      this.effort.words += text.split(/\s+/).filter((word) => WORD.test(word)).length;
    }
  }
}
