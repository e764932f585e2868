import { z } from 'zod';
import { entityOf, type EntityKey, type Json } from '../entity';
import type { Comparison } from '../engine';
import type { Context } from '../context';
import { Refused } from '../errors';
import { sha256 } from '../history/canonical';
import { wakeLink } from '../queue/wake-link';
import { bucketOf, NOTHING_THERE, stateHash } from '../queue/state-hash';
import type { Store, Tables, Where } from '../ports';
import type { Row } from '../tables';
import type { Wire } from '../transport/wire';

/**
 * Two sites compare what one wants the other to have with what the other holds, in two levels of 256 buckets. Only
 * buckets that differ are opened, so the cost is what differs, not what there is.
 */
type Side = 'wanted' | 'held';
/** A hash for each entry, by the bucket that it is in. */
type States = Map<number, Map<EntityKey, string>>;

const side = z.enum(['wanted', 'held']);
const bucketNumber = z.number().int().min(0).max(255);
const bucketsQuestion = z.strictObject({ side, within: bucketNumber.nullable() });
const entriesQuestion = z.strictObject({ side, within: bucketNumber, bucket: bucketNumber });
/** A name that no entity has cannot be asked about: not every database takes every character. */
const entityKey = z
  .string()
  .max(400)
  .regex(/^[a-z0-9:.-]+\/[A-Za-z0-9_.:-]+$/);
const resendQuestion = z.strictObject({ entities: z.array(entityKey).max(1_000) });
const bucketsAnswer = z.array(z.string().max(32)).length(256);
const entriesAnswer = z.array(z.tuple([entityKey, z.string().max(64)])).max(1_000_000);

/** Answers a linked instance's question about its own link. */
export const answerComparison = async (store: Store, link: string, topic: string, question: Json): Promise<Json> =>
  store.transaction(async ({ tables }) => {
    switch (topic) {
      case 'compare-buckets': {
        const { side, within } = read(bucketsQuestion, question);
        return digests(await statesOf(tables, link, side, within === null ? null : bucketsWithin(within)), within);
      }
      case 'compare-entries': {
        const { side, within, bucket } = read(entriesQuestion, question);
        const states = await statesOf(tables, link, side, [within * 256 + bucket]);
        return [...states.values()].flatMap((entries) => [...entries]);
      }
      case 'resend': {
        const { entities } = read(resendQuestion, question);
        return resend(tables, link, entities as EntityKey[]);
      }
      default:
        throw new Refused('UNKNOWN_TOPIC', 'This version has no answer to that.');
    }
  });

/** Compares both directions with a link; `repair` has what differs sent again. */
export const compareWith = async (
  context: Context,
  wire: Wire,
  link: Row<'links'>,
  repair: boolean
): Promise<Comparison> => {
  let bytes = 0;
  const ask = async (topic: string, question: Json): Promise<Json> => {
    const answer = await wire.ask({ id: link.id, url: link.url }, topic, question);
    bytes += answer.bytes;
    return answer.answer;
  };
  const sent = await compareDirection(context, link.id, 'wanted', 'held', ask);
  const received = await compareDirection(context, link.id, 'held', 'wanted', ask);
  if (repair) {
    await context.store.transaction(({ tables }) =>
      resend(
        tables,
        link.id,
        sent.different.map(({ entity }) => entity)
      )
    );
    for (let at = 0; at < received.different.length; at += 1_000) {
      await ask('resend', { entities: received.different.slice(at, at + 1_000).map(({ entity }) => entity) });
    }
    await wakeLink(context, link.id);
  }
  const different = new Map([...received.different, ...sent.different].map((one) => [one.entity, one]));
  return {
    link: link.id,
    at: context.clock.now(),
    equal: sent.equal + received.equal,
    different: [...different.values()],
    bytes,
  };
};

type Ask = (topic: string, question: Json) => Promise<Json>;

/** So many entries of which this site knows nothing can be told of by a comparison: some hundred megabytes of memory. */
const MOST_UNKNOWN = 500_000;

const requireOfBucket = (entities: Iterable<string>, bucket: number): void => {
  for (const entity of entities) {
    if (bucketOf(entity as EntityKey) !== bucket) {
      throw new Refused('MALFORMED', 'The other site named an entry where it does not belong.');
    }
  }
};

const compareDirection = async (context: Context, link: string, mine: Side, theirs: Side, ask: Ask) => {
  const states = await context.store.transaction(({ tables }) => statesOf(tables, link, mine, null));
  const different: Comparison['different'] = [];
  let unknown = 0;
  const top = digests(states, null) as string[];
  const topThere = read(bucketsAnswer, await ask('compare-buckets', { side: theirs, within: null }));
  for (let within = 0; within < 256; within += 1) {
    if (top[within] === topThere[within]) continue;
    const digest = digests(states, within) as string[];
    const digestThere = read(bucketsAnswer, await ask('compare-buckets', { side: theirs, within }));
    for (let bucket = 0; bucket < 256; bucket += 1) {
      if (digest[bucket] === digestThere[bucket]) continue;
      const ours = states.get(within * 256 + bucket) ?? new Map<EntityKey, string>();
      // Where nothing is on one side there is nothing to ask.
      const answer = digestThere[bucket] === '' ? [] : await ask('compare-entries', { side: theirs, within, bucket });
      const there = new Map(read(entriesAnswer, answer));
      requireOfBucket(there.keys(), within * 256 + bucket);
      for (const entity of new Set([...ours.keys(), ...there.keys()]) as Set<EntityKey>) {
        if (ours.get(entity) === there.get(entity)) continue;
        different.push({ entity, here: ours.has(entity), there: there.has(entity) });
      }
      unknown += [...there.keys()].filter((entity) => !ours.has(entity as EntityKey)).length;
      // Told by a site that may say anything: what is only there has no end but this.
      if (unknown > MOST_UNKNOWN) {
        throw new Refused('TOO_MUCH_DIFFERENT', 'The other site names more entries than two sites can be compared by.');
      }
    }
  }
  const here = [...states.values()].reduce((sum, entries) => sum + entries.size, 0);
  return { different, equal: here - different.filter((one) => one.here).length };
};

/** What this site wants a link to have, or holds because of it: a state hash for each entry that there is something of. */
const statesOf = async (tables: Tables, link: string, side: Side, buckets: number[] | null): Promise<States> => {
  const where = buckets === null ? { link } : { link, bucket: buckets };
  const found = side === 'wanted' ? wantedHashes(tables, where) : heldHashes(tables, where);
  const states: States = new Map();
  for (const { bucket, entity, hash } of await found) {
    const entries = states.get(bucket) ?? new Map<EntityKey, string>();
    states.set(bucket, entries.set(entity, hash));
  }
  return states;
};

type Hashed = Pick<Row<'replicas'>, 'bucket' | 'entity'> & { hash: string };

const wantedHashes = async (tables: Tables, where: Where<'replicas'>): Promise<Hashed[]> => {
  const wanted = { ...where, wanted_hash: { not: NOTHING_THERE } };
  const rows = await tables.find('replicas', wanted, { columns: ['bucket', 'entity', 'wanted_hash'] });
  return rows.map(({ bucket, entity, wanted_hash: hash }) => ({ bucket, entity, hash }));
};

/** What we hold of an entry because of this link: what both are known to have, at the level it came at. */
const heldHashes = async (tables: Tables, where: Where<'replicas'>): Promise<Hashed[]> => {
  const held = { ...where, common: { not: '[]' }, direction: { not: 'SEND_ONLY' } };
  const rows = await tables.find('replicas', held, { columns: HELD });
  return rows.filter(isGiven).map((row) => ({
    bucket: row.bucket,
    entity: row.entity,
    hash: stateHash(
      JSON.parse(row.common) as string[],
      row.their_level ?? row.common_level,
      row.their_direction ?? row.common_direction
    ),
  }));
};

/** They share it. Where both may edit, nothing said means as much; what they took back their word of is this site's own. */
const isGiven = (row: Pick<Row<'replicas'>, 'their_level' | 'direction'>): boolean =>
  row.their_level === null ? row.direction === 'BOTH' : row.their_level !== 'NONE';

const HELD = [
  'bucket',
  'entity',
  'common',
  'common_level',
  'common_direction',
  'direction',
  'their_level',
  'their_direction',
] as const;

const bucketsWithin = (within: number): number[] => Array.from({ length: 256 }, (_, low) => within * 256 + low);

/** One digest for each of 256 buckets, by the first byte of the entity's hash or, within one, by the second. */
const digests = (states: States, within: number | null): Json => {
  const lines: string[][] = Array.from({ length: 256 }, () => []);
  for (const [bucket, entries] of states) {
    const [first, second] = [bucket >> 8, bucket & 255];
    if (within !== null && first !== within) continue;
    const into = lines[within === null ? first : second]!;
    for (const [entity, hash] of entries) into.push(`${entity} ${hash}`);
  }
  return lines.map((some) => (some.length === 0 ? '' : sha256(some.sort().join('\n')).slice(0, 16)));
};

/**
 * Forgets what we believed the other side has of these entries, so that they are sent whole; what it had once and shall
 * not have any more is withdrawn again. How many there were.
 */
export const resend = async (tables: Tables, link: string, entities: readonly EntityKey[]): Promise<number> => {
  const entity = entities.filter((one) => entityOf(one).id !== '');
  const again = {
    common: '[]',
    common_level: 'NONE',
    common_hash: NOTHING_THERE,
    state: 'queued' as const,
    attempts: 0,
    retry_at: 0,
    error: null,
  };
  const sent = await tables.update('replicas', { link, entity, wanted_hash: { not: NOTHING_THERE } }, again);
  const had = { link, entity, wanted_hash: NOTHING_THERE, acked_at: { gt: 0 }, direction: { not: 'RECEIVE_ONLY' } };
  // What was said before we only received it may hold there still: its database was put back, say.
  const received = await tables.find('replicas', { link, entity, direction: 'RECEIVE_ONLY' });
  const said = received.filter(({ sent_hash: hash }) => (hash ?? NOTHING_THERE) !== NOTHING_THERE);
  const yields = { link, entity: said.map((row) => row.entity) };
  const unsaid = { common_direction: 'SEND_ONLY', state: 'queued' as const, attempts: 0, retry_at: 0, error: null };
  return sent + (await tables.update('replicas', had, again)) + (await tables.update('replicas', yields, unsaid));
};

const read = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new Refused('MALFORMED', 'The question or its answer breaks the protocol.');
  return parsed.data;
};
