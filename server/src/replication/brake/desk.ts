import { FILE_UID, type EntityKey, type Uid } from '../entity';
import { markEntities } from '../capture/baseline';
import { placeAgain } from '../apply/park';
import type { Context } from '../context';
import { NotPossible } from '../errors';
import { loadShown } from '../history/shown';
import type { NewRow, Tables, Unit, Where } from '../ports';
import { NOTHING_THERE } from '../queue/state-hash';
import { startJob } from '../job-row';
import type { BrakeCode, FindingKind } from '../tables';
import { brakeId, liftBrake, standingBrakes } from './brake';
import { wakeAll } from './restore-deleted';

/** What a person can say to a brake, by its code; the safe one first. */
export type Answer = 'go-on' | 'delete' | 'restore' | 'keep' | 'put-back' | 'deleted' | 'take-over';
/** Rows that vanished wait like a brake does, though nothing is set: they stand in the table of findings. */
export type QuestionCode = BrakeCode | 'VANISHED';

export interface Question {
  id: string;
  code: QuestionCode;
  subject: string;
  /** Numbers and names for the sentence that tells it. */
  told: { [name: string]: string | number };
  since: number;
  answers: Answer[];
  /** Entries that it is about, the first of them. */
  entities: EntityKey[];
}

/** Who answers, as `replication_marks.actor` has it. */
export interface Person {
  id: string;
  name: string;
}

/** The brakes that stand, and what to do about each. */
export interface BrakeDesk {
  list(): Promise<Question[]>;
  /**
   * Says how it goes on. Where only some entries are meant, `entities` names them.
   *
   * @throws NotPossible where nothing is asked, or this is no answer to it.
   */
  answer(id: string, answer: Answer, person: Person, entities?: readonly EntityKey[]): Promise<void>;
}

const NAMED = 20;

export const answersOf = (code: QuestionCode, subject: string): Answer[] => {
  switch (code) {
    case 'MANY_DELETED':
      // The bytes of a deleted file are gone here: it can only be left to the others.
      return subject === FILE_UID ? ['keep', 'delete'] : ['restore', 'delete'];
    case 'VANISHED':
      return ['put-back', 'deleted'];
    case 'CHANGED_UNSEEN':
      return ['put-back', 'take-over'];
    case 'CHANGED_TOO_OFTEN':
    case 'DATABASE_RESTORED':
      return ['go-on'];
  }
};

export const createBrakeDesk = (
  context: Pick<Context, 'store' | 'clock' | 'observer'>,
  onAnswer: () => void
): BrakeDesk => ({
  list: () => context.store.transaction(({ tables }) => listQuestions(tables)),

  async answer(id, answer, person, entities) {
    const events = await context.store.transaction(async (unit) => {
      const question = (await listQuestions(unit.tables)).find((one) => one.id === id);
      if (!question) {
        throw new NotPossible(
          'NOTHING_ASKED',
          'Nothing is asked here any more: somebody has answered, or its cause is gone.'
        );
      }
      if (!question.answers.includes(answer)) {
        const answers = question.answers.join(', ');
        throw new NotPossible('NO_ANSWER', `“${answer}” is no answer to this. What can be answered is: ${answers}.`);
      }
      await act(unit, question, answer, person, context.clock.now(), entities);
      return wakeAll(unit);
    });
    for (const event of events) context.observer.notice(event);
    onAnswer();
  },
});

const KINDS: { [C in QuestionCode]?: FindingKind[] } = {
  MANY_DELETED: ['deleted'],
  CHANGED_UNSEEN: ['changed', 'added'],
  VANISHED: ['vanished'],
};

export const listQuestions = async (tables: Tables): Promise<Question[]> => {
  const counts = await tables.countBy('findings', ['uid', 'kind'], { answer: null });
  const count = (uid: Uid, kind: FindingKind) =>
    counts.find(({ key }) => key[0] === uid && key[1] === kind)?.count ?? 0;
  const questions: Question[] = [];
  const add = async (code: QuestionCode, subject: string, told: Question['told'], since: number | null) => {
    const kinds = KINDS[code];
    const where = { uid: subject, kind: kinds ?? [], answer: null };
    const found = kinds ? await tables.find('findings', where, { orderBy: 'since', limit: NAMED }) : [];
    questions.push({
      id: brakeId(code as BrakeCode, subject),
      code,
      subject,
      told,
      since: since ?? found[0]?.since ?? 0,
      answers: answersOf(code, subject),
      entities: code === 'CHANGED_TOO_OFTEN' ? [subject as EntityKey] : found.map(({ entity }) => entity),
    });
  };
  for (const { code, subject, told, set_at: since } of await standingBrakes(tables)) {
    const numbers = (KINDS[code] ?? []).map((kind) => [kind, count(subject, kind)] as const);
    await add(code, subject, { ...(JSON.parse(told) as object), ...Object.fromEntries(numbers) }, since);
  }
  for (const { key, count: vanished } of counts) {
    if (key[1] === 'vanished') await add('VANISHED', key[0]!, { vanished }, null);
  }
  return questions;
};

const act = async (
  unit: Unit,
  { id, code, subject }: Question,
  answer: Answer,
  person: Person,
  now: number,
  entities?: readonly EntityKey[]
): Promise<void> => {
  const { tables } = unit;
  const by = JSON.stringify(person);
  const mine = (kind: FindingKind) => ({
    uid: subject,
    kind,
    answer: null,
    ...(entities === undefined ? {} : { entity: [...entities] }),
  });
  const answered = (kind: FindingKind) => tables.update('findings', mine(kind), { answer, answered_by: by });
  switch (answer) {
    case 'go-on':
      return liftBrake(tables, id, by, now);
    case 'delete':
      await tables.remove('findings', { uid: subject, kind: 'deleted' });
      return liftBrake(tables, id, by, now);
    case 'restore':
      await answered('deleted');
      return startJob(unit, 'restore', subject, now);
    case 'keep':
      await leaveThere(tables, subject);
      return liftBrake(tables, id, by, now);
    case 'deleted':
      await answered('vanished');
      return recordDeletions(tables, subject, by, now);
    case 'take-over':
      await takeOver(tables, subject, mine, now);
      return liftWhereAnswered(tables, id, subject, by, now);
    case 'put-back':
      if (code === 'VANISHED') {
        const found = (await tables.find('findings', mine('vanished'))).map(({ entity }) => entity);
        await answered('vanished');
        return placeAgain(tables, found, { now: () => now });
      }
      await answered('changed');
      await answered('added');
      await putBackChanged(tables, subject, now);
      return liftWhereAnswered(tables, id, subject, by, now);
  }
};

/** The deletion counts as told: who has the file keeps it. A comparison still shows it, and a repair would send it. */
const leaveThere = async (tables: Tables, uid: Uid): Promise<void> => {
  const entity = (await tables.find('findings', { uid, kind: 'deleted' })).map((row) => row.entity);
  await tables.lock('replicas', { entity });
  const due = { entity, state: ['queued', 'sending', 'stopped'] as const, direction: { not: 'RECEIVE_ONLY' } };
  for (const replica of await tables.find('replicas', due)) {
    const { wanted, level, direction, wanted_hash: hash } = replica;
    const known = {
      state: 'done' as const,
      common: wanted ?? '[]',
      common_level: wanted === null ? 'NONE' : level,
      common_direction: direction,
      common_hash: wanted === null ? NOTHING_THERE : hash,
      lease: null,
    };
    await tables.insert('replicas', [{ ...replica, ...known }], 'replace');
  }
  await tables.remove('findings', { uid, kind: 'deleted' });
};

/** As if somebody had deleted what vanished just now: whoever answered is its author. */
const recordDeletions = async (tables: Tables, uid: Uid, by: string, now: number): Promise<void> => {
  const found = await tables.find('findings', { uid, kind: 'vanished', answer: 'deleted' });
  const entries = await tables.find('entries', { entity: found.map(({ entity }) => entity) });
  const shown = await loadShown(
    tables,
    entries.map(({ entity }) => entity)
  );
  const marks: NewRow<'marks'>[] = entries.flatMap(({ entity, local_id: id }) =>
    shown.get(entity)!.map(({ locale, status }) => ({
      uid,
      document_id: id,
      locale: locale === '-' ? '' : locale,
      status,
      action: 'delete' as const,
      actor: by,
      base: null,
      at: now,
    }))
  );
  // A row that is there is not taken for deleted by a mark: only those that are gone are.
  await tables.insert('marks', marks, 'fail');
};

const takeOver = async (
  tables: Tables,
  uid: Uid,
  meant: (kind: FindingKind) => Where<'findings'>,
  now: number
): Promise<void> => {
  for (const kind of ['changed', 'added'] as const) {
    const found = await tables.find('findings', meant(kind));
    await markEntities(tables, uid, found, now);
    await tables.remove('findings', meant(kind));
    // What came meanwhile that they refer to has found nobody to be linked by.
    await placeAgain(
      tables,
      found.map(({ entity }) => entity),
      { now: () => now }
    );
  }
};

/** Where only some were meant, the question stays for the others. */
const liftWhereAnswered = async (tables: Tables, id: string, uid: Uid, by: string, now: number): Promise<void> => {
  const open = { uid, kind: ['changed', 'added'] satisfies FindingKind[], answer: null };
  if ((await tables.count('findings', open)) === 0) await liftBrake(tables, id, by, now);
};

const putBackChanged = async (tables: Tables, uid: Uid, now: number): Promise<void> => {
  const found = await tables.find('findings', { uid, kind: 'changed', answer: 'put-back' });
  await markEntities(tables, uid, found, now);
  await placeAgain(
    tables,
    found.map(({ entity }) => entity),
    { now: () => now }
  );
};
