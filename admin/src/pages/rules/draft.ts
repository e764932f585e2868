import type { RuleView } from '../../../../server/src/contracts';
import { isSameRule, isUnchanged, ruleSetOf, type RuleSet } from './rule-changes';

/** What is changed in the form, and the saved rules that it is changed from. */
export interface Draft {
  before: RuleSet;
  rules: RuleSet;
  /** What somebody else has changed since the form was opened, by content type's uid. */
  theirs: readonly string[];
}

export const draftOf = (saved: readonly RuleView[]): Draft => {
  const before = ruleSetOf(saved);
  return { before, rules: before, theirs: [] };
};

/**
 * Saving replaces all rules, also those that somebody else has saved since the form was opened: so these are taken over,
 * and what is changed in the form stays on top of them. What the configuration says nobody changes.
 */
export const onTopOf = (draft: Draft, saved: readonly RuleView[]): Draft => {
  const before = ruleSetOf(saved);
  if (isUnchanged(draft.before, before)) return draft;
  if (isUnchanged(draft.before, draft.rules) || isUnchanged(before, draft.rules)) return draftOf(saved);
  const locked = new Set(saved.filter((rule) => rule.locked).map(({ uid }) => uid));
  const rules = new Map(before);
  for (const uid of differing(draft.before, draft.rules)) {
    const own = draft.rules.get(uid);
    if (locked.has(uid)) continue;
    if (own) rules.set(uid, own);
    else rules.delete(uid);
  }
  return { before, rules, theirs: [...new Set([...draft.theirs, ...differing(draft.before, before)])] };
};

const differing = (a: RuleSet, b: RuleSet): string[] =>
  [...new Set([...a.keys(), ...b.keys()])].filter((uid) => !isSameRule(a.get(uid), b.get(uid)));
