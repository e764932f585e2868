import { z } from 'zod';
import type { Json } from '../entity';
import { Refused, ReplicationError, Unreachable } from '../errors';
import type { Clock, Store, Unit } from '../ports';
import type { LinkState, Row } from '../tables';
import type { LinkWire } from '../transport/wire';
import { readAddress } from './address';
import type { Identity } from './identity';
import { currentKey, keyChain, learnKeys } from './key-record';
import { fingerprintOf } from './keys';
import { endLink, findLink, setUntold, untoldOf } from './rows';
import { afterHearing, isOver } from './state';

/**
 * Two sites tell each other how they see their link. One question does it all: telling that we accepted or ended it,
 * asking whether they did, and learning each other's newer keys and addresses. Whatever is lost is told again.
 */
const statement = z.strictObject({
  state: z.enum(['REQUESTING', 'REQUESTED', 'REGISTERED', 'REFUSED', 'UNLINKED']),
  keys: keyChain,
  /** Where the sender is reached. Without it that stays as it was. */
  url: z.string().min(1).max(1000).optional(),
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
}

const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 15 * 60_000;

export const createExchange = (options: ExchangeOptions) => {
  const { identity, store, clock, wire, site } = options;
  const waiting = new Map<string, { attempts: number; at: number }>();

  const say = (state: LinkState): Json => ({
    state,
    keys: identity.keys as unknown as Json,
    ...(site.url === '' ? {} : { url: site.url }),
  });

  /** Takes in what the other side said. Answers our state after it. */
  const hear = async (unit: Unit, link: string, given: unknown): Promise<{ state: LinkState; changed: boolean }> => {
    const parsed = statement.safeParse(given);
    if (!parsed.success) throw new Refused('BAD_LINK_STATE', 'The state of a link was not told in the form it has.');
    const row = await findLink(unit, link);
    if (!row) throw new Refused('NOT_LINKED', 'These two sites are not linked.');
    if (currentKey(parsed.data.keys).instance !== link) {
      throw new Refused('BAD_KEY_RECORD', 'The keys told are not those of the site that told them.');
    }
    await learnKeys(unit, parsed.data.keys);
    const now = clock.now();
    await unit.tables.update('links', { id: link }, { last_contact_at: now, ...whereNow(row, parsed.data) });
    const state = row.locked ? row.state : afterHearing(row.state, parsed.data.state);
    if (state === row.state) return { state, changed: false };
    if (isOver(state)) await endLink(unit, link, state);
    else await unit.tables.update('links', { id: link }, { state, last_error: null });
    return { state, changed: true };
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

  const heard = async (link: string, given: unknown): Promise<LinkState> => {
    const { state, changed } = await store.transaction((unit) => hear(unit, link, given));
    if (changed) options.onChange?.(link, state);
    return state;
  };

  /** Tells and learns. Throws what the wire throws. */
  const exchange = async (row: Row<'links'>): Promise<LinkState> => {
    let state: LinkState;
    try {
      state = await heard(row.id, await wire.exchangeState({ id: row.id, url: row.url }, say(row.state)));
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'NOT_LINKED') throw error;
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
      await store.transaction((unit) => endLink(unit, row.id, state));
      options.onChange?.(row.id, state);
    }
    return state;
  };

  const postpone = (link: string, error?: unknown): void => {
    const attempts = (waiting.get(link)?.attempts ?? 0) + 1;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LAST_RETRY_MS);
    const asked = (error instanceof Unreachable && error.retryAfterMs) || 0;
    waiting.set(link, { attempts, at: clock.now() + Math.max(delay, asked) });
  };

  return {
    exchange,

    /** Another site has told us its state: the answer is ours. */
    answer: async (link: string, given: unknown): Promise<Json> => {
      const state = await heard(link, given);
      waiting.delete(link);
      return say(state);
    },

    /** Tells the other side at once, and again later where it can't be reached. */
    tell: async (row: Row<'links'>): Promise<void> => {
      await exchange(row).catch((error: unknown) => {
        if (!(error instanceof ReplicationError)) throw error;
        postpone(row.id, error);
      });
    },

    /** Asks those we wait for, and tells those who do not know yet. To be called every few seconds; throws nothing of the wire's. */
    poll: async (): Promise<void> => {
      const due = await store.transaction(async (unit) => {
        const rows = await unit.tables.find('links', {});
        const untold = await untoldOf(unit, rows);
        return rows.filter(
          ({ id, state }) => (state === 'REQUESTED' || untold.has(id)) && (waiting.get(id)?.at ?? 0) <= clock.now()
        );
      });
      for (const row of due) {
        try {
          const state = await exchange(row);
          if (state === 'REQUESTED') postpone(row.id);
        } catch (error) {
          postpone(row.id, error);
          if (!(error instanceof ReplicationError)) throw error;
          const message = error instanceof Unreachable ? error.message : `${error.code}: ${error.message}`;
          await store.transaction((unit) => unit.tables.update('links', { id: row.id }, { last_error: message }));
        }
      }
    },
  };
};

export type Exchange = ReturnType<typeof createExchange>;
