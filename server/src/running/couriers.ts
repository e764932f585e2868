import type { Context } from '../replication/context';
import { CLAIM_LIMIT } from '../replication/queue/claim';
import { nextDue } from '../replication/queue/next-due';
import type { Row } from '../replication/tables';
import { deliver } from '../replication/transport/deliver';
import type { Wire } from '../replication/transport/wire';
import { Worker } from './worker';

/** One worker for each link: a slow or dead site holds up nobody else. */
export class Couriers {
  private readonly workers = new Map<string, Worker>();
  private started = false;

  constructor(
    private readonly context: () => Context,
    private readonly wire: Wire,
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
    while ((await deliver(this.context(), this.wire, link)) >= CLAIM_LIMIT);
    return worker.poked ? 0 : Math.max(await nextDue(this.context(), link), 10);
  }
}
