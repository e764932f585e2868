import { FILE_UID, isSameRow, keyOf, type EntityKey, type RowState, type Uid } from '../entity';
import { brakeId, MANY, setBrake, liftBrake } from '../brake/brake';
import { forgetVanished, rememberVanished } from '../brake/vanished';
import { markBaseline, markEntities } from '../capture/baseline';
import type { Context } from '../context';
import { FilesNotHashed } from '../errors';
import type { DomainEvent } from '../events';
import { same } from '../history/canonical';
import { loadShown, type ShownRow } from '../history/shown';
import { Identity } from '../identity';
import type { Glance, Unit } from '../ports';
import type { FindingKind, Row } from '../tables';

/**
 * Looks at all rows for what no mark could tell: raw SQL, an import, a boot without the plugin, a changed schema. In
 * steps, each a transaction, that go on where they were after a crash or in another process.
 */

/** What of the world only this needs. */
export interface SweepOptions {
  /** Types that are looked at. */
  types: readonly Uid[];
  /** Whether something was imported since {@link SweepOptions.seen} was called last. */
  imported(): Promise<boolean>;
  seen(): Promise<void>;
}

/** `quick` compares which rows there are and when they were changed, `full` reads them. */
export type Depth = 'quick' | 'full';

const PAGE: Record<Depth, number> = { quick: 200, full: 50 };
/** A pass begins so long after the one before it. */
export const SWEEP_EVERY_MS = 3_600_000;
/** One full pass for so many quick ones: it reads everything there is. */
const FULL_EVERY = 6;

interface Progress {
  depth: Depth;
  /** The type under way, and the last of its entries that was looked at; null between two passes. */
  uid: Uid | null;
  half: 'rows' | 'entries';
  after: string | null;
  /** Something was imported: whatever is found in this pass is asked about. */
  imported: boolean;
  began: number;
  /** Somebody asked for a pass of this depth, not waiting for its time. */
  asked: Depth | null;
  /** How many passes were finished. */
  passes: number;
}

const NAME = 'sweep';
const NEVER: Progress = {
  depth: 'quick',
  uid: null,
  half: 'rows',
  after: null,
  imported: false,
  began: 0,
  asked: null,
  passes: 0,
};

/** Has the next step begin a pass anew, whatever the time. */
export const restartSweep = async (unit: Unit, depth: Depth): Promise<void> => {
  const before = await readProgress(unit);
  await writeProgress(unit, { ...before, uid: null, half: 'rows', after: null, asked: depth });
};

/**
 * One step of a pass, or nothing where none is due.
 *
 * @returns whether there is more to do at once.
 */
export const sweepStep = async (context: Context, options: SweepOptions): Promise<boolean> => {
  const now = context.clock.now();
  const before = await context.store.transaction(readProgress);
  const begins = before.uid === null;
  const imported = before.imported || (await options.imported());
  const isDue =
    !begins || imported || before.asked !== null || now - before.began >= SWEEP_EVERY_MS || now < before.began;
  if (!isDue) return false;
  const events: DomainEvent[] = [];
  const step = async (unit: Unit): Promise<boolean> => {
    events.length = 0;
    await unit.tables.lock('settings', { name: NAME });
    const current = await readProgress(unit);
    const types = [...options.types].sort();
    const progress = passOf(current, types, imported, now);
    if (progress.uid === null) {
      await writeProgress(unit, progress);
      return true;
    }
    const after = await look(context, unit, progress, types, events);
    await writeProgress(unit, after);
    return after.uid === null;
  };
  const ended = await context.store.transaction(step).catch(async (error: unknown) => {
    if (!(error instanceof FilesNotHashed)) throw error;
    // Reading bytes takes its time: outside any transaction, and the same step once more.
    await context.files.hash(error.localIds);
    return false;
  });
  for (const event of events) context.observer.notice(event);
  if (ended) await options.seen();
  return !ended;
};

/**
 * The pass that is under way, or a new one. Where an import lands meanwhile that begins anew: what of it was seen already
 * counts as imported, too.
 */
const passOf = (current: Progress, types: readonly Uid[], imported: boolean, now: number): Progress => {
  if (current.uid === null) return begin(current, types, imported, now);
  return imported && !current.imported ? { ...begin(current, types, true, now), depth: current.depth } : current;
};

const begin = (before: Progress, types: readonly Uid[], imported: boolean, now: number): Progress => {
  const depth = before.asked ?? (before.passes % FULL_EVERY === FULL_EVERY - 1 ? 'full' : 'quick');
  const passes = types.length === 0 ? before.passes + 1 : before.passes;
  return { depth, uid: types[0] ?? null, half: 'rows', after: null, imported, began: now, asked: null, passes };
};

const look = async (
  context: Context,
  unit: Unit,
  progress: Progress,
  types: readonly Uid[],
  events: DomainEvent[]
): Promise<Progress> => {
  const uid = progress.uid!;
  const isKnown = context.schemas.type(uid) !== null && types.includes(uid);
  if (isKnown && progress.half === 'rows' && progress.after === null) {
    const before = { uid, kind: ['changed', 'added'] satisfies FindingKind[] };
    // What was said of one import is not said of the next.
    await unit.tables.remove('findings', progress.imported ? before : { ...before, answer: null });
  }
  const last = !isKnown
    ? null
    : await (progress.half === 'rows' ? lookAtRows : lookForRows)(context, unit, progress, uid);
  if (last !== null) return { ...progress, after: last };
  if (isKnown && progress.half === 'rows') return { ...progress, half: 'entries', after: null };
  if (isKnown) await conclude(context, unit, progress, uid, events);
  const next = types.find((type) => type > uid);
  if (next !== undefined) return { ...progress, uid: next, half: 'rows', after: null };
  return {
    ...progress,
    depth: 'quick',
    uid: null,
    half: 'rows',
    after: null,
    imported: false,
    passes: progress.passes + 1,
  };
};

/** First half: the documents that are there. The last one's id, or null at the end. */
const lookAtRows = async (context: Context, unit: Unit, progress: Progress, uid: Uid): Promise<string | null> => {
  const { tables, content } = unit;
  const schema = context.schemas.type(uid)!;
  const { depth } = progress;
  const ids = await content.list(uid, progress.after, PAGE[depth]);
  const identity = await Identity.of(context, unit);
  const keys = new Map(ids.map((id) => [id, keyOf(identity.canonical({ uid, id }))]));
  const entries = new Map(
    (await tables.find('entries', { entity: [...keys.values()] })).map((row) => [row.entity, row])
  );
  const shown = await loadShown(tables, [...entries.keys()]);
  // Of what has no version there is nothing to compare with; of a file that nobody uses the bytes were never read.
  const recorded = ids.filter((id) => (entries.get(keys.get(id)!)?.head ?? null) !== null);
  const rows = depth === 'full' ? await content.read(uid, recorded) : await content.glance(uid, recorded);
  const marked = new Set((await tables.find('marks', { uid, document_id: ids })).map((row) => row.document_id));
  const expectsAll = await isBaselined(unit, uid);

  const findings = new Map<FindingKind, EntityKey[]>();
  const find = (kind: FindingKind, entity: EntityKey) => findings.set(kind, [...(findings.get(kind) ?? []), entity]);
  const reread: string[] = [];
  const complete: EntityKey[] = [];
  for (const id of ids) {
    const entity = keys.get(id)!;
    const entry = entries.get(entity);
    // What has a mark is looked at anyhow, and what is held shows what it showed before.
    if (marked.has(id) || entry?.held) continue;
    const isNew = !entry || (entry.head === null && entry.shows !== 'WITHDRAWN');
    // What was matched is known, also before the other site's version has come: only an edit makes it one of ours.
    if (isNew && (!entry || shown.get(entity)!.length === 0)) {
      if (expectsAll && uid !== FILE_UID) find('added', entity);
      continue;
    }
    if (entry.local_id !== id || entry.head === null) continue;
    const known = shown.get(entity)!;
    const now = rows.get(id) ?? [];
    const isStale = known.some(({ fingerprint }) => fingerprint !== schema.fingerprint);
    // Another schema changes what rows hold, and not when they were saved.
    if (now.some((row) => (isStale ? isSavedSince(row, known) : differs(row, known)))) find('changed', entity);
    else if (isStale) reread.push(id);
    const isLost = known.some((was) => !now.some((row) => isSameRow(row, was)));
    if (!isLost) complete.push(entity);
    else if (!reread.includes(id)) find('vanished', entity);
  }
  await markBaseline(context, tables, uid, reread);
  await keep(context, unit, uid, findings);
  const waiting = await tables.find('findings', { uid, kind: 'vanished', entity: complete });
  await forgetVanished(
    tables,
    waiting.map(({ entity }) => entity)
  );
  return ids.length < PAGE[depth] ? null : ids.at(-1)!;
};

/** Second half: entries of which no row is there any more. */
const lookForRows = async (context: Context, unit: Unit, progress: Progress, uid: Uid): Promise<string | null> => {
  const { tables, content } = unit;
  const where = { uid, local_id: { gt: progress.after ?? '' } };
  const entries = await tables.find('entries', where, { orderBy: 'local_id', limit: PAGE.quick });
  const ids = entries.map(({ local_id: id }) => id);
  const there = await content.presence(uid, ids);
  const gone = entries.filter(({ local_id: id, head, held }) => !there.has(id) && head !== null && held === null);
  const shown = await loadShown(
    tables,
    gone.map(({ entity }) => entity)
  );
  const marked = new Set((await tables.find('marks', { uid, document_id: ids })).map((row) => row.document_id));
  const missed = gone.filter(({ entity, local_id: id }) => shown.get(entity)!.length > 0 && !marked.has(id));
  const { fingerprint } = context.schemas.type(uid)!;
  const isStale = ({ entity }: Row<'entries'>) => shown.get(entity)!.some((row) => row.fingerprint !== fingerprint);
  await markBaseline(
    context,
    tables,
    uid,
    missed.filter(isStale).map(({ local_id: id }) => id)
  );
  const vanished = missed.filter((entry) => !isStale(entry)).map(({ entity }) => entity);
  await rememberVanished(tables, vanished, context.clock);
  return entries.length < PAGE.quick ? null : ids.at(-1)!;
};

const isSavedSince = (row: RowState | Glance, known: readonly ShownRow[]): boolean => {
  const was = known.find((one) => isSameRow(one, row));
  const at = 'fields' in row ? row.dates.updatedAt : row.updatedAt;
  return was !== undefined && at !== was.dates.updatedAt;
};

const differs = (row: RowState | Glance, known: readonly ShownRow[]): boolean => {
  const was = known.find((one) => isSameRow(one, row));
  if (!was) return true;
  if ('fields' in row) return !same(row.fields, was.fields);
  return row.updatedAt !== was.dates.updatedAt;
};

/** Where a rule of this site asks for all entries of a type, and the job that marks what there was before is done. */
const isBaselined = async ({ tables }: Unit, uid: Uid): Promise<boolean> => {
  if ((await tables.count('jobs', { kind: 'decide', subject: uid, state: 'running' })) > 0) return false;
  const rules = await tables.find('rules', {});
  return rules.some(({ scope, uid: of, level }) => level !== 'NONE' && (scope === 'instance' || of === uid));
};

const keep = async (
  context: Context,
  { tables }: Unit,
  uid: Uid,
  findings: ReadonlyMap<FindingKind, EntityKey[]>
): Promise<void> => {
  for (const [kind, entities] of findings) {
    const since = context.clock.now();
    const row = { kind, uid, since, answer: null, answered_by: null };
    await tables.insert(
      'findings',
      entities.map((entity) => ({ entity, ...row })),
      'ignore'
    );
  }
};

/**
 * A type was looked at. What vanished always waits for a person. What changed or came unseen is an edit that nobody
 * signed, unless it is so much that something else must have happened: then that is asked about, too.
 */
const conclude = async (
  context: Context,
  { tables, content }: Unit,
  { imported, began }: Progress,
  uid: Uid,
  events: DomainEvent[]
): Promise<void> => {
  const unanswered = { uid, kind: ['changed', 'added'] satisfies FindingKind[], answer: null };
  const id = brakeId('CHANGED_UNSEEN', uid);
  const now = context.clock.now();
  const found = await tables.find('findings', unanswered);
  const [brake] = await tables.find('brakes', { id });
  const stands = brake?.lifted_at === null;
  if (found.length === 0) {
    if (stands) await liftBrake(tables, id, null, now);
    return;
  }
  if (stands) return;
  // Somebody has answered while this pass went on, and cannot have meant what was found after it.
  const isAnswered = brake !== undefined && (brake.lifted_at ?? 0) >= began && brake.lifted_by !== null;
  const total = await content.total(uid);
  if (imported || isAnswered || (found.length > MANY.entries && found.length > total * MANY.share)) {
    await setBrake(tables, 'CHANGED_UNSEEN', uid, { total }, now);
    events.push({ type: 'braked', code: 'CHANGED_UNSEEN', subject: uid });
    return;
  }
  await markEntities(tables, uid, found, now);
  await tables.remove('findings', unanswered);
};

const readProgress = async ({ tables }: Unit): Promise<Progress> => {
  const [row] = await tables.find('settings', { name: NAME });
  return row ? (JSON.parse(row.value) as Progress) : NEVER;
};

const writeProgress = ({ tables }: Unit, progress: Progress): Promise<void> =>
  tables.insert('settings', [{ name: NAME, value: JSON.stringify(progress) }], 'replace');
