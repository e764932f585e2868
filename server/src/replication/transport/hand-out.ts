import { NOTHING_THERE, stateHash } from '../queue/state-hash';
import { giveBack, type Claim } from '../queue/claim';
import { settle } from '../queue/settle';
import type { Context } from '../context';
import type { Json } from '../entity';
import type { DomainEvent } from '../events';
import type { Unit } from '../ports';
import type { Row } from '../tables';
import { hashesOf, readAnswer, settleAnswers, takeUp } from './deliver';
import type { FetchQuestion, HandedOut, Receipt } from './fetch-protocol';
import type { Message } from './message';

/** So much goes into one answer, in bytes of JSON: it is read whole. One message may be more, and then goes alone. */
const MOST_BYTES = 8 * 1024 * 1024;
/** What nobody reads: see the limits in `http/`. It would come back with every request, and hold up all others. */
const LARGEST_BYTES = 28 * 1024 * 1024;
const MOST_VALUES = 400_000;
/** More often it is not written down that a site was here. */
const SEEN_MS = 10_000;

/**
 * One request of a site that fetches: its answers to what it was given are settled, and it is given what is due. Like a
 * delivery, but that the other side begins it, and that nothing is known of it between two requests.
 */
export const handOut = async (context: Context, link: Row<'links'>, asked: FetchQuestion): Promise<HandedOut> => {
  if (asked.lease !== null) await settleFetched(context, link, asked.lease, asked.answers);
  const events: DomainEvent[] = [];
  const { lease, given, compare } = await context.store.transaction(async (unit) => {
    events.length = 0;
    await noteVisit(context, unit, link, asked.compared);
    const { taken, messages } = await takeUp(context, unit, link.id);
    // Measured once: an entry may be large, and all others wait for this transaction.
    const measured = messages.map((message, index) => ({
      message,
      replica: taken.replicas[index]!,
      bytes: Buffer.byteLength(JSON.stringify(message), 'utf8'),
      values: valuesIn(message),
    }));
    await refuse(context, unit, taken.lease, measured.filter(isTooLarge), events);
    const fit = measured.filter((one) => !isTooLarge(one));
    const given = fit.slice(0, countThatFits(fit));
    await giveBack(
      unit,
      taken,
      fit.slice(given.length).map(({ replica }) => replica)
    );
    await offerBytes(
      unit,
      link.id,
      given.map(({ message }) => message)
    );
    const waiting = { kind: 'catch-up', state: 'waiting', subject: link.id } as const;
    const compare = link.fetching === 'THERE' && (await unit.tables.count('jobs', waiting)) > 0;
    return { lease: taken.lease, given, compare };
  });
  for (const event of events) context.observer.notice(event);
  return {
    lease,
    messages: given.map(({ replica, message }) => ({
      receipt: receiptOf(replica) as unknown as Json,
      message: message as unknown as Json,
    })),
    fetch: link.fetching === 'THERE' || link.fetching === 'DOUBTED',
    compare,
  };
};

const receiptOf = ({ entity, wanted, level, direction, sequence }: Row<'replicas'>): Receipt => ({
  entity,
  wanted: wanted === null ? null : (JSON.parse(wanted) as string[]),
  level: level as Receipt['level'],
  direction: direction as Receipt['direction'],
  sequence,
});

/** Settles what is still under this lease and was sent as the receipt says; all else is as if no answer had come. */
const settleFetched = async (
  context: Context,
  link: Row<'links'>,
  lease: string,
  answers: FetchQuestion['answers']
): Promise<void> => {
  const entity = [...new Set(answers.map(({ receipt }) => receipt.entity))];
  const rows = await context.store.transaction(({ tables }) =>
    tables.find('replicas', { link: link.id, entity, lease })
  );
  const current = new Map(rows.map((row) => [row.entity, row]));
  const settled = answers.flatMap(({ receipt, answer }) => {
    const now = current.get(receipt.entity);
    // One answer for each.
    if (!now || !current.delete(receipt.entity)) return [];
    const sent = asSent(now, receipt);
    return sent ? [{ sent, answer: readAnswer(answer) }] : [];
  });
  if (settled.length === 0) return;
  const taken: Claim = { lease, replicas: settled.map(({ sent }) => sent) };
  await settleAnswers(
    context,
    link,
    taken,
    settled.map(({ answer }) => answer)
  );
};

/** The replica as it was when it was claimed: it may have been decided again since. null: it was not sent so. */
const asSent = (now: Row<'replicas'>, receipt: Receipt): Row<'replicas'> | null => {
  const { wanted, level, direction, sequence } = receipt;
  const hash = wanted === null ? NOTHING_THERE : stateHash(wanted, level, direction);
  if (wanted !== null && hash !== now.sent_hash) return null;
  return {
    ...now,
    wanted: wanted === null ? null : JSON.stringify(wanted),
    wanted_hash: hash,
    level,
    direction,
    sequence,
  };
};

const noteVisit = async (
  context: Context,
  { tables }: Unit,
  { id, last_contact_at: seen }: Row<'links'>,
  compared: boolean
): Promise<void> => {
  const now = context.clock.now();
  if (Math.abs(now - (seen ?? 0)) >= SEEN_MS) await tables.update('links', { id }, { last_contact_at: now });
  if (!compared) return;
  const waiting = { kind: 'catch-up', subject: id, state: 'waiting' } as const;
  await tables.update('jobs', waiting, { state: 'done', updated_at: now });
};

interface Measured {
  message: Message;
  replica: Row<'replicas'>;
  bytes: number;
  values: number;
}

const isTooLarge = ({ bytes, values }: Measured): boolean => bytes > LARGEST_BYTES || values > MOST_VALUES;

/** What is too large by itself concerns one entry: it is refused here, in the other site's place. */
const refuse = async (
  context: Context,
  unit: Unit,
  lease: string,
  refused: readonly Measured[],
  events: DomainEvent[]
): Promise<void> => {
  if (refused.length === 0) return;
  const answer = {
    status: 'refused',
    code: 'TOO_LARGE',
    message: 'This entry is larger than what can be sent at once.',
  } as const;
  const claim = { lease, replicas: refused.map(({ replica }) => replica) };
  await settle(
    context,
    unit,
    claim,
    refused.map(() => answer),
    events
  );
};

const countThatFits = (measured: readonly Measured[]): number => {
  let [bytes, values] = [0, 0];
  for (const [index, one] of measured.entries()) {
    bytes += one.bytes;
    values += one.values;
    if (index > 0 && (bytes > MOST_BYTES || values > MOST_VALUES)) return index;
  }
  return measured.length;
};

/** As a reader counts them: lists and objects twice. */
const valuesIn = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 2;
  for (const inner of Object.values(value)) count += valuesIn(inner);
  return count;
};

/** Who is given a message may fetch the bytes that it names; see `peer-service.ts`. */
const offerBytes = async ({ tables }: Unit, link: string, messages: readonly Message[]): Promise<void> => {
  const hashes = [...new Set(messages.flatMap(hashesOf))];
  if (hashes.length === 0) return;
  await tables.insert(
    'link_blobs',
    hashes.map((hash) => ({ link, hash })),
    'ignore'
  );
};
