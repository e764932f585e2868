import { FILE_UID, entityOf, type EntityKey } from '../entity';
import type { Direction, Level } from '../engine';
import { forFile, isSeen, type Decision } from '../controller/decide';
import { grantAlong, isNamed, modeOfUser, mostAlong, type User } from '../controller/along';
import { MOST_ALONG, type Choices } from '../controller/dependencies';
import type { Tables } from '../ports';
import type { Row } from '../tables';

/*
 * Files and entries that no rule names go where their users go. One may have many thousands of users (a blog's default
 * image, its one category), so they are not asked one by one with every edit: what was decided of a follower holds until
 * one of its users comes, goes, or gets another decision, and then as few users are asked as tell the outcome.
 */

/** Mostly all users agree: so many are looked at before all are. */
const FIRST_LOOK = 500;

/** A link and an entry as one string. */
export const pairOf = (link: string, entity: EntityKey): string => `${link} ${entity}`;

export const isFile = (entity: EntityKey): boolean => entityOf(entity).uid === FILE_UID;

export const decisionOf = (replica: Row<'replicas'>): Decision => ({
  level: replica.level as Level,
  direction: replica.direction as Direction,
  granted: replica.granted === 1,
  ...(isAlong(replica)
    ? {
        along: {
          mode: replica.along === 'always' ? ('always' as const) : ('missing' as const),
          steps: replica.steps ?? 1,
          asked: replica.along === 'asked',
        },
      }
    : {}),
});

export const WENT_ALONG = ['missing', 'always', 'asked'] as const;

/** It goes along, or went. */
export const isAlong = ({ along }: Pick<Row<'replicas'>, 'along'>): boolean => along !== null && along !== 'there';

export const isSameDecision = (a: Decision, b: Decision): boolean =>
  a.level === b.level &&
  a.direction === b.direction &&
  a.granted === b.granted &&
  a.along?.mode === b.along?.mode &&
  a.along?.steps === b.along?.steps &&
  a.along?.asked === b.along?.asked;

/** Neither sent nor received. */
export const isNothing = ({ level, direction }: Decision): boolean => level === 'NONE' && direction !== 'RECEIVE_ONLY';

/** Some version of it is known to have arrived. */
export const isThere = ({ common }: Row<'replicas'>): boolean => common !== '[]';

/** What goes along once and is there: it stays as it was sent, and takes nothing new along. */
export const isSettled = (replica: Row<'replicas'>): boolean =>
  isAlong(replica) && replica.along !== 'always' && replica.wanted !== null && isThere(replica);

interface FollowerQuestion {
  choices: Choices;
  links: readonly string[];
  /** Files, or entries that no rule names: one kind. */
  followers: readonly EntityKey[];
  /** Entries that were decided a moment ago, and what was decided, by {@link pairOf}. */
  sources: readonly EntityKey[];
  decided: ReadonlyMap<string, Decision>;
  /** Those of them that are settled, by {@link pairOf}: {@link isSettled}. */
  settledSources: ReadonlySet<string>;
  /** Followers that may have lost a user, or that are decided for another reason. The others can only be used more than before. */
  uncertain: ReadonlySet<EntityKey>;
  replicaOf: (link: string, follower: EntityKey) => Row<'replicas'> | undefined;
  /** What becomes of it where the other site has said something of it, too. */
  settled: (link: string, follower: EntityKey, own: Decision | null) => Decision | null;
}

interface Asked extends User {
  isSettled: boolean;
  /** It refers to more than goes along with it, and this is one of those that have to stay. */
  isBeyond: boolean;
}

/** By {@link pairOf} of the link and the follower. */
type Users = ReadonlyMap<string, readonly Asked[]>;

/**
 * What each link is granted of each follower by those who use it, by {@link pairOf}: null where nobody grants anything.
 * Pairs for which that is as it was are left out.
 */
export const grantedOfFollowers = async (
  tables: Tables,
  asked: FollowerQuestion
): Promise<Map<string, Decision | null>> => {
  const { followers, links, sources, decided } = asked;
  const granted = new Map<string, Decision | null>();
  if (followers.length === 0 || links.length === 0) return granted;
  const refs = await tables.find('refs', { target: followers, source: sources });
  const near = await usersBy(tables, asked, refs, decided, asked.settledSources);

  for (const follower of followers) {
    const open = links.filter((link) => {
      const answer = withoutLooking(asked, link, follower, grantOf(asked, link, follower, near));
      if (answer === undefined) return true;
      if (answer !== 'as it was') granted.set(pairOf(link, follower), answer);
      return false;
    });
    if (open.length > 0) {
      for (const [pair, own] of await byLooking(tables, asked, open, follower, near)) granted.set(pair, own);
    }
  }
  return granted;
};

/** What these users together grant a link of a follower. */
const grantOf = (
  { choices, replicaOf }: FollowerQuestion,
  link: string,
  follower: EntityKey,
  ...some: readonly Users[]
): Decision | null => {
  const before = replicaOf(link, follower);
  const wasGranted = before !== undefined && !isNothing(decisionOf(before));
  const pair = pairOf(link, follower);
  const isAsked = before?.along === 'asked';
  // What a person has sent along goes whatever the limits say.
  const users = some
    .flatMap((map) => map.get(pair) ?? [])
    .filter((user) => isAsked || (!user.isBeyond && (wasGranted || !user.isSettled)));
  return isFile(follower) ? forFile(users) : mostAlong(users.map((user) => grantAlong(choices, link, user, isAsked)));
};

/** What is granted, as far as that follows from what was decided before and from the users that were decided now. */
const withoutLooking = (
  { uncertain, replicaOf, settled }: FollowerQuestion,
  link: string,
  follower: EntityKey,
  near: Decision | null
): Decision | null | 'as it was' | undefined => {
  const before = replicaOf(link, follower);
  // The other site has one of its own: whatever users grant, nothing goes.
  if (before?.along === 'there') return null;
  if (uncertain.has(follower)) return undefined;
  if (near === null) return 'as it was';
  if (before && isSumOfUsers(before)) return together(follower, decisionOf(before), near);
  if (!isFile(follower)) return undefined;
  if (!before) return isNothing(near) ? 'as it was' : undefined;
  // What the other site said of it goes before a use that grants nothing.
  if (near.level === 'NONE') return 'as it was';
  const after = settled(link, follower, near);
  return after && isSameDecision(after, decisionOf(before)) ? 'as it was' : undefined;
};

const byLooking = async (
  tables: Tables,
  asked: FollowerQuestion,
  links: readonly string[],
  follower: EntityKey,
  near: Users
): Promise<Map<string, Decision | null>> => {
  const { decided, replicaOf, settledSources } = asked;
  const look = async (limit?: number) => {
    const refs = await tables.find('refs', { target: follower }, limit === undefined ? {} : { limit });
    const known = new Map(decided);
    const settled = new Set(settledSources);
    const sources = [...new Set(refs.map(({ source }) => source))];
    for (const row of await tables.find('replicas', { entity: sources, link: links })) {
      const pair = pairOf(row.link, row.entity);
      if (known.has(pair)) continue;
      known.set(pair, decisionOf(row));
      if (isSettled(row)) settled.add(pair);
    }
    const users = await usersBy(tables, { ...asked, links }, refs, known, settled);
    const granted = links.map((link): [string, Decision | null] => [
      pairOf(link, follower),
      grantOf(asked, link, follower, near, users),
    ]);
    return { granted: new Map(granted), isAll: limit === undefined || refs.length < limit };
  };
  const first = await look(FIRST_LOOK);
  /** All that it was granted before, and all that is new: no further user can add to it. */
  const isMost = (link: string): boolean => {
    const before = replicaOf(link, follower);
    if (!before || !isSumOfUsers(before)) return false;
    const own = first.granted.get(pairOf(link, follower)) ?? null;
    const most = together(follower, decisionOf(before), grantOf(asked, link, follower, near));
    return own !== null && isSameDecision(own, most);
  };
  return first.isAll || links.every(isMost) ? first.granted : (await look()).granted;
};

/**
 * Only then what was decided is what the users were granted: the other site has had no say in it, and no rule that has
 * named the entry before.
 */
const isSumOfUsers = (replica: Row<'replicas'>): boolean =>
  replica.their_level === null && (isFile(replica.entity) || isAlong(replica));

/** The more of both: what the users of both together are granted. */
const together = (follower: EntityKey, before: Decision, near: Decision | null): Decision => {
  if (near === null || (near.level === 'NONE' && before.level !== 'NONE')) return before;
  if (before.level === 'NONE') return near.level !== 'NONE' || near.direction === 'RECEIVE_ONLY' ? near : before;
  if (!isFile(follower)) return mostAlong([before, near]) ?? near;
  const both = before.direction === 'BOTH' || near.direction === 'BOTH';
  return { level: 'EVERYTHING', direction: both ? 'BOTH' : 'SEND_ONLY', granted: before.granted || near.granted };
};

const usersBy = async (
  tables: Tables,
  { links, choices }: Pick<FollowerQuestion, 'links' | 'choices'>,
  refs: readonly Row<'refs'>[],
  decisions: ReadonlyMap<string, Decision>,
  settled: ReadonlySet<string>
): Promise<Users> => {
  const isBeyond = await beyondTheMost(tables, { links, choices }, refs, decisions);
  const users = new Map<string, Asked[]>();
  for (const { source, target, part, fields } of refs) {
    for (const link of links) {
      const decision = decisions.get(pairOf(link, source));
      if (!decision) continue;
      const pair = pairOf(link, target);
      if (!users.has(pair)) users.set(pair, []);
      users.get(pair)!.push({
        source,
        decision,
        part,
        fields,
        isSettled: settled.has(pairOf(link, source)),
        isBeyond: isBeyond(link, source, target),
      });
    }
  }
  return users;
};

/** Whether an entry refers to more than goes along with it, and this is one of those that have to stay. Files all go. */
const beyondTheMost = async (
  tables: Tables,
  { links, choices }: Pick<FollowerQuestion, 'links' | 'choices'>,
  refs: readonly Row<'refs'>[],
  decisions: ReadonlyMap<string, Decision>
): Promise<(link: string, source: EntityKey, target: EntityKey) => boolean> => {
  const sources = [...new Set(refs.filter(({ target }) => !isFile(target)).map(({ source }) => source))];
  if (sources.length === 0) return () => false;
  const many = (await tables.countBy('refs', ['source'], { source: sources }))
    .filter(({ count }) => count > MOST_ALONG)
    .map(({ key }) => key[0] as EntityKey);
  if (many.length === 0) return () => false;
  const first = new Map<string, ReadonlySet<EntityKey>>();
  const all = await tables.find('refs', { source: many });
  for (const source of many) {
    const own = all.filter((ref) => ref.source === source);
    for (const link of links) {
      const decision = decisions.get(pairOf(link, source));
      if (decision) first.set(pairOf(link, source), firstAlong(choices, link, own, decision));
    }
  }
  return (link, source, target) => !isFile(target) && first.get(pairOf(link, source))?.has(target) === false;
};

/** The entries that go along with one: of what it refers to, where the modes let it go and no rule says otherwise. */
export const firstAlong = (
  choices: Choices,
  link: string,
  refs: readonly Row<'refs'>[],
  decision: Decision
): ReadonlySet<EntityKey> => {
  const going = refs.filter(
    ({ target, ...ref }) =>
      !isFile(target) &&
      !isNamed(choices.rules, link, target) &&
      isSeen({ decision, ...ref }) &&
      modeOfUser(choices, link, { decision, ...ref }) !== 'never'
  );
  return new Set([...new Set(going.map(({ target }) => target))].sort().slice(0, MOST_ALONG));
};
