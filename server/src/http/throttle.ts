import { Refused } from '../replication/errors';
import type { Clock } from '../replication/ports';
import type { GateLimits } from './limits';

const MINUTE = 60_000;
const MOST_ADDRESSES = 10_000;

export class TooManyRequests extends Refused {
  constructor(readonly retryAfterSeconds: number) {
    super('TOO_MANY_REQUESTS', 'Too many requests at once. Try again shortly.');
  }
}

/**
 * Keeps strangers cheap and one link from taking all. Counts are in memory: this is about load, not about rights.
 *
 * Behind a proxy all requests may come from one address. So an address that keeps failing is closed only to senders
 * that have never been verified: a linked site behind the same proxy goes on.
 */
export const createThrottle = (limits: GateLimits, clock: Clock) => {
  const failures = new Map<string, { count: number; since: number }>();
  const trusted = new Set<string>();
  const running = new Map<string, number>();
  let total = 0;

  const failuresOf = (address: string): number => {
    const entry = failures.get(address);
    return entry && clock.now() - entry.since < MINUTE ? entry.count : 0;
  };

  return {
    /** Throws where the address has failed too often, unless the sender has been verified before. */
    admit: (address: string, sender: unknown): void => {
      if (failuresOf(address) < limits.failuresPerMinute) return;
      if (typeof sender === 'string' && trusted.has(sender)) return;
      throw new TooManyRequests(60);
    },
    failed: (address: string): void => {
      const count = failuresOf(address);
      if (count > 0) failures.get(address)!.count += 1;
      else {
        if (failures.size >= MOST_ADDRESSES) failures.clear();
        failures.set(address, { count: 1, since: clock.now() });
      }
    },
    verified: (sender: string): void => {
      if (trusted.size >= MOST_ADDRESSES) trusted.clear();
      trusted.add(sender);
    },
    /** Runs `work` where there is room for one more of this link. */
    within: async <T>(link: string, work: () => Promise<T>): Promise<T> => {
      const mine = running.get(link) ?? 0;
      if (total >= limits.concurrent || mine >= limits.concurrentPerLink) throw new TooManyRequests(1);
      total += 1;
      running.set(link, mine + 1);
      try {
        return await work();
      } finally {
        total -= 1;
        const left = running.get(link)! - 1;
        if (left === 0) running.delete(link);
        else running.set(link, left);
      }
    },
  };
};

export type Throttle = ReturnType<typeof createThrottle>;
