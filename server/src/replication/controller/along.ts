import { entityOf, type EntityKey } from '../entity';
import { isPublishedPart } from '../history/revision';
import type { Row } from '../tables';
import { nearestRule, type Decision } from './decide';
import {
  defaultModeOf,
  modeOf,
  MOST_STEPS,
  strongest,
  weaker,
  type Choices,
  type DependencyMode,
} from './dependencies';

/** Somebody who refers to what may go along: by which part, and by which of its fields. */
export interface User {
  source: EntityKey;
  decision: Decision;
  part: string;
  fields: string | null;
}

/** Whether what this part refers to is seen by who gets the entry. */
export const isSeen = ({ decision, part }: Pick<User, 'decision' | 'part'>): boolean =>
  decision.level === 'EVERYTHING' || (decision.level === 'PUBLISHED' && isPublishedPart(part));

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
  const { decision } = user;
  if (!decision.granted || decision.direction === 'RECEIVE_ONLY' || !isSeen(user)) return null;
  const mode = modeOfUser(choices, link, user);
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

/** The most of what several grant; null where nobody grants anything. */
export const mostAlong = (grants: readonly (Decision | null)[]): Decision | null => {
  const some = grants.filter((grant) => grant !== null);
  const alongs = some.flatMap(({ along }) => along ?? []);
  if (alongs.length === 0) return null;
  return {
    level: some.some(({ level }) => level === 'EVERYTHING') ? 'EVERYTHING' : 'PUBLISHED',
    direction: 'SEND_ONLY',
    granted: true,
    along: {
      mode: strongest(alongs.map(({ mode }) => mode)) as 'missing' | 'always',
      steps: Math.min(...alongs.map(({ steps }) => steps)),
      asked: alongs.some(({ asked }) => asked),
    },
  };
};

/**
 * Nobody takes it along any more, and it has arrived: it stays as it is there. Where no rule of the link shares drafts
 * any more, none is kept there.
 */
export const stayed = (rules: readonly Row<'rules'>[], link: string, before: Decision): Decision => {
  const drafts = rules.some(
    (rule) => rule.link === link && rule.level === 'EVERYTHING' && rule.direction !== 'RECEIVE_ONLY'
  );
  return {
    ...before,
    level: drafts ? before.level : 'PUBLISHED',
    along: { steps: 1, ...before.along, mode: 'missing', asked: false },
  };
};

/** Whether a rule says what becomes of an entry: then nothing else does. */
export const isNamed = (rules: readonly Row<'rules'>[], link: string, entity: EntityKey): boolean =>
  nearestRule(rules, link, entityOf(entity).uid) !== null;
