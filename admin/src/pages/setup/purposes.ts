import type { Direction, Level, MatchFields, RuleInput, RuleView, TypeView } from '../../../../server/src/contracts';
import type { Plan } from '../preview/preview-run';
import { effective, ruleSetOf, isSent } from '../rules/rule-changes';

/**
 * What a link is for. `publish`: edited here, and what is published appears there; `both`: both sites edit;
 * `configure`: whoever sets it up writes the rules.
 */
export type Purpose = 'publish' | 'both' | 'configure';
export const PURPOSES: readonly Purpose[] = ['publish', 'both', 'configure'];
export type PlannedPurpose = Exclude<Purpose, 'configure'>;

/** What is ticked at first: for publishing all that can be published; where both edit, a person chooses. */
export const firstChoice = (purpose: Purpose, types: readonly TypeView[]): ReadonlySet<string> =>
  new Set(purpose === 'publish' ? types.filter(({ drafts }) => drafts).map(({ uid }) => uid) : []);

/** What is published can only be told from drafts where there are drafts: elsewhere all there is goes. */
const sharing = (purpose: PlannedPurpose, { drafts }: TypeView): { level: Level; direction: Direction } =>
  purpose === 'both'
    ? { level: 'EVERYTHING', direction: 'BOTH' }
    : { level: drafts ? 'PUBLISHED' : 'EVERYTHING', direction: 'SEND_ONLY' };

export const rulesFor = (
  purpose: PlannedPurpose,
  types: readonly TypeView[],
  chosen: ReadonlySet<string>
): RuleInput[] =>
  types
    .filter(({ uid }) => chosen.has(uid))
    .map((type) => ({ scope: 'type', uid: type.uid, ...sharing(purpose, type) }));

const planOf = (rule: Pick<RuleInput, 'level' | 'direction'>, uid: string, by: string | null): Plan => ({
  uid,
  level: rule.level,
  direction: rule.direction,
  by,
});

/** What is to be compared before these rules are saved; entries are found by the likeliest field of their type. */
export const plansFor = (rules: readonly RuleInput[], fields: MatchFields): Plan[] =>
  rules.map((rule) => planOf(rule, rule.uid, fields[rule.uid]?.[0] ?? null));

/** What is sent by the rules that hold already: there, entries have found each other. */
export const plansOfSaved = (saved: readonly RuleView[], types: readonly TypeView[]): Plan[] => {
  const rules = ruleSetOf(saved);
  return types.flatMap(({ uid }) => {
    const rule = effective(rules, uid);
    return rule && isSent(rule) ? [planOf(rule, uid, null)] : [];
  });
};
