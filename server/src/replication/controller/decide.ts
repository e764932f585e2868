import type { Uid } from '../entity';
import { isPublishedPart } from '../history/revision';
import type { Direction, Level } from '../engine';
import type { Row } from '../tables';

/** How much of an entry a link gets from here, and who may edit it. */
export interface Decision {
  level: Level;
  direction: Direction;
  /** By a rule of this site, not only as the complement of the other side's. */
  granted: boolean;
  /** No rule names it: it goes along with what refers to it. */
  along?: Along;
  /** A file that nobody uses any more: what was sent stays there until it is deleted here, and nothing else of it goes. */
  isLeft?: boolean;
}

export interface Along {
  /** Once, or its later changes, too. */
  mode: 'missing' | 'always';
  /** How far it is from an entry that a rule names. */
  steps: number;
  /** A person said so: for this entry neither modes nor limits are asked. */
  asked: boolean;
  /** Nobody takes it along any more: what is there stays, and what is withdrawn does not come back. */
  isOver?: boolean;
}

/** What the other side said it sends us, from its own point of view. */
export interface Theirs {
  level: Level;
  direction: Direction;
}

const NOTHING: Decision = { level: 'NONE', direction: 'SEND_ONLY', granted: false };
const RECEIVES: Decision = { level: 'NONE', direction: 'RECEIVE_ONLY', granted: false };

/** The nearest rule: a type's before the instance's. */
export const nearestRule = (rules: readonly Row<'rules'>[], link: string, uid: Uid): Row<'rules'> | null =>
  rules.find((rule) => rule.link === link && rule.scope === 'type' && rule.uid === uid) ??
  rules.find((rule) => rule.link === link && rule.scope === 'instance') ??
  null;

/** The standard controller: the nearest rule wins. `NONE` stops inheritance. */
export const ruleFor = (rules: readonly Row<'rules'>[], link: string, uid: Uid): Decision | null => {
  const rule = nearestRule(rules, link, uid);
  return rule ? normal({ level: rule.level as Level, direction: rule.direction as Direction, granted: true }) : null;
};

/**
 * The intersection of both sides' rules. Without a rule of our own we complement theirs.
 *
 * @param started this site started the entry: unless it gave it away by a rule, nobody else says who may edit it, and it
 * goes nowhere without a rule.
 */
export const intersect = (own: Decision | null, said: Theirs | null, started = false): Decision => {
  const theirs = started && own?.direction !== 'RECEIVE_ONLY' ? null : said;
  if (!own) return theirs ? complement(theirs) : NOTHING;
  if (!theirs || theirs.level === 'NONE') return own;
  if (theirs.direction === 'SEND_ONLY' && own.direction !== 'SEND_ONLY') return { ...RECEIVES, granted: true };
  if (theirs.direction === 'RECEIVE_ONLY' && own.direction === 'BOTH') return { ...own, direction: 'SEND_ONLY' };
  return own;
};

/** Nobody hands on more than is held: where only what is published came here, nothing else can go on from here. */
export const atMostHeld = (decision: Decision, shows: string | undefined): Decision =>
  shows === 'PUBLISHED' && decision.level === 'EVERYTHING'
    ? { ...decision, level: 'PUBLISHED', direction: 'SEND_ONLY' }
    : decision;

/** May the other side change this entry here? */
export const accepts = (own: Decision | null): boolean => !own || own.direction !== 'SEND_ONLY';

const complement = ({ level, direction }: Theirs): Decision => {
  if (level === 'NONE' || direction === 'RECEIVE_ONLY') return NOTHING;
  return direction === 'BOTH' && level === 'EVERYTHING'
    ? { level: 'EVERYTHING', direction: 'BOTH', granted: false }
    : RECEIVES;
};

/** PUBLISHED and REFERENCE only ever send; whoever only receives sends nothing. */
const normal = (rule: Decision): Decision => {
  if (rule.direction === 'RECEIVE_ONLY') return { ...rule, level: 'NONE' };
  return rule.level === 'EVERYTHING' ? rule : { ...rule, direction: 'SEND_ONLY' };
};

/** Whether what this part refers to is seen by who gets the entry. */
export const isSeen = ({ decision, part }: { decision: Decision; part: string }): boolean =>
  decision.level === 'EVERYTHING' || (decision.level === 'PUBLISHED' && isPublishedPart(part));

/** Files go where their users go: the most that any of them gets, whole. */
export const forFile = (users: readonly { decision: Decision; part: string }[]): Decision | null => {
  if (users.length === 0) return null;
  const granting = users.filter(isSeen);
  if (granting.length > 0) {
    const both = granting.some(({ decision }) => decision.direction === 'BOTH');
    const granted = granting.some(({ decision }) => decision.granted);
    return { level: 'EVERYTHING', direction: both ? 'BOTH' : 'SEND_ONLY', granted };
  }
  const received = users.some(({ decision }) => decision.direction === 'RECEIVE_ONLY');
  return received ? RECEIVES : NOTHING;
};
