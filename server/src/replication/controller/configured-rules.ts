import { z } from 'zod';
import { NotPossible } from '../errors';
import type { Unit } from '../ports';
import type { Context } from '../context';
import { same } from '../history/canonical';
import { dependenciesIn } from './dependencies';
import { checkFields, putRules, type NewRule } from './rule-desk';
import { findRuleLinks } from './rule-links';

const configuredRules = z.array(
  z.strictObject({
    /** The other site's id, address or name; `rule-links.ts` tells whom an address or a name means. */
    link: z.string().min(1),
    scope: z.enum(['type', 'instance']),
    uid: z.string().default(''),
    level: z.enum(['EVERYTHING', 'PUBLISHED', 'NONE']),
    direction: z.enum(['BOTH', 'SEND_ONLY', 'RECEIVE_ONLY']).default('SEND_ONLY'),
    /** By a field of the type: whether what it refers to goes along. */
    dependencies: z.record(z.string().min(1), z.enum(['never', 'missing', 'always'])).default({}),
  })
);

/**
 * Brings the locked rules in line with the configuration, at each start. `given` is the list or its JSON.
 *
 * A link that is over keeps its rules for when it comes back, as long as the configuration has them.
 *
 * @returns what somebody has to put right in the configuration, in words: until then nobody's rules change by it.
 */
export const applyConfiguredRules = async (
  unit: Unit,
  options: Pick<Context, 'schemas' | 'clock'>,
  given: unknown
): Promise<readonly string[]> => {
  const rules = readRules(given);
  const links = await unit.tables.find('links', {});
  const { means, isUnclear, unclear } = await findRuleLinks(unit, links, rules);
  for (const link of links) {
    const locked = await unit.tables.find('rules', { link: link.id, locked: 1 });
    if ((link.state !== 'REGISTERED' && locked.length === 0) || isUnclear(link.id)) continue;
    const own = rules.filter((rule) => means(rule.link, link.id));
    const wanted = own.map(({ link: _link, ...rule }): NewRule => rule);
    wanted.forEach((rule) => checkFields(options.schemas, rule));
    const isUnchanged =
      locked.length === wanted.length &&
      wanted.every((rule) =>
        locked.some(
          (row) =>
            row.uid === rule.uid &&
            row.level === rule.level &&
            row.direction === rule.direction &&
            same(dependenciesIn(row), rule.dependencies ?? {})
        )
      );
    if (!isUnchanged) await putRules(unit, options, link.id, wanted, true);
  }
  return unclear;
};

const readRules = (given: unknown) => {
  if (given === undefined || given === null || given === '') return [];
  const parsed = configuredRules.safeParse(typeof given === 'string' ? JSON.parse(given) : given);
  if (!parsed.success) {
    throw new NotPossible('BAD_RULES', `The configured rules cannot be read: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
};
