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
  const { taken, messages, compare } = await context.store.transaction(async (unit) => {
    events.length = 0;
    await noteVisit(context, unit, link, asked.compared);
    const found = await takeUp(context, unit, link.id);
    const given = await refuseTooLarge(context, unit, found, events);
    const count = countThatFits(given.messages);
    await giveBack(unit, link.id, given.taken.replicas.slice(count));
    const messages = given.messages.slice(0, count);
    await offerBytes(unit, link.id, messages);
    const waiting = { kind: 'catch-up', state: 'waiting', subject: link.id } as const;
    const compare = link.fetching === 'THERE' && (await unit.tables.count('jobs', waiting)) > 0;
    return {
      taken: { lease: given.taken.lease, replicas: given.taken.replicas.slice(0, count) },
      messages,
      compare,
    };
  });
  for (const event of events) context.observer.notice(event);
  return {
    lease: taken.lease,
    messages: messages.map((message, index) => ({
      receipt: receiptOf(taken.replicas[index]!) as unknown as Json,
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

interface Found {
  taken: Claim;
  messages: Message[];
}

/** What is too large by itself concerns one entry: it is refused here, in the other site's place. */
const refuseTooLarge = async (
  context: Context,
  unit: Unit,
  { taken, messages }: Found,
  events: DomainEvent[]
): Promise<Found> => {
  const isTooLarge = messages.map((message) => bytesOf(message) > LARGEST_BYTES || valuesIn(message) > MOST_VALUES);
  const keep = <T>(list: readonly T[]): T[] => list.filter((_, index) => !isTooLarge[index]);
  const refused = taken.replicas.filter((_, index) => isTooLarge[index]);
  if (refused.length === 0) return { taken, messages };
  const answer = {
    status: 'refused',
    code: 'TOO_LARGE',
    message: 'This entry is larger than what can be sent at once.',
  } as const;
  const claim = { lease: taken.lease, replicas: refused };
  await settle(
    context,
    unit,
    claim,
    refused.map(() => answer),
    events
  );
  return { taken: { lease: taken.lease, replicas: keep(taken.replicas) }, messages: keep(messages) };
};

const countThatFits = (messages: readonly Message[]): number => {
  let [bytes, values] = [0, 0];
  for (const [index, message] of messages.entries()) {
    bytes += bytesOf(message);
    values += valuesIn(message);
    if (index > 0 && (bytes > MOST_BYTES || values > MOST_VALUES)) return index;
  }
  return messages.length;
};

const bytesOf = (message: Message): number => Buffer.byteLength(JSON.stringify(message), 'utf8');

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
