import type { Context } from '../replication/context';
import { CLAIM_LIMIT } from '../replication/queue/claim';
import { nextDue } from '../replication/queue/next-due';
import type { Row } from '../replication/tables';
import { startDelivery, type Delivery } from '../replication/transport/deliver';
import type { Wire } from '../replication/transport/wire';
import type { RightOfWay } from './right-of-way';
import { Worker } from './worker';

/** Where a request takes so long the next waits for its answer: it would be given up, as its time begins when it is sent. */
const SLOW_MS = 10_000;

/** One worker for each link: a slow or dead site holds up nobody else. */
export class Couriers {
  private readonly workers = new Map<string, Worker>();
  /** Milliseconds from when the last request was begun to its answers. */
  private readonly took = new Map<string, number>();
  private started = false;

  constructor(
    private readonly context: () => Context,
    private readonly wire: Wire,
    private readonly way: RightOfWay,
    private readonly onError: (error: unknown) => void
  ) {}

  poke(link: string): void {
    this.workers.get(link)?.poke();
  }

  start(): void {
    this.started = true;
    for (const worker of this.workers.values()) worker.start();
  }

  /** Takes on links that have come since. */
  follow(links: readonly Row<'links'>[]): void {
    for (const { id } of links) {
      if (this.workers.has(id)) continue;
      const worker: Worker = new Worker(() => this.run(id, worker), this.onError);
      this.workers.set(id, worker);
      if (this.started) worker.start();
    }
  }

  async stop(): Promise<void> {
    this.started = false;
    await Promise.all([...this.workers.values()].map((worker) => worker.stop()));
  }

  get idle(): boolean {
    return [...this.workers.values()].every(({ idle }) => idle);
  }

  private async run(link: string, worker: Worker): Promise<number> {
    // Looking whether there is anything takes three statements, claiming it ten.
    const idle = await nextDue(this.context(), link);
    if (idle > 0) return idle;
    await this.deliverAll(link, () => worker.isStopping);
    return worker.poked ? 0 : Math.max(await nextDue(this.context(), link), 10);
  }

  /**
   * Until less is due than goes into one request. While the other site works on one the next is made ready and sent, so that
   * it has not to wait for us; it takes them in their order. What refers to files goes when they have arrived.
   */
  private async deliverAll(link: string, isOver: () => boolean): Promise<void> {
    const errors: unknown[] = [];
    const keep = (error: unknown): null => (errors.push(error), null);
    let under: Promise<unknown> = Promise.resolve();
    for (let isFull = true; isFull && errors.length === 0 && !isOver();) {
      const began = performance.now();
      const next = await this.sendNext(link).catch(keep);
      const ended = next?.ended.catch(keep).finally(() => this.took.set(link, performance.now() - began));
      await under;
      under = Promise.resolve(ended);
      if (next?.hasFiles || (this.took.get(link) ?? 0) > SLOW_MS) await under;
      isFull = next !== null && next.count >= CLAIM_LIMIT;
    }
    await under;
    if (errors.length > 0) throw errors[0];
  }

  private sendNext(link: string): Promise<Delivery | null> {
    const { wire } = this;
    return this.way.first((errand) =>
      startDelivery(
        this.context(),
        {
          send: (...given) => errand(() => wire.send(...given)),
          ask: (...given) => wire.ask(...given),
          blobOffset: (...given) => errand(() => wire.blobOffset(...given)),
          sendBlob: (...given) => errand(() => wire.sendBlob(...given)),
        },
        link
      )
    );
  }
}
