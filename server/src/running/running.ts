import type { Composition } from './compose';
import { Worker } from './worker';

/** How often a process looks whether it still fits its database: an answer given in another process holds here too. */
export const WATCH_MS = 10_000;

/**
 * Replication of this process, built anew where what it was built on has changed in the database: whose it is, and
 * where it is at home. The watch has the asynchronous context of the start, which the next composition needs.
 */
export class Running {
  /** The last one that was built; also while the next is being built, so that no save goes unmarked. */
  private latest: Composition | null = null;
  private current: Composition | null = null;
  private started = false;
  private waiting: (() => void)[] = [];
  private readonly watch: Worker;

  constructor(
    private readonly build: (takenUp: () => Promise<void>) => Promise<Composition>,
    onError: (error: unknown) => void
  ) {
    this.watch = new Worker(() => this.look(), onError);
  }

  get composition(): Composition | null {
    return this.current;
  }

  isTracked(uid: string): boolean {
    return this.latest?.tracked.has(uid) ?? false;
  }

  poke(): void {
    this.current?.poke();
  }

  /** Throws what keeps it from being built. */
  async prepare(): Promise<Composition> {
    this.current = await this.build(() => this.takenUp());
    this.latest = this.current;
    return this.current;
  }

  start(): void {
    this.started = true;
    this.current?.start();
    this.watch.start();
  }

  async stop(): Promise<void> {
    const { current } = this;
    this.current = null;
    await this.watch.stop();
    await current?.stop();
  }

  /** Resolves when what was committed before has been looked at. */
  private takenUp(): Promise<void> {
    if (!this.started) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.watch.poke();
    });
  }

  private async look(): Promise<number> {
    const waiting = this.waiting.splice(0);
    try {
      if (this.current === null || (await this.current.isOutdated())) await this.rebuild();
    } finally {
      for (const done of waiting) done();
    }
    return WATCH_MS;
  }

  /** From now until the next is there nobody is answered, and nothing is sent. */
  private async rebuild(): Promise<void> {
    const { current } = this;
    this.current = null;
    await current?.stop();
    (await this.prepare()).start();
  }
}
