import { refreshReplicas } from './refresh';
import type { EntityKey } from '../entity';
import type { Context } from '../context';
import type { DomainEvent } from '../events';
import { maximal, maximalOfEach } from '../history/graph';
import { noteRestore, provesRestore } from '../brake/restored';
import { leavesOf } from '../history/repository';
import type { RevisionId } from '../history/revision';
import type { Tables, Unit } from '../ports';
import type { Row } from '../tables';
import { IS_THERE, type Answer } from '../transport/message';
import type { Claim } from './claim';
import { isAlong } from './followers';
import { NOTHING_THERE, stateHash } from './state-hash';
import { isYield, takenBack } from './yield';

/** Answers that a message is wrong are believed after so many of them. */
export const MAX_ATTEMPTS = 5;
const HELD_AGAIN_MS = 10_000;
const REFUSED_AGAIN_MS = 2_000;
const BUSY_AGAIN_MS = 150;
const BUSY = 'On the other site this entry is being edited.';

export interface Settled {
  /** Bytes the receiver lacks, by hash: they are sent before the next try. */
  missingBytes: string[];
  /** The incarnation of which a link has heard, where it was later than what we said: ours is to be later still. */
  heardIncarnation: number | null;
}

/** Writes the answers to a delivery into the queue; what somebody else claimed meanwhile is left alone. */
export const settle = async (
  context: Context,
  unit: Unit,
  { lease, replicas }: Claim,
  answers: readonly Answer[],
  events: DomainEvent[]
): Promise<Settled> => {
  const { tables } = unit;
  const result: Settled = { missingBytes: [], heardIncarnation: null };
  const keys = replicas.map(({ entity }) => entity);
  const link = replicas[0]?.link ?? '';
  await tables.lock('replicas', { link, entity: keys });
  const current = new Map((await tables.find('replicas', { link, entity: keys })).map((row) => [row.entity, row]));
  const held = replicas.flatMap((sent, index): Delivered[] => {
    const now = current.get(sent.entity);
    const answer = answers[index];
    return now?.lease === lease && answer ? [{ sent, now, answer }] : [];
  });
  const had = await acknowledgedBy(tables, held);
  const settled: Row<'replicas'>[] = [];
  for (const one of held) settled.push(await settleOne(context, unit, one, had.get(one.sent.entity), result, events));
  await tables.insert('replicas', settled, 'replace');
  const left = settled.filter(({ along }, index) => along === 'there' && held[index]!.now.along !== 'there');
  if (left.length > 0) {
    // What went along only because of these does not go either.
    const source = left.map(({ entity }) => entity);
    const refs = await tables.find('refs', { source }, { columns: ['target'] });
    const lost = new Set(refs.map(({ target }) => target));
    await refreshReplicas(context, unit, [], events, { retargeted: { gained: new Set(), lost } });
  }
  return result;
};

interface Delivered {
  sent: Row<'replicas'>;
  /** As it is now: it may have been decided again meanwhile. */
  now: Row<'replicas'>;
  answer: Answer;
}

const settleOne = async (
  context: Context,
  unit: Unit,
  { sent, now, answer }: Delivered,
  leaves: readonly RevisionId[] | undefined,
  result: Settled,
  events: DomainEvent[]
): Promise<Row<'replicas'>> => {
  const { tables } = unit;
  const at = context.clock.now();
  const free = { ...now, lease: null, lease_until: 0 };
  // It was decided meanwhile that nothing goes from here any more: to queue it again would be to withdraw it.
  const isOver = now.state === 'done' || (isYield(now) && !isYield(sent));
  const again = (delay: number, counts: boolean, error: string | null, code: string): Row<'replicas'> => {
    if (isOver) return free;
    const attempts = now.attempts + (counts ? 1 : 0);
    const failed = attempts >= MAX_ATTEMPTS;
    if (failed) {
      events.push({ type: 'delivery-failed', entity: now.entity, link: now.link, code, message: error ?? code });
    }
    return { ...free, attempts, state: failed ? 'failed' : 'queued', retry_at: at + delay, error };
  };
  const moved = now.wanted_hash !== sent.wanted_hash || now.sequence !== sent.sequence;
  // What is over is so because the link has said meanwhile what it has, or takes nothing: what it answers is older.
  const lacks = (common: RevisionId[], level: string): Partial<Row<'replicas'>> =>
    isOver ? {} : { common: JSON.stringify(common), common_level: level, common_hash: NOTHING_THERE };

  // Who takes nothing of it from here has heard as much.
  if (isYield(sent) && isHeard(answer)) {
    const state = now.state === 'sending' ? 'done' : now.state;
    return { ...free, ...takenBack, state, attempts: 0, retry_at: 0, error: null, acked_at: at };
  }

  switch (answer.status) {
    case 'applied':
    case 'known':
    case 'held': {
      // Until its bytes are there it is not common: which ones they are is told by the version, which goes once more with them.
      const had = answer.status === 'held' && answer.bytes.length > 0 ? {} : acknowledged(sent, leaves);
      const done = { ...now, ...had }.common_hash === now.wanted_hash;
      const held = answer.status === 'held' && !moved;
      if (answer.status === 'held') result.missingBytes.push(...answer.bytes);
      if (isOver) return { ...free, ...had, acked_at: at };
      if (done && !held) events.push({ type: 'delivered', entity: now.entity, link: now.link });
      return {
        ...free,
        ...had,
        state: held ? 'held' : done ? 'done' : 'queued',
        attempts: held ? now.attempts + 1 : 0,
        retry_at: held ? at + heldPause(answer.bytes.length > 0, now.attempts) : 0,
        error: null,
        waits_for: answer.status === 'held' ? waitsFor(answer) : null,
        acked_at: at,
      };
    }
    case 'need':
      return {
        ...again(0, true, 'The other site asked for this entry in full.', 'NEED'),
        ...lacks([], 'NONE'),
      };
    case 'unplaced': {
      const known = await tables.find('revisions', { id: answer.leaves });
      const common = await maximal(
        tables,
        known.filter(({ entity }) => entity === now.entity).map(({ id }) => id)
      );
      return {
        ...again(0, true, 'The other site lacks older versions of this entry.', 'UNPLACED'),
        ...lacks(common, common.length > 0 ? now.common_level : 'NONE'),
      };
    }
    case 'stale':
      result.heardIncarnation = Math.max(result.heardIncarnation ?? 0, answer.order[0]);
      if (await provesRestore(unit, answer.order, now)) await noteRestore(unit, context, now.link, 'said', events);
      return again(
        0,
        true,
        'The other site has heard something later from this one. Was the database restored?',
        'STALE'
      );
    case 'busy':
      return again(now.error === BUSY ? busyPause(at - now.wanted_at) : BUSY_AGAIN_MS, false, BUSY, 'BUSY');
    case 'refused':
      if (answer.code === IS_THERE && isAlong(now)) return { ...free, ...leftAlone };
      return again(REFUSED_AGAIN_MS * 2 ** now.attempts, true, answer.message, answer.code);
  }
};

/** The other site has one of its own: nothing of this one is there, and nothing is sent. */
const leftAlone: Partial<Row<'replicas'>> = {
  level: 'NONE',
  wanted: null,
  wanted_hash: NOTHING_THERE,
  sent_hash: NOTHING_THERE,
  common: '[]',
  common_level: 'NONE',
  common_hash: NOTHING_THERE,
  granted: 0,
  along: 'there',
  steps: null,
  state: 'done',
  attempts: 0,
  retry_at: 0,
  error: null,
  waits_for: null,
};

const waitsFor = ({ code, values, reason }: Answer & { status: 'held' }): string =>
  JSON.stringify({ code, values, text: reason });

/** Missing bytes are sent at once; what only the other site can mend is asked for again now and then. */
const heldPause = (bytesMissing: boolean, attempts: number): number =>
  Math.min((bytesMissing ? 50 : HELD_AGAIN_MS) * 2 ** Math.min(attempts, 14), 600_000);

/** Said again it is mostly no save: somebody may have to say there first what an import is to mean. */
const busyPause = (waiting: number): number => Math.min(Math.max(BUSY_AGAIN_MS, waiting / 10), 10_000);

const isHeard = (answer: Answer): boolean =>
  answer.status === 'refused' ? answer.code !== 'INTERNAL' : answer.status !== 'stale' && answer.status !== 'busy';

const ACKNOWLEDGING: ReadonlySet<Answer['status']> = new Set(['applied', 'known', 'held']);

/** For each entry that was taken over there: the leaves that both sides have now. */
const acknowledgedBy = async (
  tables: Tables,
  delivered: readonly Delivered[]
): Promise<Map<EntityKey, RevisionId[]>> => {
  const sent = new Map<EntityKey, RevisionId[]>();
  const all = new Map<EntityKey, RevisionId[]>();
  for (const { sent: row, now, answer } of delivered) {
    if (!ACKNOWLEDGING.has(answer.status) || row.wanted === null) continue;
    const leaves = JSON.parse(row.wanted) as RevisionId[];
    // Who sends too may have sent more of it meanwhile. Who only receives has what it is sent, and forgets by the same
    // message what it had under another decision.
    const before = row.direction === 'BOTH' ? (JSON.parse(now.common) as RevisionId[]) : [];
    sent.set(row.entity, leaves);
    all.set(row.entity, [...before, ...leaves]);
  }
  return withoutAside(tables, await maximalOfEach(tables, all), sent);
};

/** Without what was set aside here since: the other side is not to have it any more. */
const withoutAside = async (
  tables: Tables,
  newest: Map<EntityKey, RevisionId[]>,
  sent: ReadonlyMap<EntityKey, RevisionId[]>
): Promise<Map<EntityKey, RevisionId[]>> => {
  const more = [...newest].filter(([entity, ids]) => ids.some((id) => !sent.get(entity)!.includes(id)));
  if (more.length === 0) return newest;
  const leaves = await leavesOf(
    tables,
    more.map(([entity]) => entity)
  );
  const both = new Map(more.map(([entity, ids]) => [entity, [...leaves.get(entity)!, ...ids]]));
  const unrelated = new Set([...(await maximalOfEach(tables, both)).values()].flat());
  for (const [entity, ids] of more) {
    const here = leaves.get(entity)!;
    newest.set(
      entity,
      ids.filter((id) => sent.get(entity)!.includes(id) || here.includes(id) || !unrelated.has(id))
    );
  }
  return newest;
};

/** What both sides are known to have after this delivery. */
const acknowledged = (
  sent: Row<'replicas'>,
  leaves: readonly RevisionId[] = []
): Pick<Row<'replicas'>, 'common' | 'common_level' | 'common_direction' | 'common_hash' | 'sent_hash'> => {
  if (sent.wanted === null) {
    return {
      common: '[]',
      common_level: 'NONE',
      common_direction: sent.direction,
      common_hash: NOTHING_THERE,
      sent_hash: NOTHING_THERE,
    };
  }
  return {
    common: JSON.stringify(leaves),
    common_level: sent.level,
    common_direction: sent.direction,
    common_hash: stateHash(leaves, sent.level, sent.direction),
    sent_hash: sent.wanted_hash,
  };
};
