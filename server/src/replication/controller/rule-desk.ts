import { FILE_UID, type Uid } from '../entity';
import type { Context } from '../context';
import type { Direction, Level, Rule, RuleDesk } from '../engine';
import { NotPossible } from '../errors';
import type { Schemas, Unit } from '../ports';
import { startJob } from '../job-row';
import type { Row } from '../tables';
import { sha256 } from '../history/canonical';
import {
  MODES,
  dependenciesIn,
  loadDefaultMode,
  referringFields,
  saveDefaultMode,
  type DependencyMode,
} from './dependencies';
import { sendAlong } from './send-along';

export interface RuleDeskOptions {
  context: Context;
  /** Told after commit that rules have changed. */
  onChange(): void;
}

const LEVELS: readonly Level[] = ['EVERYTHING', 'PUBLISHED', 'NONE'];
const DIRECTIONS: readonly Direction[] = ['BOTH', 'SEND_ONLY', 'RECEIVE_ONLY'];

export type NewRule = Omit<Rule, 'link' | 'locked'>;

export const createRuleDesk = ({ context, onChange }: RuleDeskOptions): RuleDesk => ({
  list: () =>
    context.store.transaction(async ({ tables }) =>
      (await tables.find('rules', {}, { orderBy: 'created_at' })).map((row): Rule => ({
        scope: row.scope,
        uid: row.uid,
        link: row.link,
        level: row.level as Level,
        direction: row.direction as Direction,
        locked: row.locked === 1,
        ...modesOf(context.schemas, row),
      }))
    ),

  replace: async (link, rules) => {
    rules.forEach((rule) => checkRule(context.schemas, rule));
    const names = rules.map(nameOf);
    if (new Set(names).size < names.length) {
      throw new NotPossible('TWO_RULES', 'There are two rules for one content type. Keep one of them.');
    }
    await context.store.transaction(async (unit) => {
      await requireLinked(unit, link);
      await putRules(unit, context, link, rules, false);
    });
    onChange();
  },

  defaultMode: (link) => context.store.transaction(({ tables }) => loadDefaultMode(tables, link)),

  setDefaultMode: async (link, mode) => {
    checkMode(mode);
    await context.store.transaction(async (unit) => {
      await requireLinked(unit, link);
      await saveDefaultMode(unit.tables, link, mode);
      const rules = await unit.tables.find('rules', { link });
      const types = [...rules.map(({ uid }) => uid).filter((uid) => uid !== ''), ...(await wentAlong(unit, link))];
      for (const uid of new Set(types)) await startJob(unit, 'decide', uid, context.clock.now());
    });
    onChange();
  },

  sendAlong: async (link, source, target) => {
    await sendAlong(context, link, source, target);
    onChange();
  },
});

/** Without those of fields that the schema has no more: nobody could choose them, and so nobody could save the rules. */
const modesOf = (schemas: Schemas, row: Row<'rules'>): Pick<Rule, 'dependencies'> => {
  const fields = referringFields(schemas, row.uid);
  const modes = Object.entries(dependenciesIn(row)).filter(([field]) => fields.has(field));
  return modes.length > 0 ? { dependencies: Object.fromEntries(modes) } : {};
};

const requireLinked = async ({ tables }: Unit, link: string): Promise<void> => {
  const [row] = await tables.find('links', { id: link });
  if (!row || row.state !== 'REGISTERED') {
    throw new NotPossible('NOT_LINKED', 'Rules can be set once both sites have accepted the link.');
  }
};

/** Types of which something went along to a link: what becomes of it hangs on the rules of others. */
const wentAlong = async ({ tables }: Unit, link: string): Promise<Uid[]> =>
  (await tables.countBy('replicas', ['uid'], { link, along: ['missing', 'always', 'asked', 'there'] })).map(
    ({ key }) => key[0]!
  );

const nameOf = (rule: Pick<Rule, 'scope' | 'uid'>): string => `${rule.scope} ${rule.uid}`;

const checkRule = (schemas: Schemas, rule: NewRule): void => {
  const { scope, uid, level, direction } = rule;
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
  checkFields(schemas, rule);
};

/** Modes are for fields that refer to entries. */
export const checkFields = (schemas: Schemas, { scope, uid, dependencies = {} }: NewRule): void => {
  const fields = scope === 'type' ? referringFields(schemas, uid) : new Map();
  for (const [field, mode] of Object.entries(dependencies)) {
    checkMode(mode);
    if (fields.has(field)) continue;
    const where = scope === 'type' ? `“${uid}”` : 'A rule for the whole site';
    throw new NotPossible('BAD_FIELD', `${where} has no field “${field}” that refers to entries.`);
  }
};

const checkMode = (mode: DependencyMode): void => {
  if (!MODES.includes(mode)) throw new NotPossible('BAD_MODE', `“${mode}” is none of: ${MODES.join(', ')}.`);
};

/** Replaces a link's rules of one kind (locked or not), and has the types that they touch decided again. */
export const putRules = async (
  unit: Unit,
  { schemas, clock }: Pick<Context, 'schemas' | 'clock'>,
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
    .map(({ dependencies = {}, ...rule }, index): Row<'rules'> => ({
      ...rule,
      id: sha256(`${link} ${nameOf(rule)} ${locked}`).slice(0, 24),
      link,
      locked: locked ? 1 : 0,
      created_at: now + index,
      dependencies: Object.keys(dependencies).length > 0 ? JSON.stringify(dependencies) : null,
    }));
  await tables.remove('rules', { id: before.map(({ id }) => id) });
  await tables.insert('rules', after, 'replace');
  // Also what is only handed on here: its type may be unknown to this site.
  const seen = (await tables.countBy('entries', ['uid'], {})).map(({ key }) => key[0]!);
  const types = [...new Set([...schemas.types(), ...seen])];
  const touched = touchedTypes(types, before, after);
  if (touched.length > 0) touched.push(...(await wentAlong(unit, link)));
  for (const uid of new Set(touched)) await startJob(unit, 'decide', uid, clock.now());
};

const touchedTypes = (
  types: readonly string[],
  before: readonly Row<'rules'>[],
  after: readonly Row<'rules'>[]
): string[] => {
  const values = (rows: readonly Row<'rules'>[]) =>
    new Map(rows.map((row) => [nameOf(row), `${row.level} ${row.direction} ${row.dependencies}`]));
  const was = values(before);
  const is = values(after);
  const changed = [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name));
  if (changed.some((name) => name.startsWith('instance'))) return types.filter((uid) => uid !== FILE_UID);
  return changed.map((name) => name.slice('type '.length));
};
