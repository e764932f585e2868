import { FILE_UID } from '../entity';
import type { Context } from '../context';
import { Refused, ReplicationError, Unreachable } from '../errors';
import type { DomainEvent } from '../events';
import type { Json } from '../entity';
import { eachOf } from '../each-of';
import { fileHashes } from '../file-names';
import { renewIncarnation } from '../incarnation';
import { claim, giveBack, type Claim, type FreshClaim } from '../queue/claim';
import { settle } from '../queue/settle';
import type { Files, Unit } from '../ports';
import type { Row } from '../tables';
import { composeMessages } from './compose-messages';
import { answerSchema, isUpdate, type Answer, type Message } from './message';
import type { Wire } from './wire';

/** The longest a link that cannot be reached is left alone, unless it asked for more. */
export const MAX_BACKOFF_MS = 15 * 60_000;
const FIRST_BACKOFF_MS = 500;
/** The other side takes only so many requests of a link at once, of all our processes, and not all of them are for files. */
const FILES_AT_ONCE = 2;

/** A delivery that is on its way. */
export interface Delivery {
  /** How many entries it is about. */
  count: number;
  /** What refers to these files waits for their answers: they may not have arrived. */
  hasFiles: boolean;
  /** When its answers are settled, or all is back in the queue. */
  ended: Promise<void>;
}

/**
 * Delivers to one link: claims, reads what is wanted, sends. Answers when the last of it goes, as the next may be made ready
 * while the other site works on this; the caller waits for `ended`. See `README.md`, "Delivering".
 *
 * @returns null when nothing was due or the link is to be left alone.
 */
export const startDelivery = async (context: Context, wire: Wire, linkId: string): Promise<Delivery | null> => {
  const link = await readyLink(context, linkId);
  if (!link) return null;
  const { taken, messages } = await context.store.transaction((unit) => takeUp(context, unit, linkId));
  const count = taken.replicas.length;
  if (count === 0) return null;
  try {
    await sendBytes(context, wire, link, messages);
  } catch (error) {
    await release(context, link, taken, error);
    return null;
  }
  let sent = (): void => undefined;
  const last = new Promise<void>((resolve) => (sent = resolve));
  const ended = sendMessages(context, wire, link, { taken, messages }, sent);
  await Promise.race([last, ended.catch(() => undefined)]);
  return { count, hasFiles: messages.some(({ entity }) => entity.uid === FILE_UID), ended };
};

const sendMessages = async (
  context: Context,
  wire: Wire,
  link: Row<'links'>,
  { taken, messages }: { taken: Claim; messages: readonly Message[] },
  onLast: () => void
): Promise<void> => {
  try {
    const answers = await wire.send({ id: link.id, url: link.url }, messages as unknown as Json[], onLast);
    await linkAnswered(context, link);
    await settleAnswers(context, link, taken, answers.map(readAnswer));
  } catch (error) {
    // Whatever it was: nobody else would send it again.
    await release(context, link, taken, error);
  }
};

/** Claims what is due for a link, and reads what is to be said of it. */
export const takeUp = async (
  context: Context,
  unit: Unit,
  link: string
): Promise<{ taken: FreshClaim; messages: Message[] }> => {
  const claimed = await claim(context, unit, link);
  const messages = await composeMessages(context, unit.tables, claimed.replicas);
  await giveBack(unit, claimed, claimed.replicas.slice(messages.length));
  return { taken: { ...claimed, replicas: claimed.replicas.slice(0, messages.length) }, messages };
};

/** One that fetches is not called. */
const readyLink = (context: Context, id: string): Promise<Row<'links'> | null> =>
  context.store.transaction(async ({ tables }) => {
    const [link] = await tables.find('links', { id });
    if (!link || link.state !== 'REGISTERED' || link.paused || link.fetching === 'THERE') return null;
    return link.retry_at <= context.clock.now() ? link : null;
  });

/** What the other side answered to a message. */
export const readAnswer = (answer: Json): Answer => {
  const parsed = answerSchema.safeParse(answer);
  return parsed.success
    ? parsed.data
    : {
        status: 'refused',
        code: 'BAD_ANSWER',
        message: 'The other site gave an answer that this version does not understand.',
      };
};

/** Files first: bytes that the other side got from us, or gave us, are never sent again. */
const sendBytes = async (
  context: Context,
  wire: Wire,
  link: Row<'links'>,
  messages: readonly Message[]
): Promise<void> => {
  const hashes = [...new Set(messages.flatMap(hashesOf))];
  await sendMissing(context, wire, link, hashes);
};

const sendMissing = async (
  context: Context,
  wire: Wire,
  link: Row<'links'>,
  hashes: readonly string[]
): Promise<void> => {
  if (hashes.length === 0) return;
  const had = await context.store.transaction(({ tables }) =>
    tables.find('link_blobs', { link: link.id, hash: hashes })
  );
  const hadHashes = new Set(had.map(({ hash }) => hash));
  const sent: string[] = [];
  try {
    await eachOf(
      hashes.filter((hash) => !hadHashes.has(hash)),
      FILES_AT_ONCE,
      async (hash) => {
        if (await sendFile(context, wire, link, hash)) sent.push(hash);
      }
    );
  } finally {
    const noted = sent.map((hash) => ({ link: link.id, hash }));
    if (noted.length > 0) await context.store.transaction(({ tables }) => tables.insert('link_blobs', noted, 'ignore'));
  }
};

/** Answers whether the other side has it now. */
const sendFile = async (context: Context, wire: Wire, link: Row<'links'>, hash: string): Promise<boolean> => {
  try {
    const first = await openFile(context, link, hash);
    if (!first) return false;
    first.stream.destroy();
    await wire.sendBlob({ id: link.id, url: link.url }, hash, async (from) => {
      const opened = await openFile(context, link, hash, from);
      if (!opened) throw new Refused('FILE_GONE', 'A file was removed while it was being sent.');
      return opened;
    });
    return true;
  } catch (error) {
    // One file that cannot be read, or that the other side will not take, stops nobody else: its entry is answered
    // `held`, and says so.
    if (error instanceof Refused) return false;
    throw error;
  }
};

/** What this site's own disk or provider says of one file stops no other one. */
const openFile = (context: Context, link: Row<'links'>, hash: string, from = 0): ReturnType<Files['open']> =>
  context.files.open(hash, from).catch((error: unknown) => {
    if (error instanceof ReplicationError) throw error;
    context.observer.notice({ type: 'defect', link: link.id, error });
    throw new Refused('FILE_UNREADABLE', 'A file cannot be read here.');
  });

/** The bytes that a message is of no use without. */
export const hashesOf = (message: Message): string[] => {
  if (!isUpdate(message) || message.entity.uid !== FILE_UID) return [];
  return message.revisions
    .filter((_, index) => index === message.revisions.length - 1)
    .flatMap(({ parts }) => Object.values(parts).flatMap(({ value }) => fileHashes(value.fields ?? {})));
};

export const settleAnswers = async (
  context: Context,
  link: Pick<Row<'links'>, 'id'>,
  taken: Claim,
  answers: readonly Answer[]
): Promise<void> => {
  const events: DomainEvent[] = [];
  const settled = await context.store.transaction((unit) => {
    events.length = 0;
    return settle(context, unit, taken, answers, events);
  });
  if (settled.heardIncarnation !== null) await renewIncarnation(context.store, context.clock, settled.heardIncarnation);
  if (settled.missingBytes.length > 0) {
    await context.store.transaction(({ tables }) =>
      tables.remove('link_blobs', { link: link.id, hash: settled.missingBytes })
    );
  }
  for (const event of events) context.observer.notice(event);
};

export const linkAnswered = async (context: Context, link: Row<'links'>): Promise<void> => {
  const now = context.clock.now();
  if (link.failures === 0 && now - (link.last_contact_at ?? 0) < 1_000) return;
  // Another request may have been refused meanwhile: the pause that was asked for stays.
  const where = { id: link.id, retry_at: { lte: now } };
  const changed = await context.store.transaction(({ tables }) =>
    tables.update('links', where, { failures: 0, retry_at: 0, last_error: null, last_contact_at: now })
  );
  if (changed > 0 && link.failures > 0) context.observer.notice({ type: 'link-up', link: link.id });
};

/** The whole request failed: the entries go back into the queue, and the link is left alone for a while. */
const release = async (
  context: Context,
  link: Row<'links'>,
  { lease, replicas }: Claim,
  error: unknown
): Promise<void> =>
  linkFailed(context, link, error, async ({ tables }) => {
    const where = { link: link.id, entity: replicas.map(({ entity }) => entity), lease };
    await tables.update('replicas', { ...where, state: 'sending' }, { state: 'queued' });
    // What was decided again meanwhile stays as it was decided.
    await tables.update('replicas', where, { lease: null, lease_until: 0 });
  });

/**
 * A link could not be called, or refused the call: it is left alone for a while. Throws what is a defect.
 *
 * @param also what is done in the same transaction.
 */
export const linkFailed = async (
  context: Context,
  link: Row<'links'>,
  error: unknown,
  also: (unit: Unit) => Promise<void> = () => Promise.resolve()
): Promise<void> => {
  // Who may look at the page is told what was written for people: of anything else the log tells.
  const message =
    error instanceof ReplicationError ? error.message : 'Something went wrong on this site. Its log says what.';
  const failures = link.failures + 1;
  const wait = (error instanceof Unreachable && error.retryAfterMs) || backoff(failures, context.chance.fraction());
  // Whole milliseconds: PostgreSQL takes no others.
  const ours = context.clock.now() + Math.round(wait);
  const retryAt = await context.store.transaction(async (unit) => {
    await also(unit);
    await unit.tables.lock('links', { id: link.id });
    // What another request was told meanwhile counts as well.
    const [now = link] = await unit.tables.find('links', { id: link.id });
    const latest = now.retry_at === link.retry_at ? ours : Math.max(ours, now.retry_at);
    await unit.tables.update('links', { id: link.id }, { failures, retry_at: latest, last_error: message });
    return latest;
  });
  context.observer.notice({ type: 'link-down', link: link.id, message, retryAt });
  if (!(error instanceof Unreachable) && !(error instanceof Refused)) throw error;
};

/** Exponential with full jitter: a thousand sites that lost one target do not come back in the same second. */
export const backoff = (failures: number, fraction: number): number =>
  Math.max(100, Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(failures, 12), MAX_BACKOFF_MS) * fraction);
