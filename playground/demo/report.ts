export interface Seen {
  what: string;
  result: string;
  milliseconds: number;
}

/** Runs checks one after the other and keeps what was seen; a failed check does not stop the next. */
export class Report {
  readonly rows: Seen[] = [];
  failed = 0;

  async check(what: string, look: () => Promise<string | void>): Promise<boolean> {
    const started = performance.now();
    let result: string;
    let ok = true;
    try {
      result = `ok${((text) => (text ? `: ${text}` : ''))(await look())}`;
    } catch (error) {
      ok = false;
      this.failed += 1;
      result = `FAILED: ${(error as Error).message}`;
    }
    const milliseconds = Math.round(performance.now() - started);
    this.rows.push({ what, result, milliseconds });
    console.log(`${ok ? '✓' : '✗'} ${what} (${milliseconds} ms)${ok ? '' : `\n  ${result}`}`);
    return ok;
  }

  print(): void {
    printTable(
      ['what', 'result', 'milliseconds'],
      this.rows.map(({ what, result, milliseconds }) => [what, result, milliseconds])
    );
    this.printSum();
  }

  printSum(): void {
    console.log(`\n${this.rows.length - this.failed} of ${this.rows.length} checks passed.`);
  }
}

/** Texts to the left, numbers to the right; of a text its first line, up to 90 characters. */
export const printTable = (heads: readonly string[], rows: readonly (readonly (string | number)[])[]): void => {
  const shown = (cell: string | number) => String(cell).split('\n')[0].slice(0, 90);
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => shown(row[column]).length)));
  const line = (cells: readonly (string | number)[], numbers: readonly boolean[]) =>
    cells
      .map((cell, at) => (numbers[at] ? shown(cell).padStart(widths[at]) : shown(cell).padEnd(widths[at])))
      .join('  ');
  const numbers = heads.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  console.log(`\n${line(heads, numbers)}`);
  for (const row of rows) console.log(line(row, numbers));
};
