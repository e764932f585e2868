import type { DependencyMode, RuleInput, TypeView } from '../../../../server/src/contracts';

/** Rules by what they are about: a content type's uid, or '' for all other types. */
export type RuleSet = ReadonlyMap<string, RuleInput>;

export type Choice = Pick<RuleInput, 'level' | 'direction'>;

export const ruleSetOf = (rules: readonly RuleInput[]): RuleSet =>
  new Map(
    rules.map(({ scope, uid, level, direction, dependencies = {} }) => [
      uid,
      { scope, uid, level, direction, ...(Object.keys(dependencies).length > 0 ? { dependencies } : {}) },
    ])
  );

/**
 * What holds for a type: its own rule, else the one for all other types. null where there is neither: nothing is sent
 * from here by itself, and what the other site shares is taken as it says.
 */
export const effective = (rules: RuleSet, uid: string): Choice | null => rules.get(uid) ?? rules.get('') ?? null;

/** null takes the rule away. Only this site edits what goes out as published versions. */
export const withChoice = (rules: RuleSet, uid: string, choice: Choice | null): RuleSet => {
  const next = new Map(rules);
  if (choice === null) {
    next.delete(uid);
  } else {
    const direction = choice.level === 'EVERYTHING' ? choice.direction : 'SEND_ONLY';
    const { dependencies } = rules.get(uid) ?? {};
    const kept = dependencies === undefined ? {} : { dependencies };
    next.set(uid, { scope: uid === '' ? 'instance' : 'type', uid, level: choice.level, direction, ...kept });
  }
  return next;
};

/** Whether what a field refers to goes along with a type's entries; null: as the link's default says. */
export const withMode = (rules: RuleSet, uid: string, field: string, mode: DependencyMode | null): RuleSet => {
  const rule = rules.get(uid);
  if (!rule) return rules;
  const { dependencies = {}, ...rest } = rule;
  const after = Object.fromEntries(Object.entries(dependencies).filter(([name]) => name !== field));
  if (mode !== null) after[field] = mode;
  const next = new Map(rules);
  next.set(uid, Object.keys(after).length > 0 ? { ...rest, dependencies: after } : rest);
  return next;
};

export interface Change {
  type: TypeView;
  before: Choice | null;
  after: Choice | null;
  /** Other entries go along with it than before. */
  isAlongChanged: boolean;
}

/** Which types are treated differently by `after` than by `before`. */
export const changesBetween = (types: readonly TypeView[], before: RuleSet, after: RuleSet): Change[] =>
  types
    .map((type) => ({
      type,
      before: effective(before, type.uid),
      after: effective(after, type.uid),
      isAlongChanged: !sameModes(before.get(type.uid), after.get(type.uid)),
    }))
    .filter((change) => change.isAlongChanged || !sameChoice(change.before, change.after));

const sameModes = (a: RuleInput | undefined, b: RuleInput | undefined): boolean => {
  const [before, after] = [a?.dependencies ?? {}, b?.dependencies ?? {}];
  return [...Object.keys(before), ...Object.keys(after)].every((field) => before[field] === after[field]);
};

/** Who edits what is not shared is of no account. */
const sameChoice = (a: Choice | null, b: Choice | null): boolean =>
  a?.level === b?.level && (a?.level === 'NONE' || a?.direction === b?.direction);

export const isSent = (choice: Choice | null): boolean =>
  choice !== null && choice.level !== 'NONE' && choice.direction !== 'RECEIVE_ONLY';

/** What a change does once it is saved: the most that can happen here. */
export type Effect =
  'sends' | 'withdraws' | 'withdraws-drafts' | 'receives' | 'stops' | 'theirs' | 'changes-editing' | 'along';

export const effectOf = ({ before, after, isAlongChanged }: Change): Effect => {
  if (isAlongChanged && sameChoice(before, after)) return 'along';
  if (after === null) return isSent(before) ? 'withdraws' : 'theirs';
  if (after.level === 'NONE') return isSent(before) ? 'withdraws' : 'stops';
  if (after.direction === 'RECEIVE_ONLY') return 'receives';
  if (before?.level === 'EVERYTHING' && isSent(before) && after.level === 'PUBLISHED') return 'withdraws-drafts';
  return before?.level === after.level && isSent(before) ? 'changes-editing' : 'sends';
};

export const isSameRule = (a: RuleInput | undefined, b: RuleInput | undefined): boolean =>
  a?.level === b?.level && a?.direction === b?.direction && sameModes(a, b);

export const isUnchanged = (before: RuleSet, after: RuleSet): boolean =>
  before.size === after.size && [...before].every(([uid, rule]) => isSameRule(rule, after.get(uid)));
