import { z } from 'zod';
import { NotPossible } from '../errors';
import type { Unit } from '../ports';
import { putRules, type NewRule, type RuleDeskOptions } from './rule-desk';

const configuredRules = z.array(
  z.strictObject({
    /** The other site's id, address or name. */
    link: z.string().min(1),
    scope: z.enum(['type', 'instance']),
    uid: z.string().default(''),
    level: z.enum(['EVERYTHING', 'PUBLISHED', 'NONE']),
    direction: z.enum(['BOTH', 'SEND_ONLY', 'RECEIVE_ONLY']).default('SEND_ONLY'),
  })
);

/** Brings the locked rules in line with the configuration, at each start. `given` is the list or its JSON. */
export const applyConfiguredRules = async (
  unit: Unit,
  options: Pick<RuleDeskOptions, 'schemas' | 'clock'>,
  given: unknown
): Promise<void> => {
  const rules = readRules(given);
  for (const link of await unit.tables.find('links', { state: 'REGISTERED' })) {
    const own = rules.filter((rule) => [link.id, link.url, link.name].includes(rule.link));
    const wanted = own.map(({ scope, uid, level, direction }): NewRule => ({ scope, uid, level, direction }));
    const locked = await unit.tables.find('rules', { link: link.id, locked: 1 });
    const same =
      locked.length === wanted.length &&
      wanted.every((rule) =>
        locked.some((row) => row.uid === rule.uid && row.level === rule.level && row.direction === rule.direction)
      );
    if (!same) await putRules(unit, options, link.id, wanted, true);
  }
};

const readRules = (given: unknown) => {
  if (given === undefined || given === null || given === '') return [];
  const parsed = configuredRules.safeParse(typeof given === 'string' ? JSON.parse(given) : given);
  if (!parsed.success) {
    throw new NotPossible('BAD_RULES', `The configured rules cannot be read: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
};
