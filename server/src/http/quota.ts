import { Refused } from '../replication/errors';
import type { Clock, Store } from '../replication/ports';
import { TooManyRequests } from './throttle';

/** What one link may send. Days are days of UTC. */
export interface QuotaLimits {
  /** Lasting; for a moment twice as many are taken. Counted in each process by itself: it is about load. */
  requestsPerSecond: number;
  /** Counted in the database, for all processes together: a restart gives nobody a new day. */
  messagesPerDay: number;
  bytesPerDay: number;
}

export const DEFAULT_QUOTA: QuotaLimits = {
  requestsPerSecond: 500,
  messagesPerDay: 5_000_000,
  bytesPerDay: 100 * 1024 ** 3,
};

const DAY_MS = 86_400_000;
/** So much may be counted in memory alone: what a crash forgets, and another process does not know of yet. */
const MOST_PENDING = { messages: 100, bytes: 1024 * 1024 };
/** After so long what other processes counted is looked up again. */
const FRESH_MS = 10_000;

export class OverQuota extends Refused {
  constructor(
    readonly retryAfterSeconds: number,
    what: string
  ) {
    super('OVER_QUOTA', `The other site takes no more ${what} from this one today. The rest is sent tomorrow.`);
  }
}

interface Usage {
  day: string;
  messages: number;
  bytes: number;
}
interface Counted {
  stored: Usage;
  pending: { messages: number; bytes: number };
  readAt: number;
}

export const createQuota = (limits: QuotaLimits, store: Store, clock: Clock) => {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const counts = new Map<string, Counted>();
  const today = () => new Date(clock.now()).toISOString().slice(0, 10);

  const read = async (link: string, day: string): Promise<Usage> => {
    const [row] = await store.transaction(({ tables }) => tables.find('link_usage', { link, day }));
    return { day, messages: row?.messages ?? 0, bytes: row?.bytes ?? 0 };
  };

  const countedOf = async (link: string): Promise<Counted> => {
    const day = today();
    const known = counts.get(link);
    if (known?.stored.day === day && clock.now() - known.readAt < FRESH_MS) return known;
    const stored = await read(link, day);
    const pending = known?.stored.day === day ? known.pending : { messages: 0, bytes: 0 };
    const counted = { stored, pending, readAt: clock.now() };
    counts.set(link, counted);
    return counted;
  };

  const write = async (link: string, counted: Counted): Promise<void> => {
    const { day } = counted.stored;
    const { messages, bytes } = counted.pending;
    counted.pending = { messages: 0, bytes: 0 };
    try {
      counted.stored = await store.transaction(async ({ tables }) => {
        await tables.remove('link_usage', { link, day: { not: day } });
        await tables.insert('link_usage', [{ link, day, messages: 0, bytes: 0 }], 'ignore');
        await tables.lock('link_usage', { link, day });
        const [row] = await tables.find('link_usage', { link, day });
        const sum = { messages: row!.messages + messages, bytes: row!.bytes + bytes };
        await tables.update('link_usage', { link, day }, sum);
        return { day, ...sum };
      });
    } catch (error) {
      counted.pending.messages += messages;
      counted.pending.bytes += bytes;
      throw error;
    }
  };

  return {
    /** Throws where a link asks faster than it may, in whatever way. */
    admitRequest: (link: string): void => {
      const { requestsPerSecond: rate } = limits;
      const now = clock.now();
      const most = Math.max(1, 2 * rate);
      const bucket = buckets.get(link) ?? { tokens: most, at: now };
      bucket.tokens = Math.min(most, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * rate);
      bucket.at = now;
      buckets.set(link, bucket);
      if (bucket.tokens < 1) throw new TooManyRequests(Math.ceil((1 - bucket.tokens) / rate));
      bucket.tokens -= 1;
    },

    /** Throws where a link has sent what it may send in a day. */
    admitMore: async (link: string): Promise<void> => {
      const { stored, pending } = await countedOf(link);
      const over = (name: 'messages' | 'bytes', most: number) => stored[name] + pending[name] >= most;
      const untilTomorrow = Math.ceil((DAY_MS - (clock.now() % DAY_MS)) / 1000);
      if (over('messages', limits.messagesPerDay)) throw new OverQuota(untilTomorrow, 'messages');
      if (over('bytes', limits.bytesPerDay)) throw new OverQuota(untilTomorrow, 'data');
    },

    /** Counts what came in, whatever becomes of it. */
    count: (link: string, what: { messages?: number; bytes?: number }): void => {
      const pending = counts.get(link)?.pending;
      if (!pending) return;
      pending.messages += what.messages ?? 0;
      pending.bytes += what.bytes ?? 0;
    },

    /** Writes down what was counted, where that has become worth it. */
    settle: async (link: string): Promise<void> => {
      const counted = counts.get(link);
      if (!counted) return;
      const { messages, bytes } = counted.pending;
      const worth =
        messages > Math.min(MOST_PENDING.messages, limits.messagesPerDay / 100) ||
        bytes > Math.min(MOST_PENDING.bytes, limits.bytesPerDay / 100);
      if (worth) await write(link, counted);
    },
  };
};

export type Quota = ReturnType<typeof createQuota>;
