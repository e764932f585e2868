import type { BrakeAnswer, BrakeCode, BrakeView } from '../../../../server/src/contracts';
import type { Say, Values, Word } from '../../words/use-words';

const TEXTS: { [C in BrakeCode]: Word } = {
  CHANGED_TOO_OFTEN: 'brake.changed-too-often',
  MANY_DELETED: 'brake.many-deleted',
  CHANGED_UNSEEN: 'brake.changed-unseen',
  VANISHED: 'brake.vanished',
  DATABASE_RESTORED: 'brake.database-restored',
};

/** What has happened, in a sentence. */
export const brakeText = (say: Say, { code, told, subjectName }: BrakeView): string => {
  const none: Values = { deleted: 0, total: 0, minutes: 0, changed: 0, added: 0, vanished: 0, changes: 0, site: '' };
  return say(TEXTS[code], { ...none, ...told, subject: subjectName });
};

const ANSWERS: { [A in Exclude<BrakeAnswer, 'put-back'>]: Word } = {
  'go-on': 'brake.go-on',
  delete: 'brake.delete',
  restore: 'brake.restore',
  keep: 'brake.keep',
  deleted: 'brake.deleted',
  'take-over': 'brake.take-over',
};

/** What the button says. */
export const answerWord = (say: Say, answer: BrakeAnswer): string =>
  say(answer === 'put-back' ? 'brake.put-back' : ANSWERS[answer]);

const CONFIRM: { [A in Exclude<BrakeAnswer, 'put-back' | 'go-on'>]: Word } = {
  delete: 'brake.delete.confirm',
  restore: 'brake.restore.confirm',
  keep: 'brake.keep.confirm',
  deleted: 'brake.deleted.confirm',
  'take-over': 'brake.take-over.confirm',
};

/** What it does, before it is done. */
export const confirmWord = (say: Say, { code }: BrakeView, answer: BrakeAnswer): string => {
  if (answer === 'put-back')
    return say(code === 'VANISHED' ? 'brake.put-back.confirm' : 'brake.put-back-changed.confirm');
  if (answer === 'go-on') {
    return say(code === 'DATABASE_RESTORED' ? 'brake.go-on-restored.confirm' : 'brake.go-on.confirm');
  }
  return say(CONFIRM[answer]);
};

/** Those that no other site can undo. */
export const isGrave = (answer: BrakeAnswer): boolean => answer === 'delete' || answer === 'deleted';
