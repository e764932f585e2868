import { FILE_UID, entityOf, type EntityKey } from '../entity';
import type { Direction, Level } from '../engine';
import { forFile, type Decision } from '../controller/decide';
import type { Tables } from '../ports';
import type { Row } from '../tables';

/*
 * Files go where their users go. One file may have many thousands of users (a blog's default image), so they are not
 * asked one by one with every edit: what was decided of a file holds until one of its users comes, goes, or gets another
 * decision, and then as few users are asked as tell the outcome.
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
});

export const isSameDecision = (a: Decision, b: Decision): boolean =>
  a.level === b.level && a.direction === b.direction && a.granted === b.granted;

/** Neither sent nor received. */
export const isNothing = ({ level, direction }: Decision): boolean => level === 'NONE' && direction !== 'RECEIVE_ONLY';

export interface FileQuestion {
  links: readonly string[];
  files: readonly EntityKey[];
  /** Entries that were decided a moment ago, and what was decided, by {@link pairOf}. */
  sources: readonly EntityKey[];
  decided: ReadonlyMap<string, Decision>;
  /** Files that may have lost a user, or that are decided for another reason. The others can only be used more than before. */
  uncertain: ReadonlySet<EntityKey>;
  replicaOf: (link: string, file: EntityKey) => Row<'replicas'> | undefined;
  /** What becomes of it where the other site has said something of the file, too. */
  settled: (link: string, file: EntityKey, own: Decision | null) => Decision | null;
}

type Users = { decision: Decision; part: string }[];

/**
 * What each link is granted of each file by those who use it, by {@link pairOf}: null where nobody does. Pairs for which
 * that is as it was are left out.
 */
export const grantedOfFiles = async (tables: Tables, asked: FileQuestion): Promise<Map<string, Decision | null>> => {
  const { files, links, sources, decided } = asked;
  const granted = new Map<string, Decision | null>();
  if (files.length === 0 || links.length === 0) return granted;
  const near = usersBy(links, await tables.find('refs', { target: files, source: sources }), decided);

  for (const file of files) {
    const open = links.filter((link) => {
      const answer = withoutLooking(asked, link, file, forFile(near.get(pairOf(link, file)) ?? []));
      if (answer === undefined) return true;
      if (answer !== 'as it was') granted.set(pairOf(link, file), answer);
      return false;
    });
    if (open.length > 0) {
      for (const [pair, own] of await byLooking(tables, asked, open, file, near)) granted.set(pair, own);
    }
  }
  return granted;
};

/** What is granted, as far as that follows from what was decided before and from the users that were decided now. */
const withoutLooking = (
  { uncertain, replicaOf, settled }: FileQuestion,
  link: string,
  file: EntityKey,
  near: Decision | null
): Decision | null | 'as it was' | undefined => {
  if (uncertain.has(file)) return undefined;
  const before = replicaOf(link, file);
  if (near === null) return 'as it was';
  if (before && isOurs(before)) return together(decisionOf(before), near);
  if (!before) return isNothing(near) ? 'as it was' : undefined;
  // What the other site said of the file goes before a use that grants nothing.
  if (near.level === 'NONE') return 'as it was';
  const after = settled(link, file, near);
  return after && isSameDecision(after, decisionOf(before)) ? 'as it was' : undefined;
};

const byLooking = async (
  tables: Tables,
  { decided, replicaOf }: FileQuestion,
  links: readonly string[],
  file: EntityKey,
  near: ReadonlyMap<string, Users>
): Promise<Map<string, Decision | null>> => {
  const look = async (limit?: number) => {
    const refs = await tables.find('refs', { target: file }, limit === undefined ? {} : { limit });
    const known = new Map(decided);
    const sources = [...new Set(refs.map(({ source }) => source))];
    for (const row of await tables.find('replicas', { entity: sources })) {
      const pair = pairOf(row.link, row.entity);
      if (!known.has(pair)) known.set(pair, decisionOf(row));
    }
    const users = usersBy(links, refs, known);
    const granted = links.map((link): [string, Decision | null] => {
      const pair = pairOf(link, file);
      return [pair, forFile([...(near.get(pair) ?? []), ...(users.get(pair) ?? [])])];
    });
    return { granted: new Map(granted), isAll: limit === undefined || refs.length < limit };
  };
  const first = await look(FIRST_LOOK);
  /** All that the file was granted before, and all that is new: no further user can add to it. */
  const isMost = (link: string): boolean => {
    const before = replicaOf(link, file);
    if (!before || !isOurs(before)) return false;
    const own = first.granted.get(pairOf(link, file)) ?? null;
    const most = together(decisionOf(before), forFile(near.get(pairOf(link, file)) ?? []));
    return own !== null && isSameDecision(own, most);
  };
  return first.isAll || links.every(isMost) ? first.granted : (await look()).granted;
};

/** Only then what was decided is what the users were granted: the other site has had no say in it. */
const isOurs = (replica: Row<'replicas'>): boolean => replica.their_level === null;

/** The more of both: what {@link forFile} makes of the users of both. */
const together = (before: Decision, near: Decision | null): Decision => {
  if (near === null || (near.level === 'NONE' && before.level !== 'NONE')) return before;
  if (before.level === 'NONE') return near.level !== 'NONE' || near.direction === 'RECEIVE_ONLY' ? near : before;
  const both = before.direction === 'BOTH' || near.direction === 'BOTH';
  return { level: 'EVERYTHING', direction: both ? 'BOTH' : 'SEND_ONLY', granted: before.granted || near.granted };
};

const usersBy = (
  links: readonly string[],
  refs: readonly Row<'refs'>[],
  decisions: ReadonlyMap<string, Decision>
): Map<string, Users> => {
  const users = new Map<string, Users>();
  for (const { source, target, part } of refs) {
    for (const link of links) {
      const decision = decisions.get(pairOf(link, source));
      if (!decision) continue;
      const pair = pairOf(link, target);
      if (!users.has(pair)) users.set(pair, []);
      users.get(pair)!.push({ decision, part });
    }
  }
  return users;
};
