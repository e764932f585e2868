import type { Chance } from '../../../server/src/replication/ports';

/** Everything random in a simulated world comes from one seed (mulberry32), so that a schedule can be replayed. */
export class SeededChance implements Chance {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** In [0, 1). */
  fraction(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let index = 0; index < length; index += 1) bytes[index] = this.below(256);
    return bytes;
  }

  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  between(lowest: number, highest: number): number {
    return lowest + this.below(highest - lowest + 1);
  }

  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** Some of them, in random order. */
  some<T>(from: readonly T[], most: number): T[] {
    const rest = [...from];
    const picked: T[] = [];
    const count = this.below(Math.min(most, rest.length) + 1);
    while (picked.length < count) picked.push(...rest.splice(this.below(rest.length), 1));
    return picked;
  }

  /** Begins anew from a seed and a number: what is drawn from here on does not depend on what was drawn before. */
  restart(seed: number, number: number): void {
    this.state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca77)) >>> 0;
    this.state = this.below(4_294_967_296);
  }

  /** A source of its own, so that more draws in one place do not shift another. */
  fork(): SeededChance {
    return new SeededChance(this.below(4_294_967_296));
  }
}
