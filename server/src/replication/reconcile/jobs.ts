import { FILE_UID, keyOf } from '../entity';
import type { Context } from '../context';
import { BASELINE_STEP, markBaseline } from '../capture/baseline';
import type { DomainEvent } from '../events';
import { Identity } from '../identity';
import type { Unit } from '../ports';
import { restoreDeleted } from '../brake/restore-deleted';
import { refreshReplicas } from '../queue/refresh';
import type { Row } from '../tables';

/** Starts a job over again, or lets it begin. Jobs go on where they were after a crash. */
export const startJob = async (
  { tables }: Unit,
  kind: 'decide' | 'restore' | 'catch-up',
  subject: string,
  now: number,
  state: 'running' | 'waiting' = 'running'
): Promise<void> => {
  await tables.insert(
    'jobs',
    [
      {
        id: `${kind} ${subject}`,
        kind,
        subject,
        cursor: null,
        done: 0,
        total: 0,
        state,
        error: null,
        updated_at: now,
      },
    ],
    'replace'
  );
};

/** A link has come or gone: what it shared is decided again, and what one that is over granted is free. */
export const followLink = async (unit: Unit, id: string, now: number): Promise<void> => {
  const { tables } = unit;
  const shared = await tables.countBy('replicas', ['uid'], { link: id });
  const locked = await tables.countBy('entries', ['uid'], { locked: 1 });
  const partly = await tables.countBy('entries', ['uid'], { shows: 'PUBLISHED' });
  const types = new Set([...shared, ...locked, ...partly].map(({ key }) => key[0]!));
  for (const uid of types) await startJob(unit, 'decide', uid, now);
};

/**
 * One step of one job: a batch of a type's entries. Those with a history are decided again; those without one are
 * marked, and decided when they have been recorded.
 *
 * @returns whether there was anything to do.
 */
export const jobStep = async (context: Context): Promise<boolean> => {
  const events: DomainEvent[] = [];
  const worked = await context.store.transaction(async (unit) => {
    events.length = 0;
    const [job] = await unit.tables.find('jobs', { state: 'running' }, { orderBy: 'updated_at', limit: 1 });
    if (!job) return false;
    await (job.kind === 'restore' ? restoreStep : decideStep)(context, unit, job, events);
    return true;
  });
  for (const event of events) context.observer.notice(event);
  return worked;
};

/** Entries whose deletion a person took back. */
const restoreStep = async (context: Context, unit: Unit, job: Row<'jobs'>, events: DomainEvent[]): Promise<void> => {
  const { done, finished } = await restoreDeleted(context, unit, job.subject, events);
  const patch = { done: job.done + done, state: finished ? 'done' : 'running', updated_at: context.clock.now() };
  await unit.tables.update('jobs', { id: job.id }, patch);
};

/** Cursors of the second half of a job: no documentId begins with a space. */
const WITHOUT_ROWS = ' ';

/** First all documents that are there, then the entries whose rows are gone: what is known of those is shared, too. */
const decideStep = async (context: Context, unit: Unit, job: Row<'jobs'>, events: DomainEvent[]): Promise<void> => {
  const isSecondHalf = job.cursor?.startsWith(WITHOUT_ROWS) || !context.schemas.type(job.subject);
  const patch = isSecondHalf
    ? await decideWithoutRows(context, unit, job, events)
    : await decideDocuments(context, unit, job, events);
  await unit.tables.update('jobs', { id: job.id }, { ...patch, updated_at: context.clock.now() });
};

const decideDocuments = async (
  context: Context,
  unit: Unit,
  job: Row<'jobs'>,
  events: DomainEvent[]
): Promise<Partial<Row<'jobs'>>> => {
  const { tables, content } = unit;
  const uid = job.subject;
  const total = job.cursor === null ? await content.total(uid) : job.total;
  const ids = await content.list(uid, job.cursor, BASELINE_STEP);
  const identity = new Identity(context.schemas, tables, content);
  const keys = new Map(ids.map((id) => [id, keyOf(identity.canonical({ uid, id }))]));
  const recorded = new Set(
    (await tables.find('entries', { entity: [...keys.values()] })).flatMap(({ entity, head }) =>
      head === null ? [] : [entity]
    )
  );
  // Files have no history of their own until somebody uses them.
  const without = uid === FILE_UID ? [] : ids.filter((id) => !recorded.has(keys.get(id)!));
  // What came unseen is a person's to decide.
  const asked = await tables.find('findings', { entity: without.map((id) => keys.get(id)!), kind: 'added' });
  const unseen = without.filter((id) => !asked.some(({ entity }) => entity === keys.get(id)));
  await markBaseline(context, tables, uid, unseen);
  await refreshReplicas(context, unit, [...recorded], events);
  const finished = ids.length < BASELINE_STEP;
  return { cursor: finished ? WITHOUT_ROWS : ids.at(-1)!, done: job.done + ids.length, total };
};

const decideWithoutRows = async (
  context: Context,
  unit: Unit,
  job: Row<'jobs'>,
  events: DomainEvent[]
): Promise<Partial<Row<'jobs'>>> => {
  const { tables, content } = unit;
  const uid = job.subject;
  const after = (job.cursor ?? '').slice(WITHOUT_ROWS.length);
  const entries = await tables.find(
    'entries',
    { uid, local_id: { gt: after } },
    { orderBy: 'local_id', limit: BASELINE_STEP }
  );
  const ids = entries.map(({ local_id: id }) => id);
  const there = context.schemas.type(uid) ? await content.presence(uid, ids) : new Map();
  const gone = entries.filter(({ local_id: id }) => !there.has(id)).map(({ entity }) => entity);
  await refreshReplicas(context, unit, gone, events);
  const last = ids.length < BASELINE_STEP ? null : ids.at(-1)!;
  return last === null ? { state: 'done' } : { cursor: WITHOUT_ROWS + last };
};
