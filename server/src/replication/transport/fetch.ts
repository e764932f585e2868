import { receive } from '../apply/receive';
import type { Verifier } from '../apply/verify';
import type { Context } from '../context';
import type { Json } from '../entity';
import { Refused } from '../errors';
import { compareWith } from '../reconcile/compare';
import type { Row } from '../tables';
import { linkAnswered, linkFailed } from './deliver';
import { fetchBytes, type BytesOptions } from './fetch-bytes';
import { readHandedOut, type FetchQuestion } from './fetch-protocol';
import type { FetchWire, Wire } from './wire';

/** What is told with the next request. It is lost with the process: then the other side gives the same again. */
export type Untold = Pick<FetchQuestion, 'lease' | 'answers' | 'compared'>;
export const NOTHING_TO_TELL: Untold = { lease: null, answers: [], compared: false };

export interface FetchOptions extends BytesOptions {
  context: Context;
  verifier: Verifier;
  wire: Wire & FetchWire;
  /** Whether a comparison that the other side asks for is made now: it reads all that is shared, and is asked for as it likes. */
  mayCompare?(): boolean;
  /** Told how much came. */
  count(link: string, what: { messages?: number; bytes?: number }): Promise<void>;
  /** Told when an answer has come that holds something. */
  onGiven?(): void;
  /** Told after something was taken in. */
  onReceived(): void;
  /** The other side says that the two are not linked. */
  onNotLinked(link: Row<'links'>): Promise<void>;
  /** Told where the other side can call by now. */
  onReach(link: string): void;
}

/**
 * - `some`: something came, there may be more; `none`: there was nothing;
 * - `resting`: nothing was asked, or in vain: not before so many milliseconds.
 */
export type Fetched = { what: 'some' | 'none'; untold: Untold } | { what: 'resting'; untold: Untold; ms: number };

const RESTING_MS = 10_000;

/**
 * Asks a linked site that can not call this one for what it has, takes that in, and keeps the answers for the next
 * request. See `README.md`, "Fetching".
 */
export const fetchOnce = async (
  options: FetchOptions,
  linkId: string,
  untold: Untold,
  wait: { ms: number; signal?: AbortSignal }
): Promise<Fetched> => {
  const { context, wire } = options;
  const link = await fetchingLink(context, linkId);
  if (!link) return { what: 'resting', untold, ms: RESTING_MS };
  const restsFor = Math.max(link.retry_at - context.clock.now(), await options.restsFor(link.id));
  if (restsFor > 0) return { what: 'resting', untold, ms: Math.min(restsFor, RESTING_MS) };
  try {
    const question = { wait: wait.ms, ...untold };
    const peer = { id: link.id, url: link.url };
    const answer = await wire.fetch(peer, question as unknown as Json, wait.signal);
    await options.count(link.id, { messages: answer.messages, bytes: answer.bytes });
    const next = await takeIn(options, link, readHandedOut(answer.given));
    await linkAnswered(context, link);
    return next;
  } catch (error) {
    if (wait.signal?.aborted) return { what: 'resting', untold, ms: RESTING_MS };
    if (error instanceof Refused && error.code === 'NOT_LINKED') {
      await options.onNotLinked(link);
      // A link from the configuration does not end by it.
      return { what: 'resting', untold, ms: RESTING_MS };
    }
    await linkFailed(context, link, error);
    return { what: 'resting', untold, ms: 0 };
  }
};

const fetchingLink = (context: Context, id: string): Promise<Row<'links'> | null> =>
  context.store.transaction(async ({ tables }) => {
    const [link] = await tables.find('links', { id });
    return link && link.state === 'REGISTERED' && !link.paused && link.fetching === 'HERE' ? link : null;
  });

const takeIn = async (
  options: FetchOptions,
  link: Row<'links'>,
  { lease, messages, fetch, compare }: ReturnType<typeof readHandedOut>
): Promise<Fetched> => {
  const { context, verifier, wire } = options;
  if (!fetch) await stopFetching(options, link);
  let answers: FetchQuestion['answers'] = [];
  if (messages.length > 0 || compare) options.onGiven?.();
  if (messages.length > 0) {
    const texts = messages.map(({ message }) => message);
    // What is not answered is given again; bytes that came go on where they were.
    if (!(await fetchBytes(options, link, texts))) {
      return { what: 'resting', untold: NOTHING_TO_TELL, ms: RESTING_MS };
    }
    const answered = await receive(context, verifier, link, texts);
    options.onReceived();
    // A receipt is the other side's own, and goes back as it came.
    answers = messages.map(({ receipt }, index) => ({
      receipt: receipt as never,
      answer: answered[index] as unknown as Json,
    }));
  }
  // Asked for too soon it is not made: the other side, which is told of none, asks again.
  const compares = compare && (options.mayCompare?.() ?? true);
  if (compares) await compareWith(context, wire, link, true);
  const untold = { lease: answers.length > 0 ? lease : null, answers, compared: compares };
  return { what: answers.length > 0 || compares ? 'some' : 'none', untold };
};

/** The other side can call by now. What it has given all the same is taken in. */
const stopFetching = async ({ context, onReach }: FetchOptions, { id }: Row<'links'>): Promise<void> => {
  await context.store.transaction(({ tables }) => tables.update('links', { id, fetching: 'HERE' }, { fetching: null }));
  onReach(id);
};
