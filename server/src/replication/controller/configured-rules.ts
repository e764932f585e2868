import { z } from 'zod';
import { NotPossible } from '../errors';
import type { Unit } from '../ports';
import type { Context } from '../context';
import { same } from '../history/canonical';
import { dependenciesIn } from './dependencies';
import { checkFields, putRules, type NewRule } from './rule-desk';

const configuredRules = z.array(
  z.strictObject({
    /** The other site's id, address or name. */
    link: z.string().min(1),
    scope: z.enum(['type', 'instance']),
    uid: z.string().default(''),
    level: z.enum(['EVERYTHING', 'PUBLISHED', 'NONE']),
    direction: z.enum(['BOTH', 'SEND_ONLY', 'RECEIVE_ONLY']).default('SEND_ONLY'),
    /** By a field of the type: whether what it refers to goes along. */
    dependencies: z.record(z.string().min(1), z.enum(['never', 'missing', 'always'])).default({}),
  })
);

/** Brings the locked rules in line with the configuration, at each start. `given` is the list or its JSON. */
export const applyConfiguredRules = async (
  unit: Unit,
  options: Pick<Context, 'schemas' | 'clock'>,
  given: unknown
): Promise<void> => {
  const rules = readRules(given);
  for (const link of await unit.tables.find('links', { state: 'REGISTERED' })) {
    const own = rules.filter((rule) => [link.id, link.url, link.name].includes(rule.link));
    const wanted = own.map(({ link: _link, ...rule }): NewRule => rule);
    wanted.forEach((rule) => checkFields(options.schemas, rule));
    const locked = await unit.tables.find('rules', { link: link.id, locked: 1 });
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
};

const readRules = (given: unknown) => {
  if (given === undefined || given === null || given === '') return [];
  const parsed = configuredRules.safeParse(typeof given === 'string' ? JSON.parse(given) : given);
  if (!parsed.success) {
    throw new NotPossible('BAD_RULES', `The configured rules cannot be read: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
};
