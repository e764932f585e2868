import type { EntityKey } from '../entity';
import type { Context } from '../context';
import type { DomainEvent } from '../events';
import { maximal } from '../history/graph';
import { leavesOf } from '../history/repository';
import type { RevisionId } from '../history/revision';
import type { Tables, Unit } from '../ports';
import type { Row } from '../tables';
import type { Answer } from '../transport/message';
import type { Claim } from './claim';
import { NOTHING_THERE, stateHash } from './state-hash';

/** Answers that a message is wrong are believed after so many of them. */
export const MAX_ATTEMPTS = 5;
const HELD_AGAIN_MS = 10_000;
const REFUSED_AGAIN_MS = 2_000;
const BUSY_AGAIN_MS = 150;

export interface Settled {
  /** Bytes the receiver lacks, by hash: they are sent before the next try. */
  missingBytes: string[];
  renewIncarnation: boolean;
}

/** Writes the answers to a delivery into the queue; what somebody else claimed meanwhile is left alone. */
export const settle = async (
  context: Context,
  { tables }: Unit,
  { lease, replicas }: Claim,
  answers: readonly Answer[],
  events: DomainEvent[]
): Promise<Settled> => {
  const result: Settled = { missingBytes: [], renewIncarnation: false };
  const keys = replicas.map(({ entity }) => entity);
  const link = replicas[0]?.link ?? '';
  await tables.lock('replicas', { link, entity: keys });
  const current = new Map((await tables.find('replicas', { link, entity: keys })).map((row) => [row.entity, row]));
  const settled: Row<'replicas'>[] = [];
  for (const [index, sent] of replicas.entries()) {
    const now = current.get(sent.entity);
    const answer = answers[index];
    if (!now || now.lease !== lease || !answer) continue;
    settled.push(await settleOne(context, tables, sent, now, answer, result, events));
  }
  await tables.insert('replicas', settled, 'replace');
  return result;
};

const settleOne = async (
  context: Context,
  tables: Tables,
  sent: Row<'replicas'>,
  now: Row<'replicas'>,
  answer: Answer,
  result: Settled,
  events: DomainEvent[]
): Promise<Row<'replicas'>> => {
  const at = context.clock.now();
  const free = { ...now, lease: null, lease_until: 0 };
  const again = (delay: number, counts: boolean, error: string | null, code: string): Row<'replicas'> => {
    const attempts = now.attempts + (counts ? 1 : 0);
    const failed = attempts >= MAX_ATTEMPTS;
    if (failed) {
      events.push({ type: 'delivery-failed', entity: now.entity, link: now.link, code, message: error ?? code });
    }
    return { ...free, attempts, state: failed ? 'failed' : 'queued', retry_at: at + delay, error };
  };
  const moved = now.wanted_hash !== sent.wanted_hash || now.sequence !== sent.sequence;

  switch (answer.status) {
    case 'applied':
    case 'known':
    case 'held': {
      const had = await acknowledged(tables, sent, now);
      const done = had.common_hash === now.wanted_hash;
      const held = answer.status === 'held' && !moved;
      if (answer.status === 'held') result.missingBytes.push(...answer.bytes);
      if (done && !held) events.push({ type: 'delivered', entity: now.entity, link: now.link });
      return {
        ...free,
        ...had,
        state: held ? 'held' : done ? 'done' : 'queued',
        attempts: held ? now.attempts + 1 : 0,
        retry_at: held ? at + heldPause(answer.bytes.length > 0, now.attempts) : 0,
        error: null,
        waits_for: answer.status === 'held' ? answer.reason : null,
        acked_at: at,
      };
    }
    case 'need':
      return {
        ...again(0, true, 'The other site asked for this entry in full.', 'NEED'),
        common: '[]',
        common_level: 'NONE',
        common_hash: NOTHING_THERE,
      };
    case 'unplaced': {
      const known = await tables.find('revisions', { id: answer.leaves });
      const common = await maximal(
        tables,
        known.filter(({ entity }) => entity === now.entity).map(({ id }) => id)
      );
      return {
        ...again(0, true, 'The other site lacks older versions of this entry.', 'UNPLACED'),
        common: JSON.stringify(common),
        common_level: common.length > 0 ? now.common_level : 'NONE',
        common_hash: NOTHING_THERE,
      };
    }
    case 'stale':
      result.renewIncarnation = true;
      return again(
        0,
        true,
        'The other site has heard something later from this one. Was the database restored?',
        'STALE'
      );
    case 'busy':
      return again(BUSY_AGAIN_MS, false, 'Somebody is editing this entry on the other site at this moment.', 'BUSY');
    case 'refused':
      return again(REFUSED_AGAIN_MS * 2 ** now.attempts, true, answer.message, answer.code);
  }
};

/** Missing bytes are sent at once; what only the other site can mend is asked for again now and then. */
const heldPause = (bytesMissing: boolean, attempts: number): number =>
  Math.min((bytesMissing ? 50 : HELD_AGAIN_MS) * 2 ** Math.min(attempts, 14), 600_000);

/** What both sides are known to have after this delivery. */
const acknowledged = async (
  tables: Tables,
  sent: Row<'replicas'>,
  now: Row<'replicas'>
): Promise<Pick<Row<'replicas'>, 'common' | 'common_level' | 'common_direction' | 'common_hash' | 'sent_hash'>> => {
  if (sent.wanted === null) {
    return {
      common: '[]',
      common_level: 'NONE',
      common_direction: sent.direction,
      common_hash: NOTHING_THERE,
      sent_hash: NOTHING_THERE,
    };
  }
  const leaves = JSON.parse(sent.wanted) as RevisionId[];
  const before = JSON.parse(now.common) as RevisionId[];
  const common = sent.level === 'EVERYTHING' ? await bothHave(tables, now.entity, before, leaves) : leaves;
  return {
    common: JSON.stringify(common),
    common_level: sent.level,
    common_direction: sent.direction,
    common_hash: stateHash(common, sent.level, sent.direction),
    sent_hash: sent.wanted_hash,
  };
};

/** The newest of both, without what was set aside here since: the other side is not to have it any more. */
const bothHave = async (
  tables: Tables,
  entity: EntityKey,
  before: RevisionId[],
  sent: RevisionId[]
): Promise<RevisionId[]> => {
  const newest = await maximal(tables, [...before, ...sent]);
  const more = newest.filter((id) => !sent.includes(id));
  if (more.length === 0) return newest;
  const leaves = (await leavesOf(tables, [entity])).get(entity)!;
  const unrelated = new Set((await maximal(tables, [...leaves, ...more])).filter((id) => !leaves.includes(id)));
  return newest.filter((id) => !unrelated.has(id));
};
