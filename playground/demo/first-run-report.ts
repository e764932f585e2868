import type { Effort } from '../../tests/browser/person';
import { HOW_ESTIMATED, secondsOf, since, sumOf } from './effort';
import { printTable, Report, type Seen } from './report';

/** What a step is about: the last two are in a browser, in Strapi's own screens and in those of Replication. */
export type Part = 'pack' | 'create' | 'install' | 'seed' | 'build' | 'boot' | 'panel' | 'replication';

export class StepFailed extends Error {}

/** Steps that rest on one another, with what each asks of people and of the machine. */
export class FirstRunReport {
  private readonly report = new Report();
  private readonly steps: { part: Part; effort: Effort }[] = [];

  /** @param efforts what everybody has done so far. */
  constructor(private readonly efforts: () => Effort[]) {}

  /** Throws {@link StepFailed} where it fails: nothing after it could be seen. */
  async step(part: Part, what: string, look: () => Promise<string | void>): Promise<void> {
    const before = sumOf(this.efforts());
    const ok = await this.report.check(what, look);
    this.steps.push({ part, effort: since(sumOf(this.efforts()), before) });
    if (!ok) throw new StepFailed(what);
  }

  print(): void {
    printTable(
      ['what', 'result', 'clicks', 'typed', 'words', 'person s', 'machine s'],
      this.report.rows.map(({ what, result, milliseconds }, at) => {
        const { effort } = this.steps[at];
        const { clicks, characters, words } = effort;
        return [
          what,
          result,
          clicks,
          characters,
          words,
          Math.round(secondsOf(effort)),
          Math.round(milliseconds / 1000),
        ];
      })
    );
    const all = sumOf(this.steps.map(({ effort }) => effort));
    const person = this.byPart((_, at) => secondsOf(this.steps[at].effort));
    const machine = this.byPart(({ milliseconds }) => milliseconds / 1000);
    console.log(
      [
        '',
        `A person's part: ${person}.`,
        `  Estimated from ${all.clicks} clicks, ${all.characters} characters and ${all.words} words: ${HOW_ESTIMATED}.`,
        `The machine's part: ${machine}.`,
      ].join('\n')
    );
    this.report.printSum();
  }

  private byPart(secondsFor: (row: Seen, at: number) => number): string {
    const parts = new Map<Part, number>();
    for (const [at, row] of this.report.rows.entries()) {
      const { part } = this.steps[at];
      parts.set(part, (parts.get(part) ?? 0) + secondsFor(row, at));
    }
    const total = [...parts.values()].reduce((sum, seconds) => sum + seconds, 0);
    const each = [...parts].filter(([, seconds]) => seconds >= 0.5);
    return `${(total / 60).toFixed(1)} minutes (${each.map(([part, seconds]) => `${part} ${Math.round(seconds)} s`).join(', ')})`;
  }
}
