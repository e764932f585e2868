import { FILE_UID, type Fields, type Json, type Uid } from '../entity';
import type { Context } from '../context';
import { Busy, Refused, ReplicationError } from '../errors';
import type { DomainEvent } from '../events';
import { fileHashes } from '../file-names';
import { loadRevisions } from '../history/repository';
import { openPart, readPartName, type Revision } from '../history/revision';
import { Identity } from '../identity';
import type { Unit } from '../ports';
import type { Row } from '../tables';
import { isUpdate, type Answer } from '../transport/message';
import { applyMessages, loadState, objectionTo } from './apply';
import { verifyMessage, type Verified, type Verifier } from './verify';

/**
 * So much in one transaction: an editor's save on SQLite waits for no more than this. An entry counts as one, and as one
 * more for each {@link WEIGHT_BYTES} of its content: components are rows of their own. What has no earlier version is new
 * here, mostly, and made together with others: that takes less.
 */
export const APPLY_BATCH = 40;
const WEIGHT_BYTES = 4_096;
const WEIGHT_OF_NEW = 0.6;

/** Takes messages from a linked instance, and answers each. See `README.md`, "Applying". */
export const receive = async (
  context: Context,
  verifier: Verifier,
  link: Row<'links'>,
  messages: readonly Json[]
): Promise<Answer[]> => {
  const answers: Answer[] = new Array<Answer>(messages.length);
  const ready: { position: number; verified: Verified }[] = [];
  for (const [position, raw] of messages.entries()) {
    const verified = await verifyMessage(context, verifier, link, raw).catch((error: unknown) =>
      answerTo(context, link, error)
    );
    if ('status' in verified) answers[position] = verified;
    else ready.push({ position, verified });
  }
  for (const batch of batches(ready, await typesMadeTogether(context, ready))) {
    const result = await applyBatch(
      context,
      link,
      batch.map(({ verified }) => verified)
    );
    batch.forEach(({ position }, index) => (answers[position] = result[index]!));
  }
  return answers;
};

/** Batches in order; one entry is in a batch once, so that a later message finds what an earlier one did. */
const batches = (ready: { position: number; verified: Verified }[], together: ReadonlySet<Uid>) => {
  const result: { position: number; verified: Verified }[][] = [];
  let current: typeof ready = [];
  let weight = 0;
  for (const one of ready) {
    const own = weightOf(one.verified, together);
    const again = current.some(({ verified }) => verified.entity === one.verified.entity);
    if (current.length > 0 && (again || weight + own > APPLY_BATCH)) {
      result.push(current);
      current = [];
      weight = 0;
    }
    current.push(one);
    weight += own;
  }
  if (current.length > 0) result.push(current);
  return result;
};

const weightOf = ({ message, revisions }: Verified, together: ReadonlySet<Uid>): number => {
  const newest = revisions.at(-1);
  const bytes = newest?.parts.reduce((sum, { content }) => sum + (content?.length ?? 0), 0) ?? 0;
  const isLight = isNew(revisions) && together.has(message.entity.uid);
  return (isLight ? WEIGHT_OF_NEW : 1) * (1 + bytes / WEIGHT_BYTES);
};

const isNew = (revisions: readonly Revision[]): boolean => revisions.at(-1)?.header.parents.length === 0;

const typesMadeTogether = async (
  context: Context,
  ready: readonly { verified: Verified }[]
): Promise<ReadonlySet<Uid>> => {
  const fresh = ready.filter(({ verified }) => isNew(verified.revisions));
  const uids = [...new Set(fresh.map(({ verified }) => verified.message.entity.uid))];
  const known = uids.filter((uid) => context.schemas.type(uid) !== null);
  if (known.length === 0) return new Set();
  return context.store.transaction(({ content }) =>
    Promise.resolve(new Set(known.filter((uid) => content.makesTogether(uid))))
  );
};

/** One transaction for all; where somebody holds one of the rows, or one entry fails, one for each. */
const applyBatch = async (context: Context, link: Row<'links'>, batch: Verified[]): Promise<Answer[]> => {
  const answers = new Map<Verified, Answer>();
  const bytes = new Map<Verified, string[]>();
  const locals = await localFileIds(context, batch);
  for (const one of batch) {
    const placed = await placeBytes(context, link, one, locals.get(one)).catch((error: unknown) =>
      answerTo(context, link, error)
    );
    if (Array.isArray(placed)) bytes.set(one, placed);
    else answers.set(one, placed);
  }
  const ready = [...bytes.keys()];
  const apply = async (some: Verified[]): Promise<void> => {
    const given = await applyOnce(context, link, some, bytes);
    some.forEach((one, index) => answers.set(one, given[index]!));
  };
  try {
    if (ready.length > 0) await apply(ready);
  } catch (error) {
    if (ready.length === 1) answers.set(ready[0]!, await answerTo(context, link, error));
    else {
      for (const one of ready) {
        await apply([one]).catch(async (reason: unknown) => answers.set(one, await answerTo(context, link, reason)));
      }
    }
  }
  return batch.map((one) => answers.get(one)!);
};

const applyOnce = async (
  context: Context,
  link: Row<'links'>,
  batch: Verified[],
  bytes: ReadonlyMap<Verified, string[]>
): Promise<Answer[]> => {
  const events: DomainEvent[] = [];
  const answers = await context.store.transaction(async (unit) => {
    events.length = 0;
    await stillLinked(unit, link);
    return applyMessages(context, unit, link, batch, bytes, events);
  });
  for (const event of events) context.observer.notice(event);
  return answers;
};

/**
 * A link that ends in this moment is waited for, or waits: what it granted is free afterwards, and what comes later is
 * refused.
 */
const stillLinked = async ({ tables }: Unit, { id }: Row<'links'>): Promise<void> => {
  await tables.lock('links', { id });
  if ((await tables.count('links', { id, state: 'REGISTERED' })) === 0) {
    throw new Refused('NOT_LINKED', 'These two sites are not linked.');
  }
};

/**
 * What failed for one message is said of that message alone: nobody's queue stops at an entry that trips a defect here.
 * Where nothing works at all, the whole request fails and the sender comes back.
 */
const answerTo = async (context: Context, link: Row<'links'>, error: unknown): Promise<Answer> => {
  if (error instanceof Busy) return { status: 'busy' };
  if (error instanceof ReplicationError) return { status: 'refused', code: error.code, message: error.message };
  await context.store.transaction(({ tables }) => tables.count('links', { id: link.id }));
  context.observer.notice({ type: 'defect', link: link.id, error });
  return { status: 'refused', code: 'INTERNAL', message: 'Something went wrong on the other site. Its log says what.' };
};

/** What the files of a batch are called here, where they come with a version. */
const localFileIds = async (context: Context, batch: readonly Verified[]): Promise<Map<Verified, string>> => {
  const files = batch.filter(({ message }) => isUpdate(message) && message.entity.uid === FILE_UID);
  if (files.length === 0) return new Map();
  return context.store.transaction(async (unit) => {
    const identity = await Identity.of(context, unit);
    const locals = new Map<Verified, string>();
    for (const one of files) locals.set(one, (await identity.local(one.message.entity)) ?? one.message.entity.id);
    return locals;
  });
};

/**
 * Gives a file's bytes to the upload provider before the transaction that writes its row, where the message may move
 * the file forward. Answers the hashes of bytes that are not here.
 */
const placeBytes = async (
  context: Context,
  link: Row<'links'>,
  one: Verified,
  localId: string | undefined
): Promise<string[] | Answer> => {
  const { entity, message, revisions } = one;
  if (!isUpdate(message) || localId === undefined) return [];
  // A file that was never recorded is told by its bytes: they are not to be lost to a stranger's.
  await context.files.hash([localId]);
  const { objection, head, leaves, held, stored, here } = await context.store.transaction(async (unit) => {
    const state = await loadState(context, unit, link, [one]);
    const entry = state.entries.get(entity);
    return {
      objection: objectionTo(link, one, state),
      head: entry?.head ?? null,
      held: entry !== undefined && entry.held !== null,
      leaves: state.leaves.get(entity)!.length,
      stored: [...(await loadRevisions(unit.tables, message.leaves)).values()],
      here: {
        started: state.ours.has(entity),
        bytes: await unit.tables.find('file_bytes', { local_id: localId }),
      },
    };
  });
  if (objection) return objection;
  const newest = revisions.at(-1) ?? stored[0];
  const fields = newest && fieldsOf(newest);
  if (!fields) return [];
  const ids = new Set(revisions.flatMap(({ id: revision, header }) => [revision, ...header.parents]));
  const mine = here.bytes.find(({ format }) => format === '');
  const unrelated = head === null || (here.started && !ids.has(head) && head !== newest.id);
  if (unrelated && mine && mine.hash !== fields.sha256) {
    return { status: 'refused', code: 'NOT_SHARED', message: 'This site has another file of its own under this id.' };
  }
  const missing = await missingFrom(context, link, here.bytes, fileHashes(fields));
  if (missing.length > 0) return missing;
  const forward = leaves <= 1 && (head === null || ids.has(head)) && head !== newest.id;
  if (forward || held) await context.files.place(localId, fields);
  return [];
};

/**
 * Bytes count as had where this link sent or got them, or where this very file has them already. Otherwise whoever knows
 * a hash could have the bytes of any file here put under a name of their own.
 */
const missingFrom = async (
  context: Context,
  link: Row<'links'>,
  bytes: readonly Row<'file_bytes'>[],
  hashes: readonly string[]
): Promise<string[]> => {
  const exchanged = await context.store.transaction(({ tables }) =>
    tables.find('link_blobs', { link: link.id, hash: hashes })
  );
  const had = new Set([...bytes, ...exchanged].map(({ hash }) => hash));
  const lost = new Set(await context.files.missing(hashes));
  return [...new Set(hashes)].filter((hash) => !had.has(hash) || lost.has(hash));
};

const fieldsOf = (revision: Revision): Fields | undefined => {
  const row = revision.parts.find(({ name, content }) => content !== null && readPartName(name) !== null);
  return row && openPart(row)?.fields;
};
