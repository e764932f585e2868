import { FILE_UID, keyOf, type EntityKey, type Uid } from '../entity';
import type { Context } from '../context';
import { BASELINE_STEP, markBaseline } from '../capture/baseline';
import { RECORD_BATCH } from '../capture/gather';
import { asidesOf } from '../capture/set-aside';
import { ruleFor } from '../controller/decide';
import { referringFields } from '../controller/dependencies';
import type { DomainEvent } from '../events';
import { Identity } from '../identity';
import type { Schemas, Tables, Unit } from '../ports';
import { restoreDeleted } from '../brake/restore-deleted';
import { pairOf } from '../queue/followers';
import { refreshReplicas } from '../queue/refresh';
import { isUnrecorded, saveProgress, UNRECORDED } from '../job-row';
import { targetsFirst } from '../targets-first';
import type { Row } from '../tables';

/**
 * One step of one job: a batch of a type's entries. Those with a history are decided again; those without one are
 * marked, and decided when they have been recorded.
 *
 * @returns whether there was anything to do. Not while the recorder has its hands full with what was marked before.
 */
export const jobStep = async (context: Context): Promise<boolean> => {
  const events: DomainEvent[] = [];
  const worked = await context.store.transaction(async (unit) => {
    events.length = 0;
    const job = await nextJob(context, unit.tables);
    if (!job) return false;
    await (job.kind === 'restore' ? restoreStep : decideStep)(context, unit, job, events);
    return true;
  });
  for (const event of events) context.observer.notice(event);
  return worked;
};

/**
 * What people have decided first, one job as often as the other. Then what was never recorded: types before those that
 * refer to them, so that the first thing that is sent finds there what it refers to. And no more of it at a time than the
 * recorder takes soon: whoever saves meanwhile would wait behind it.
 */
const nextJob = async (context: Context, tables: Tables): Promise<Row<'jobs'> | undefined> => {
  const running = await tables.find('jobs', { state: 'running' }, { orderBy: 'updated_at' });
  const deciding = running.find((job) => !isUnrecorded(job));
  if (deciding || running.length === 0) return deciding;
  if (await isRecorderBusy(context, tables)) return undefined;
  if (running.length === 1) return running[0];
  const [first] = typesInOrder(context.schemas).filter((uid) => running.some(({ subject }) => subject === uid));
  return running.find(({ subject }) => subject === first) ?? running[0];
};

/** So much to record for the first time is enough that the recorder never has to stop and wait for a job. */
const ENOUGH_MARKED = 2 * RECORD_BATCH;

const isRecorderBusy = async (context: Context, tables: Tables): Promise<boolean> => {
  const asides = asidesOf(context);
  const marks = await tables.find('marks', { action: 'baseline' }, { limit: ENOUGH_MARKED + asides.most });
  return marks.filter((mark) => !asides.has(mark)).length >= ENOUGH_MARKED;
};

/** Types before those that refer to them. */
const typesInOrder = (schemas: Schemas): Uid[] =>
  targetsFirst(
    schemas.types(),
    (uid) => uid,
    (uid) => [...referringFields(schemas, uid).values()].flat()
  );

/** Entries whose deletion a person took back. */
const restoreStep = async (context: Context, unit: Unit, job: Row<'jobs'>, events: DomainEvent[]): Promise<void> => {
  const { done, finished } = await restoreDeleted(context, unit, job.subject, events);
  await saveProgress(unit.tables, context.clock, job, { done: job.done + done, state: finished ? 'done' : 'running' });
};

/**
 * First all entries, whether their rows are there or not: rows may come and go meanwhile. Then the documents that have no
 * history yet. What is recorded after its page was read is decided by whoever records it.
 */
const decideStep = async (context: Context, unit: Unit, job: Row<'jobs'>, events: DomainEvent[]): Promise<void> => {
  const patch = isUnrecorded(job)
    ? await markUnrecorded(context, unit, job, events)
    : await decideEntries(context, unit, job, events);
  await saveProgress(unit.tables, context.clock, job, patch);
};

const decideEntries = async (
  context: Context,
  unit: Unit,
  job: Row<'jobs'>,
  events: DomainEvent[]
): Promise<Partial<Row<'jobs'>>> => {
  const { tables, content } = unit;
  const uid = job.subject;
  const isKnown = context.schemas.type(uid) !== null;
  const total = job.cursor === null && isKnown ? await content.total(uid) : job.total;
  const entries = await tables.find(
    'entries',
    { uid, local_id: { gt: job.cursor ?? '' } },
    { orderBy: 'local_id', limit: BASELINE_STEP }
  );
  const ids = entries.map(({ local_id: id }) => id);
  await refreshReplicas(
    context,
    unit,
    entries.map(({ entity }) => entity),
    events,
    { rulesChanged: true }
  );
  const recorded = entries.filter(({ head }) => head !== null).map(({ local_id: id }) => id);
  const done = job.done + (isKnown ? (await content.presence(uid, recorded)).size : 0);
  if (ids.length === BASELINE_STEP) return { cursor: ids.at(-1)!, done, total };
  return isKnown ? { cursor: UNRECORDED, done, total } : { state: 'done', done, total };
};

const hasRule = async (tables: Tables, uid: Uid): Promise<boolean> =>
  (await tables.find('rules', {})).some((rule) => rule.scope === 'instance' || rule.uid === uid);

/** Recorded by rules that were read before they changed, and written after the page that it belongs to was decided. */
const undecidedOf = async (tables: Tables, uid: Uid, recorded: ReadonlySet<EntityKey>): Promise<EntityKey[]> => {
  const rules = await tables.find('rules', {});
  const links = await tables.find('links', { state: 'REGISTERED' });
  const sharing = links.filter(({ id }) => (ruleFor(rules, id, uid)?.level ?? 'NONE') !== 'NONE').map(({ id }) => id);
  if (sharing.length === 0 || recorded.size === 0) return [];
  const decided = await tables.find(
    'replicas',
    { link: sharing, entity: [...recorded] },
    { columns: ['entity', 'link'] }
  );
  const pairs = new Set(decided.map(({ entity, link }) => pairOf(link, entity)));
  return [...recorded].filter((entity) => sharing.some((link) => !pairs.has(pairOf(link, entity))));
};

const markUnrecorded = async (
  context: Context,
  unit: Unit,
  job: Row<'jobs'>,
  events: DomainEvent[]
): Promise<Partial<Row<'jobs'>>> => {
  const { tables, content } = unit;
  const uid = job.subject;
  // Files, and entries that no rule names, have no history of their own until somebody uses them; of what is not a type
  // here nothing is there.
  if (uid === FILE_UID || !context.schemas.type(uid) || !(await hasRule(tables, uid))) return { state: 'done' };
  const ids = await content.list(uid, job.cursor!.slice(UNRECORDED.length) || null, BASELINE_STEP);
  const identity = await Identity.of(context, unit);
  const keys = new Map(ids.map((id) => [id, keyOf(identity.canonical({ uid, id }))]));
  const recorded = new Set(
    (await tables.find('entries', { entity: [...keys.values()] })).flatMap(({ entity, head }) =>
      head === null ? [] : [entity]
    )
  );
  await refreshReplicas(context, unit, await undecidedOf(tables, uid, recorded), events, { rulesChanged: true });
  const without = ids.filter((id) => !recorded.has(keys.get(id)!));
  // What came unseen is a person's to decide.
  const asked = await tables.find('findings', { entity: without.map((id) => keys.get(id)!), kind: 'added' });
  const unseen = without.filter((id) => !asked.some(({ entity }) => entity === keys.get(id)));
  await markBaseline(context, tables, uid, unseen);
  const done = job.done + without.length;
  return ids.length < BASELINE_STEP ? { state: 'done', done } : { cursor: UNRECORDED + ids.at(-1)!, done };
};
