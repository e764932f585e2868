import type { LinkTest } from '../engine';
import { Unreachable } from '../errors';
import type { Clock } from '../ports';
import type { LinkState, Row } from '../tables';
import type { LinkWire } from '../transport/wire';
import type { Exchange } from './exchange';

export interface TestOptions {
  wire: Pick<LinkWire, 'hello' | 'largestBody'>;
  exchange: Pick<Exchange, 'exchange'>;
  clock: Clock;
}

type Outcome = Omit<LinkTest, 'milliseconds'>;

/** A site that fetches keeps asking; one that was not here for so long is away. */
const AWAY_MS = 2 * 60_000;
/** What goes through in one request without anybody noticing that there is a limit. */
const ENOUGH_BYTES = 256 * 1024;

/**
 * Tries a link from the outside in, so that the first thing that does not work is the one that is named: name, network,
 * TLS and prefix by an unsigned question; signatures, clocks and keys by a signed one; size by a large one.
 */
export const testLink = async (row: Row<'links'>, options: TestOptions): Promise<Outcome> => {
  try {
    return await callLink(row, options);
  } catch (error) {
    if (row.fetching !== 'THERE' || !(error instanceof Unreachable)) throw error;
    const seen = row.last_contact_at ?? 0;
    const when = seen === 0 ? 'has not asked yet' : `asked last at ${new Date(seen).toISOString()}`;
    return {
      ok: options.clock.now() - seen < AWAY_MS,
      state: row.state,
      cause: 'FETCHES',
      message: `“${row.name}” can not be called from here, fetches its changes itself, and ${when}. (${error.message})`,
    };
  }
};

const callLink = async (row: Row<'links'>, { wire, exchange }: TestOptions): Promise<Outcome> => {
  await wire.hello(row.url);
  const state = await exchange.exchange(row);
  if (state !== 'REGISTERED') return { ok: false, state, cause: state, message: describe(state, row.name) };
  const bytes = await wire.largestBody({ id: row.id, url: row.url });
  const message = describe(state, row.name);
  if (bytes >= ENOUGH_BYTES) return { ok: true, state, cause: null, message };
  const limit = `Something before it lets no more than ${Math.floor(bytes / 1024)} KiB through at a time, so what is larger goes in pieces.`;
  return { ok: true, state, cause: 'SMALL_BODIES', message: `${message} ${limit}` };
};

const describe = (state: LinkState, name: string): string => {
  switch (state) {
    case 'REGISTERED':
      return `“${name}” answers, and both sites are linked.`;
    case 'REQUESTED':
      return `“${name}” answers. Its administrator has not accepted the link yet.`;
    case 'REQUESTING':
      return `“${name}” answers, and waits for you to accept the link.`;
    case 'REFUSED':
      return `“${name}” answers, and has refused the link.`;
    case 'UNLINKED':
      return `“${name}” answers, but the link is over.`;
  }
};
