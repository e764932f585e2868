import { Unreachable } from '../../../server/src/replication/errors';
import type { SeededChance } from './chance';

interface Packet {
  from: string;
  to: string;
  arrive(): void;
  lose(): void;
}

/** Everything on its way between sites. The world decides when a packet arrives, and whether it does. */
export class Network {
  private packets: Packet[] = [];
  private readonly cut = new Set<string>();
  /** Ways that nobody mends: who is behind a firewall is called by nobody. */
  private readonly closed = new Set<string>();

  /** Resolves when the packet arrives; fails as a broken connection does. */
  transit(from: string, to: string): Promise<void> {
    if (this.isCut(from, to)) return Promise.reject(new Unreachable('The connection is cut.'));
    return new Promise((resolve, reject) =>
      this.packets.push({ from, to, arrive: resolve, lose: () => reject(new Unreachable('The connection broke.')) })
    );
  }

  get busy(): boolean {
    return this.packets.length > 0;
  }

  deliverOne(chance: SeededChance, lossRate: number): void {
    if (this.packets.length === 0) return;
    const [packet] = this.packets.splice(chance.below(this.packets.length), 1) as [Packet];
    if (this.isCut(packet.from, packet.to) || chance.happens(lossRate)) packet.lose();
    else packet.arrive();
  }

  /** From now on nobody gets a request from one site to the other; answers come back. */
  close(from: string, to: string): void {
    this.closed.add(`${from} ${to}`);
  }

  isClosed(from: string, to: string): boolean {
    return this.closed.has(`${from} ${to}`);
  }

  /** Everything to and from a site breaks off, as when its process dies. */
  breakOff(site: string): void {
    const broken = this.packets.filter(({ from, to }) => from === site || to === site);
    this.packets = this.packets.filter((packet) => !broken.includes(packet));
    for (const packet of broken) packet.lose();
  }

  setCut(a: string, b: string, isCut: boolean): void {
    if (isCut) this.cut.add(pairOf(a, b));
    else this.cut.delete(pairOf(a, b));
  }

  heal(): void {
    this.cut.clear();
  }

  private isCut(a: string, b: string): boolean {
    return this.cut.has(pairOf(a, b));
  }
}

const pairOf = (a: string, b: string): string => [a, b].sort().join(' ');
