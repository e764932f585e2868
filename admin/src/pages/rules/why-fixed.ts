import type { Word } from '../../words/use-words';
import type { Choice } from './rule-changes';

/** Why who edits entries of a type cannot be chosen in its row; null where it can. */
export const whyFixed = (own: Choice | null, holds: Choice | null): Word | null => {
  if (holds === null) return 'direction.why.theirs';
  if (own === null) return 'direction.why.others';
  return own.level === 'PUBLISHED' || own.level === 'REFERENCE' ? 'direction.why.published' : null;
};
