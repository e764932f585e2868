import { LONGEST_WAIT_MS } from '../replication/transport/fetch-protocol';
import { fetchOnce, NOTHING_TO_TELL, type FetchOptions, type Untold } from '../replication/transport/fetch';
import type { Row } from '../replication/tables';
import { Worker } from './worker';

/** A site that asks for one comparison after another is compared with no more often. */
const COMPARED_APART_MS = 600_000;

/** A site that answers at once though it was to wait is not asked in a loop. */
const LEAST_APART_MS = 5_000;

/** One worker for each linked site that can not call this one: it keeps a request open there, which brings what there is. */
export class Pollers {
  private readonly pollers = new Map<string, Poller>();
  private started = false;

  constructor(
    private readonly options: FetchOptions,
    private readonly onError: (error: unknown) => void
  ) {}

  start(): void {
    this.started = true;
    for (const poller of this.pollers.values()) poller.worker.start();
  }

  /** Takes on links from which this site fetches by now, and leaves those from which it does not any more. */
  follow(links: readonly Row<'links'>[]): void {
    const fetching = new Set(links.filter((link) => link.fetching === 'HERE').map(({ id }) => id));
    for (const [id, poller] of this.pollers) {
      if (fetching.has(id)) continue;
      this.pollers.delete(id);
      // Not waited for: bytes of a file may be on their way, as slowly as the other site likes.
      poller.stop().catch(this.onError);
    }
    for (const id of fetching) {
      if (this.pollers.has(id)) continue;
      const poller = new Poller(id, this.options, this.onError);
      this.pollers.set(id, poller);
      if (this.started) poller.worker.start();
    }
  }

  /** Something is to be asked at once: an answer is waited for elsewhere. */
  poke(): void {
    for (const poller of this.pollers.values()) poller.worker.poke();
  }

  async stop(): Promise<void> {
    this.started = false;
    await Promise.all([...this.pollers.values()].map((poller) => poller.stop()));
  }

  /** Nothing that came is being taken in; keeping a request open is rest. */
  get idle(): boolean {
    return [...this.pollers.values()].every(({ idle }) => idle);
  }
}

class Poller {
  readonly worker: Worker;
  private untold: Untold = NOTHING_TO_TELL;
  private waiting: AbortController | null = null;
  /** The last answer was that there is nothing. */
  private emptied = false;
  private comparedAt = -Infinity;

  constructor(
    private readonly link: string,
    private readonly options: FetchOptions,
    onError: (error: unknown) => void
  ) {
    this.worker = new Worker(() => this.run(), onError);
  }

  get idle(): boolean {
    return this.worker.idle || this.waiting !== null;
  }

  async stop(): Promise<void> {
    this.waiting?.abort();
    await this.worker.stop();
  }

  private async run(): Promise<number> {
    const began = performance.now();
    const control = new AbortController();
    const ms = this.emptied ? LONGEST_WAIT_MS : 0;
    if (this.emptied) this.waiting = control;
    const options = {
      ...this.options,
      onGiven: () => (this.waiting = null),
      mayCompare: () => this.mayCompare(performance.now()),
    };
    const fetched = await fetchOnce(options, this.link, this.untold, { ms, signal: control.signal }).finally(
      () => (this.waiting = null)
    );
    this.untold = fetched.untold;
    if (fetched.what === 'resting') return fetched.ms;
    const hadWaited = this.emptied;
    this.emptied = fetched.what === 'none';
    if (!this.emptied || !hadWaited) return 0;
    return Math.max(0, LEAST_APART_MS - (performance.now() - began));
  }

  private mayCompare(now: number): boolean {
    if (now - this.comparedAt < COMPARED_APART_MS) return false;
    this.comparedAt = now;
    return true;
  }
}
