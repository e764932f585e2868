import { entityOf, type EntityKey, type Uid } from '../entity';
import { isUnrecorded } from '../job-row';
import type { Tables } from '../ports';
import { WENT_ALONG } from './followers';

/** Types of which not all entries have been decided again since rules changed: the job that does it has not come so far. */
export const unsettledTypes = async (tables: Tables): Promise<ReadonlySet<Uid>> => {
  const jobs = await tables.find('jobs', { kind: 'decide', state: 'running' });
  return new Set(jobs.filter((job) => !isUnrecorded(job)).map(({ subject }) => subject));
};

/**
 * Those of unsettled types who take these entries along and go along themselves, by several steps: they may do so by rules
 * that are gone. Of whom a rule names, the rule as it is now says what they take along.
 */
export const unsettledAlong = async (
  tables: Tables,
  types: ReadonlySet<Uid>,
  entities: readonly EntityKey[]
): Promise<EntityKey[]> => {
  const found = new Set<EntityKey>();
  let followers = types.size > 0 ? entities : [];
  // What a person has sent along may be further away than others can be.
  while (followers.length > 0) {
    const sources = (await usersOf(tables, followers)).filter((source) => !found.has(source));
    if (sources.length === 0) break;
    const along = { entity: sources, along: [...WENT_ALONG] };
    const users = await tables.find('replicas', along, { columns: ['entity'] });
    followers = [...new Set(users.map(({ entity }) => entity as EntityKey))];
    for (const user of followers) found.add(user);
  }
  return [...found].filter((entity) => types.has(entityOf(entity).uid));
};

/** Who refers to any of these. */
export const usersOf = async (tables: Tables, targets: readonly EntityKey[]): Promise<EntityKey[]> => {
  const refs = await tables.find('refs', { target: targets }, { columns: ['source'] });
  return [...new Set(refs.map(({ source }) => source))];
};

/** Those of these types of which anything goes along at all: mostly few types do, and often none. */
export const typesAlong = async (tables: Tables, types: ReadonlySet<Uid>): Promise<ReadonlySet<Uid>> => {
  if (types.size === 0) return types;
  const counts = await tables.countBy('replicas', ['uid'], { uid: [...types], along: [...WENT_ALONG] });
  return new Set(counts.map(({ key }) => String(key[0])));
};
