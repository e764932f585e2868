import { STAYS_LIMIT, type StayReason } from '../contracts';
import { grantAlong, modeOfUser } from '../replication/controller/along';
import { isSeen, ruleFor } from '../replication/controller/decide';
import { loadChoices, MOST_STEPS, type Choices } from '../replication/controller/dependencies';
import { entityOf, type EntityKey } from '../replication/entity';
import type { Tables } from '../replication/ports';
import { decisionOf, firstAlong, isAlong, isFile, isNothing } from '../replication/queue/followers';
import type { Row } from '../replication/tables';

/** What goes along with an entry on its way to a link, seen from both ends. */
export interface AlongOnLink {
  /** null: it does not go along with others. */
  goesWith: EntityKey[] | null;
  stays: { entity: EntityKey; reason: StayReason }[];
}

/** So many entries are named that one goes along with. */
const NAMED = 3;

/** For each of these links. A handful of queries, whatever the entry refers to. */
export const readAlong = async (
  tables: Tables,
  links: readonly string[],
  entity: EntityKey
): Promise<Map<string, AlongOnLink>> => {
  const own = new Map((await tables.find('replicas', { entity, link: links })).map((row) => [row.link, row]));
  const choices = await loadChoices(tables, links);
  const refs = (await tables.find('refs', { source: entity })).filter(({ target }) => !isFile(target));
  const targets = [...new Set(refs.map(({ target }) => target))];
  const replicas = await tables.find('replicas', { link: links, entity: targets });
  const result = new Map<string, AlongOnLink>();
  for (const link of links) {
    const replica = own.get(link);
    const theirs = new Map(replicas.filter((row) => row.link === link).map((row) => [row.entity, row]));
    result.set(link, {
      goesWith: replica && isAlong(replica) ? await usersOf(tables, choices, replica) : null,
      stays: replica ? staying(choices, link, replica, refs, theirs) : [],
    });
  }
  return result;
};

/** Those who have it go along. */
const usersOf = async (
  tables: Tables,
  choices: Choices,
  { link, entity, along }: Row<'replicas'>
): Promise<EntityKey[]> => {
  const refs = await tables.find('refs', { target: entity }, { limit: 100 });
  const sources = [...new Set(refs.map(({ source }) => source))];
  const rows = new Map((await tables.find('replicas', { link, entity: sources })).map((row) => [row.entity, row]));
  const sent = refs.filter(({ source, part, fields }) => {
    const row = rows.get(source);
    const user = row && { source, decision: decisionOf(row), part, fields };
    return user && grantAlong(choices, link, user, along === 'asked') !== null;
  });
  return [...new Set(sent.map(({ source }) => source))].slice(0, NAMED);
};

const staying = (
  choices: Choices,
  link: string,
  replica: Row<'replicas'>,
  refs: readonly Row<'refs'>[],
  theirs: ReadonlyMap<EntityKey, Row<'replicas'>>
): AlongOnLink['stays'] => {
  const decision = decisionOf(replica);
  if (!decision.granted || decision.direction === 'RECEIVE_ONLY') return [];
  const seen = refs.filter(({ part }) => isSeen({ decision, part }));
  const first = firstAlong(choices, link, seen, decision);
  return [...new Set(seen.map(({ target }) => target))]
    .sort()
    .flatMap((target) => {
      const reason = reasonFor(target);
      return reason === null ? [] : [{ entity: target, reason }];
    })
    .slice(0, STAYS_LIMIT);

  function reasonFor(target: EntityKey): StayReason | null {
    const row = theirs.get(target);
    // Where the other site has it of its own, or gives it to us, it is there.
    if (row?.along === 'there' || (row?.their_level ?? 'NONE') !== 'NONE') return null;
    if (row && !isNothing(decisionOf(row))) return row.wanted === null ? 'unpublished' : null;
    const rule = ruleFor(choices.rules, link, entityOf(target).uid);
    if (rule) return rule.level === 'NONE' && rule.direction !== 'RECEIVE_ONLY' ? 'rule' : null;
    const modes = seen
      .filter((ref) => ref.target === target)
      .map((ref) => modeOfUser(choices, link, { ...ref, decision }));
    if (modes.every((mode) => mode === 'never')) return 'never';
    if ((decision.along?.steps ?? 0) >= MOST_STEPS) return 'far';
    return first.has(target) ? null : 'many';
  }
};
