import fs from 'node:fs';
import path from 'node:path';
import type { Effort } from '../../tests/browser/person';
import { ROOT } from '../../tests/support/app';

/** What a person does outside of the browser: reads how it is installed, and types. */
export class Desk {
  readonly effort: Effort = { clicks: 0, characters: 0, words: 0 };

  /** The README's part on installing, up to its table of settings. */
  readInstall(): void {
    const [, , part = ''] = /(^|\n)## Install\n([^]*?)\n### /.exec(
      fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8')
    ) ?? ['', '', ''];
    if (part === '') throw new Error('The README does not tell how it is installed.');
    this.effort.words += part.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
  }

  type(lines: readonly string[]): void {
    for (const line of lines) this.effort.characters += line.length + 1;
  }
}
