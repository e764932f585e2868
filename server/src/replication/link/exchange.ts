import { z } from 'zod';
import type { Json } from '../entity';
import { Refused, ReplicationError, Unreachable } from '../errors';
import type { Clock, Store, Unit } from '../ports';
import type { Fetching, LinkState, Row } from '../tables';
import type { LinkWire } from '../transport/wire';
import { readAddress } from './address';
import type { Identity } from './identity';
import { currentKey, keyChain, learnKeys } from './key-record';
import { fingerprintOf } from './keys';
import { findLink, moveLink, setUntold, untoldOf } from './rows';
import { afterBeingCalled, afterCalling, afterNotReaching } from './reach';
import { afterHearing } from './state';

/**
 * Two sites tell each other how they see their link. One question does it all: telling that we accepted or ended it,
 * asking whether they did, and learning each other's newer keys and addresses. Whatever is lost is told again.
 */
const statement = z.strictObject({
  state: z.enum(['REQUESTING', 'REQUESTED', 'REGISTERED', 'REFUSED', 'UNLINKED']),
  keys: keyChain,
  /** Where the sender is reached. Without it that stays as it was. */
  url: z.string().min(1).max(1000).optional(),
  /** In answers: the sender can not call whom it answers, who is to fetch. */
  fetch: z.boolean().optional(),
});

export interface ExchangeOptions {
  identity: Identity;
  store: Store;
  clock: Clock;
  wire: LinkWire;
  /** This site's address; '' where it has none. */
  site: { url: string };
  /** Told after commit when the state of a link has changed. */
  onChange?(link: string, state: LinkState): void;
  /** Told after commit when it has changed who calls whom. */
  onReach?(link: string): void;
}

const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 15 * 60_000;
/** Who waits for an answer asks no more seldom: perhaps it can not be told. */
const LAST_QUESTION_MS = 30_000;
/** So often links at rest are called, sooner at first: who cannot be called hears of it by an answer. */
const FIRST_REFRESH_MS = 15_000;
const LAST_REFRESH_MS = 10 * 60_000;

export const createExchange = (options: ExchangeOptions) => {
  const { identity, store, clock, wire, site } = options;
  const waiting = new Map<string, { attempts: number; at: number }>();
  const refreshed = new Map<string, { times: number; at: number }>();

  const say = (state: LinkState, more: { fetch?: boolean } = {}): Json => ({
    state,
    keys: identity.keys as unknown as Json,
    ...(site.url === '' ? {} : { url: site.url }),
    ...more,
  });

  interface Heard {
    state: LinkState;
    changed: boolean;
    fetching: Fetching | null;
    reachChanged: boolean;
  }

  /** Takes in what the other side said, by its own call or in answer to ours. Answers how it stands after it. */
  const hear = async (unit: Unit, link: string, given: unknown, by: 'call' | 'answer'): Promise<Heard> => {
    const parsed = statement.safeParse(given);
    if (!parsed.success) throw new Refused('BAD_LINK_STATE', 'The state of a link was not told in the form it has.');
    const row = await findLink(unit, link);
    if (!row) throw new Refused('NOT_LINKED', 'These two sites are not linked.');
    if (currentKey(parsed.data.keys).instance !== link) {
      throw new Refused('BAD_KEY_RECORD', 'The keys told are not those of the site that told them.');
    }
    await learnKeys(unit, parsed.data.keys);
    const now = clock.now();
    const reach = by === 'call' ? afterBeingCalled(row) : afterCalling(parsed.data.fetch);
    const { fetching } = { ...row, ...reach };
    await unit.tables.update('links', { id: link }, { last_contact_at: now, ...reach, ...whereNow(row, parsed.data) });
    const state = row.locked ? row.state : afterHearing(row.state, parsed.data.state);
    const heard = { state, changed: state !== row.state, fetching, reachChanged: fetching !== row.fetching };
    if (!heard.changed) return heard;
    await moveLink(unit, link, state, now);
    return heard;
  };

  /** What is new of how the other side is reached and recognised. A link's address from the configuration stays. */
  const whereNow = (row: Row<'links'>, { keys, url }: z.infer<typeof statement>): Partial<Row<'links'>> => {
    const fingerprint = fingerprintOf(currentKey(keys).key);
    const address = url === undefined || row.locked ? row.url : readAddress(url);
    return {
      ...(fingerprint === row.fingerprint ? {} : { fingerprint }),
      ...(address === row.url ? {} : { url: address, retry_at: 0 }),
    };
  };

  const heard = async (link: string, given: unknown, by: 'call' | 'answer'): Promise<Heard> => {
    const heard = await store.transaction((unit) => hear(unit, link, given, by));
    if (heard.changed) options.onChange?.(link, heard.state);
    if (heard.reachChanged) options.onReach?.(link);
    return heard;
  };

  /**
   * Tells and learns. Throws what the wire throws.
   *
   * @param atRest there is no news: who has forgotten a link that stands has perhaps lost its database, and a person is
   *   to see that before the rules are gone here, too.
   */
  const exchange = async (row: Row<'links'>, atRest = false): Promise<LinkState> => {
    let state: LinkState;
    try {
      const answer = await wire.exchangeState({ id: row.id, url: row.url }, say(row.state));
      ({ state } = await heard(row.id, answer, 'answer'));
    } catch (error) {
      if (atRest || !(error instanceof Refused) || error.code !== 'NOT_LINKED') throw error;
      state = await forgotten(row);
    }
    await store.transaction(async (unit) => {
      // Only what was told is settled: the state may have changed meanwhile.
      if ((await findLink(unit, row.id))?.state === row.state) await setUntold(unit, row.id, false);
      await unit.tables.update(
        'links',
        { id: row.id },
        { last_contact_at: clock.now(), last_error: null, failures: 0, retry_at: 0 }
      );
    });
    waiting.delete(row.id);
    return state;
  };

  /** They know of no link: as if they had told us that it is over. */
  const forgotten = async (row: Row<'links'>): Promise<LinkState> => {
    const state = row.locked ? row.state : afterHearing(row.state, 'UNLINKED');
    if (state !== row.state) {
      await store.transaction((unit) => moveLink(unit, row.id, state, clock.now()));
      options.onChange?.(row.id, state);
    }
    return state;
  };

  const postpone = (link: string, error?: unknown): void => {
    const attempts = (waiting.get(link)?.attempts ?? 0) + 1;
    const last = error === undefined ? LAST_QUESTION_MS : LAST_RETRY_MS;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), last);
    const asked = (error instanceof Unreachable && error.retryAfterMs) || 0;
    waiting.set(link, { attempts, at: clock.now() + Math.max(delay, asked) });
  };

  /** Whether a link at rest is to be called again. The first time it is seen it is not yet. */
  const isStale = (link: string): boolean => {
    const known = refreshed.get(link);
    if (!known) refresh(link, 0);
    return known !== undefined && known.at <= clock.now();
  };

  const refresh = (link: string, times = (refreshed.get(link)?.times ?? 0) + 1): void => {
    refreshed.set(link, { times, at: clock.now() + Math.min(FIRST_REFRESH_MS * 2 ** times, LAST_REFRESH_MS) });
  };

  const failed = async (row: Row<'links'>, error: ReplicationError): Promise<void> => {
    postpone(row.id, error);
    const message = error instanceof Unreachable ? error.message : `${error.code}: ${error.message}`;
    await store.transaction(async (unit) => {
      const now = await findLink(unit, row.id);
      const isUnreached = error instanceof Unreachable;
      // One that fetches needs no calls.
      if (!now || (isUnreached && now.fetching === 'THERE')) return;
      const patch = isUnreached ? afterNotReaching(now, message) : { last_error: message };
      await unit.tables.update('links', { id: row.id }, patch);
    });
  };

  /** Calls one that is due. Throws nothing of the wire's. */
  const call = async ({ row, untold }: { row: Row<'links'>; untold: boolean }): Promise<void> => {
    refresh(row.id);
    try {
      const state = await exchange(row, row.state === 'REGISTERED' && !untold);
      if (state === 'REQUESTED') postpone(row.id);
    } catch (error) {
      if (!(error instanceof ReplicationError)) {
        postpone(row.id, error);
        throw error;
      }
      await failed(row, error);
    }
  };

  const isDue = (row: Row<'links'>, untold: boolean): boolean => {
    if ((waiting.get(row.id)?.at ?? 0) > clock.now()) return false;
    const stale = row.state === 'REGISTERED' && isStale(row.id);
    // One that fetches is called now and then, in case that it can be called by now; it hears all else when it calls.
    if (row.fetching === 'THERE') return stale;
    return row.state === 'REQUESTED' || untold || stale || (row.state === 'REGISTERED' && row.fetching === 'DOUBTED');
  };

  return {
    exchange,

    /** Another site has told us its state: the answer is ours. */
    answer: async (link: string, given: unknown): Promise<Json> => {
      const { state, fetching } = await heard(link, given, 'call');
      waiting.delete(link);
      const fetch = fetching === 'THERE';
      if (fetch) await store.transaction((unit) => setUntold(unit, link, false));
      return say(state, { fetch });
    },

    /** Tells the other side at once, and again later where it can't be reached. */
    tell: async (row: Row<'links'>): Promise<void> => {
      await exchange(row).catch((error: unknown) => {
        if (!(error instanceof ReplicationError)) throw error;
        return failed(row, error);
      });
    },

    /**
     * Asks those we wait for, tells those who do not know yet, and looks after those at rest, all at the same time: one
     * that does not answer keeps no other waiting. To be called every few seconds; throws nothing of the wire's.
     */
    poll: async (): Promise<void> => {
      const due = await store.transaction(async (unit) => {
        const rows = await unit.tables.find('links', {});
        const untold = await untoldOf(unit, rows);
        return rows.map((row) => ({ row, untold: untold.has(row.id) })).filter(({ row, untold }) => isDue(row, untold));
      });
      const results = await Promise.allSettled(due.map(call));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
  };
};

export type Exchange = ReturnType<typeof createExchange>;
