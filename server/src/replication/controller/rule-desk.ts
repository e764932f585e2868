import { FILE_UID } from '../entity';
import type { Direction, Level, Rule, RuleDesk } from '../engine';
import { NotPossible } from '../errors';
import type { Clock, Schemas, Store, Unit } from '../ports';
import { startJob } from '../start-job';
import type { Row } from '../tables';
import { sha256 } from '../history/canonical';

export interface RuleDeskOptions {
  store: Store;
  schemas: Schemas;
  clock: Clock;
  /** Told after commit that rules have changed. */
  onChange(): void;
}

const LEVELS: readonly Level[] = ['EVERYTHING', 'PUBLISHED', 'NONE'];
const DIRECTIONS: readonly Direction[] = ['BOTH', 'SEND_ONLY', 'RECEIVE_ONLY'];

export type NewRule = Omit<Rule, 'link' | 'locked'>;

export const createRuleDesk = (options: RuleDeskOptions): RuleDesk => ({
  list: () =>
    options.store.transaction(async ({ tables }) =>
      (await tables.find('rules', {}, { orderBy: 'created_at' })).map((row): Rule => ({
        scope: row.scope,
        uid: row.uid,
        link: row.link,
        level: row.level as Level,
        direction: row.direction as Direction,
        locked: row.locked === 1,
      }))
    ),

  replace: async (link, rules) => {
    rules.forEach((rule) => checkRule(options.schemas, rule));
    const names = rules.map(nameOf);
    if (new Set(names).size < names.length) {
      throw new NotPossible('TWO_RULES', 'There are two rules for one content type. Keep one of them.');
    }
    await options.store.transaction(async (unit) => {
      const [row] = await unit.tables.find('links', { id: link });
      if (!row || row.state !== 'REGISTERED') {
        throw new NotPossible('NOT_LINKED', 'Rules can be set once both sites have accepted the link.');
      }
      await putRules(unit, options, link, rules, false);
    });
    options.onChange();
  },
});

const nameOf = (rule: Pick<Rule, 'scope' | 'uid'>): string => `${rule.scope} ${rule.uid}`;

const checkRule = (schemas: Schemas, { scope, uid, level, direction }: NewRule): void => {
  if (!LEVELS.includes(level)) throw new NotPossible('BAD_LEVEL', `“${level}” is no level that can be chosen here.`);
  if (!DIRECTIONS.includes(direction)) throw new NotPossible('BAD_DIRECTION', `“${direction}” is no direction.`);
  if (scope === 'instance' && uid !== '')
    throw new NotPossible('BAD_SCOPE', 'A rule for the whole site names no content type.');
  if (scope === 'type' && (uid === FILE_UID || !schemas.type(uid))) {
    throw new NotPossible('BAD_TYPE', `“${uid}” cannot be shared. Files go along with the entries that use them.`);
  }
  if (level === 'PUBLISHED' && direction !== 'SEND_ONLY') {
    throw new NotPossible(
      'PUBLISHED_SENDS',
      '“Published only” is always edited here: choose “Edited here”, or share drafts too.'
    );
  }
};

/** Replaces a link's rules of one kind (locked or not), and has the types that they touch decided again. */
export const putRules = async (
  unit: Unit,
  { schemas, clock }: Pick<RuleDeskOptions, 'schemas' | 'clock'>,
  link: string,
  rules: readonly NewRule[],
  locked: boolean
): Promise<void> => {
  const { tables } = unit;
  const all = await tables.find('rules', { link });
  const kept = all.filter((row) => (row.locked === 1) !== locked);
  const before = all.filter((row) => (row.locked === 1) === locked);
  const fixed = new Set(kept.map(nameOf));
  const now = clock.now();
  const after = rules
    .filter((rule) => locked || !fixed.has(nameOf(rule)))
    .map((rule, index): Row<'rules'> => ({
      ...rule,
      id: sha256(`${link} ${nameOf(rule)} ${locked}`).slice(0, 24),
      link,
      locked: locked ? 1 : 0,
      created_at: now + index,
    }));
  await tables.remove('rules', { id: before.map(({ id }) => id) });
  await tables.insert('rules', after, 'replace');
  // Also what is only handed on here: its type may be unknown to this site.
  const seen = (await tables.countBy('entries', ['uid'], {})).map(({ key }) => key[0]!);
  const types = [...new Set([...schemas.types(), ...seen])];
  for (const uid of touchedTypes(types, before, after)) await startJob(unit, 'decide', uid, clock.now());
};

const touchedTypes = (
  types: readonly string[],
  before: readonly Row<'rules'>[],
  after: readonly Row<'rules'>[]
): string[] => {
  const values = (rows: readonly Row<'rules'>[]) =>
    new Map(rows.map((row) => [nameOf(row), `${row.level} ${row.direction}`]));
  const was = values(before);
  const is = values(after);
  const changed = [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name));
  if (changed.some((name) => name.startsWith('instance'))) return types.filter((uid) => uid !== FILE_UID);
  return changed.map((name) => name.slice('type '.length));
};
