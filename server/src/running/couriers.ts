import type { Context } from '../replication/context';
import { CLAIM_LIMIT } from '../replication/queue/claim';
import { nextDue } from '../replication/queue/next-due';
import type { Row } from '../replication/tables';
import { deliver } from '../replication/transport/deliver';
import type { Wire } from '../replication/transport/wire';
import type { Errand, RightOfWay } from './right-of-way';
import { Worker } from './worker';

/** The second lane has nothing to look for by itself. */
const UNTIL_POKED_MS = 3_600_000;

/**
 * Two lanes for each link: a slow or dead site holds up nobody else, and while it works on one full request the next is
 * made ready and sent.
 */
export class Couriers {
  private readonly lanes = new Map<string, [first: Worker, second: Worker]>();
  private started = false;

  constructor(
    private readonly context: () => Context,
    private readonly wire: Wire,
    private readonly way: RightOfWay,
    private readonly onError: (error: unknown) => void
  ) {}

  poke(link: string): void {
    this.lanes.get(link)?.[0].poke();
  }

  start(): void {
    this.started = true;
    for (const [first] of this.lanes.values()) first.start();
  }

  /** Takes on links that have come since. */
  follow(links: readonly Row<'links'>[]): void {
    for (const { id } of links) {
      if (this.lanes.has(id)) continue;
      const first: Worker = new Worker(() => this.run(id, first, second), this.onError);
      const second: Worker = new Worker(async () => {
        await this.deliverAll(id, second, first);
        return UNTIL_POKED_MS;
      }, this.onError);
      this.lanes.set(id, [first, second]);
      if (this.started) first.start();
    }
  }

  async stop(): Promise<void> {
    this.started = false;
    await Promise.all(this.workers().map((worker) => worker.stop()));
  }

  get idle(): boolean {
    return this.workers().every(({ idle }) => idle);
  }

  private workers(): Worker[] {
    return [...this.lanes.values()].flat();
  }

  private async run(link: string, first: Worker, second: Worker): Promise<number> {
    // Looking whether there is anything takes three statements, claiming it ten.
    const idle = await nextDue(this.context(), link);
    if (idle > 0) return idle;
    await this.deliverAll(link, first, second);
    return first.poked ? 0 : Math.max(await nextDue(this.context(), link), 10);
  }

  /** Until less is due than goes into one request. The other lane goes on as well once there was a full one. */
  private async deliverAll(link: string, own: Worker, other: Worker): Promise<void> {
    await this.way.first(async (errand) => {
      const wire = errands(this.wire, errand);
      const send: Wire['send'] = (peer, messages) => {
        if (messages.length >= CLAIM_LIMIT) {
          other.start();
          other.poke();
        }
        return wire.send(peer, messages);
      };
      while ((await deliver(this.context(), { ...wire, send }, link)) >= CLAIM_LIMIT && !own.isStopping);
    });
  }
}

/** Everything that is asked of another site is an errand. */
const errands = (wire: Wire, errand: Errand): Wire => ({
  send: (...given) => errand(() => wire.send(...given)),
  ask: (...given) => errand(() => wire.ask(...given)),
  blobOffset: (...given) => errand(() => wire.blobOffset(...given)),
  sendBlob: (...given) => errand(() => wire.sendBlob(...given)),
});
