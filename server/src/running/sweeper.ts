import type { Context } from '../replication/context';
import { restartSweep, sweepStep, type Depth, type SweepOptions } from '../replication/reconcile/sweep';
import { Worker } from './worker';

/** The rows of a site that is idle are looked at so slowly, page by page; right after a start without such pauses. */
const PAUSE_MS = 5_000;
/** So long after `strapi transfer` into this running site it is asked about at most. */
const CHECK_MS = 20_000;
/** A page is followed by a rest four times as long, so that saves are not kept waiting. */
const RHYTHM = { least: 5, most: 500, inBurst: 0 };

/** Looks at all rows for what was changed unseen: at the start, slowly ever after, and when somebody asks. */
export class Sweeper {
  readonly worker: Worker;
  /** Somebody waits for the pass that is under way; at first, the site's start. */
  private hurrying = true;
  private waiting: (() => void)[] = [];

  /** @param onPassed a pass that somebody waited for is over. */
  constructor(
    private readonly context: Context,
    private readonly options: () => SweepOptions,
    private readonly onPassed: () => void,
    onError: (error: unknown) => void
  ) {
    this.worker = new Worker(() => this.step(), onError, RHYTHM);
  }

  get inHurry(): boolean {
    return this.hurrying;
  }

  /** Looks at all rows anew, and resolves when that is done. */
  async sweep(depth: Depth): Promise<void> {
    await this.context.store.transaction((unit) => restartSweep(unit, depth));
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      this.hurrying = true;
      this.worker.poke();
    });
  }

  private async step(): Promise<number> {
    if (await sweepStep(this.context, this.options())) return this.hurrying ? 0 : PAUSE_MS;
    if (this.hurrying) this.onPassed();
    this.hurrying = false;
    for (const done of this.waiting.splice(0)) done();
    return CHECK_MS;
  }
}
