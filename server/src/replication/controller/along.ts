import { entityOf, type EntityKey } from '../entity';
import type { Row } from '../tables';
import { isSeen, nearestRule, ruleFor, type Along, type Decision } from './decide';
import { defaultModeOf, modeOf, MOST_STEPS, weaker, type Choices, type DependencyMode } from './dependencies';

/** Somebody who refers to what may go along: by which part, and by which of its fields. */
export interface User {
  source: EntityKey;
  decision: Decision;
  part: string;
  fields: string | null;
}

/** Of what went along the link's default says what it takes along, and nothing is kept more up to date than itself. */
export const modeOfUser = (choices: Choices, link: string, { source, decision, fields }: User): DependencyMode =>
  decision.along
    ? weaker(defaultModeOf(choices, link), decision.along.mode)
    : modeOf(choices, link, entityOf(source).uid, fields);

/**
 * What somebody who refers to an entry without a rule grants of it; null: nothing.
 *
 * @param asked a person said that it goes along: neither mode nor steps are asked.
 */
export const grantAlong = (choices: Choices, link: string, user: User, asked: boolean): Decision | null => {
  const decision = asRulesSay(choices, link, user);
  if (!decision.granted || decision.direction === 'RECEIVE_ONLY' || !isSeen({ ...user, decision })) return null;
  const mode = modeOfUser(choices, link, { ...user, decision });
  const steps = (decision.along?.steps ?? 0) + 1;
  if (!asked && (mode === 'never' || steps > MOST_STEPS)) return null;
  const along = { mode: mode === 'always' && !asked ? mode : ('missing' as const), steps, asked };
  return {
    level: decision.level,
    direction: 'SEND_ONLY',
    granted: true,
    along: { ...along, steps: Math.min(steps, MOST_STEPS) },
  };
};

/**
 * What was decided of somebody may be older than the rules, where their job has not come to it: it must not take along by
 * a rule that is gone, because what went along stays. Who goes along without a rule is decided before; see `queue/unsettled.ts`.
 */
const asRulesSay = ({ rules }: Choices, link: string, { source, decision }: User): Decision => {
  const rule = ruleFor(rules, link, entityOf(source).uid);
  if (!rule) return decision.along ? decision : { ...decision, level: 'NONE' };
  const { along: _gone, ...own } = decision;
  if (rule.level === 'NONE') return { ...own, level: 'NONE' };
  return own.level === 'EVERYTHING' && rule.level === 'PUBLISHED' ? { ...own, level: 'PUBLISHED' } : own;
};

/**
 * Of what several grant that of the one who grants most, null where nobody does. Its steps go with it: what two entries
 * that refer to one another grant each other grows by a step each time it is asked, and so comes to an end.
 */
export const mostAlong = (grants: readonly (Decision | null)[]): Decision | null => {
  const some = grants.flatMap((grant) => (grant?.along ? [{ ...grant, along: grant.along }] : []));
  const [first, ...others] = some;
  if (first === undefined) return null;
  const best = others.reduce((most, one) => (isMore(one, most) ? one : most), first);
  return { ...best, along: { ...best.along, asked: some.some(({ along }) => along.asked) } };
};

type Granted = Decision & { along: Along };

const isMore = (one: Granted, than: Granted): boolean => {
  if (one.level !== than.level) return one.level === 'EVERYTHING';
  if (one.along.mode !== than.along.mode) return one.along.mode === 'always';
  return one.along.steps < than.along.steps;
};

/**
 * Nobody takes it along any more, and it has arrived: it stays as it is there, and takes nothing along. Where no rule of
 * the link shares drafts any more, none is kept there.
 */
export const stayed = (rules: readonly Row<'rules'>[], link: string, before: Decision): Decision => {
  const drafts = rules.some(
    (rule) => rule.link === link && rule.level === 'EVERYTHING' && rule.direction !== 'RECEIVE_ONLY'
  );
  return {
    ...before,
    level: drafts ? before.level : 'PUBLISHED',
    along: { mode: 'missing', steps: MOST_STEPS, asked: false, isOver: true },
  };
};

/** Whether a rule says what becomes of an entry: then nothing else does. */
export const isNamed = (rules: readonly Row<'rules'>[], link: string, entity: EntityKey): boolean =>
  nearestRule(rules, link, entityOf(entity).uid) !== null;
