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
    const cut = (text: string) => text.split('\n')[0].slice(0, 90);
    const width = (of: (row: Seen) => string) => Math.max(...this.rows.map((row) => of(row).length), 6);
    const what = width((row) => row.what);
    const result = width((row) => cut(row.result));
    console.log(`\n${'what'.padEnd(what)}  ${'result'.padEnd(result)}  milliseconds`);
    for (const row of this.rows) {
      console.log(
        `${row.what.padEnd(what)}  ${cut(row.result).padEnd(result)}  ${String(row.milliseconds).padStart(12)}`
      );
    }
    console.log(`\n${this.rows.length - this.failed} of ${this.rows.length} checks passed.`);
  }
}
