import { isNamed } from '../controller/along';
import { MOST_STEPS } from '../controller/dependencies';
import { entityOf, type EntityKey, type Uid } from '../entity';
import { isUnrecorded } from '../job-row';
import type { Tables } from '../ports';
import type { Row } from '../tables';
import { isFile } from './followers';

/** Types of which not all entries have been decided again since rules changed: the job that does it has not come to its end. */
export const unsettledTypes = async (tables: Tables): Promise<ReadonlySet<Uid>> => {
  const jobs = await tables.find('jobs', { kind: 'decide', state: 'running' });
  return new Set(jobs.filter((job) => !isUnrecorded(job)).map(({ subject }) => subject));
};

interface Question {
  types: ReadonlySet<Uid>;
  links: readonly Pick<Row<'links'>, 'id'>[];
  rules: readonly Row<'rules'>[];
  /** Also those whom a rule names, and who uses files: else only whom a rule does not correct, who go along themselves. */
  everyUser: boolean;
}

/**
 * Those of unsettled types who have a say in whether these entries go along, directly or by several steps: what was decided
 * of them may rest on rules that are gone.
 */
export const unsettledUsers = async (
  tables: Tables,
  entities: readonly EntityKey[],
  { types, links, rules, everyUser }: Question
): Promise<EntityKey[]> => {
  if (types.size === 0) return [];
  // All links are decided at once, so one for which no rule names it is enough.
  const isOpen = (entity: EntityKey) => links.some(({ id }) => !isNamed(rules, id, entity));
  const known = new Set(entities);
  const users: EntityKey[] = [];
  let followers = entities.filter((entity) => (isFile(entity) ? everyUser : isOpen(entity)));
  for (let step = 0; step <= MOST_STEPS && followers.length > 0; step += 1) {
    const refs = await tables.find('refs', { target: followers }, { columns: ['source'] });
    const fresh = [...new Set(refs.map(({ source }) => source))].filter(
      (source) => !known.has(source) && (everyUser || isOpen(source))
    );
    for (const source of fresh) known.add(source);
    users.push(...fresh);
    // What a rule decides does not hang on who refers to it.
    followers = fresh.filter(isOpen);
  }
  return users.filter((entity) => types.has(entityOf(entity).uid));
};
