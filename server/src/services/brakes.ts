import type { Core } from '@strapi/types';
import type { BrakeView, EntryName } from '../contracts';
import type { Engine } from '../replication/engine';
import { listQuestions, type Question } from '../replication/brake/desk';
import { entityOf, type EntityKey } from '../replication/entity';
import type { Tables } from '../replication/ports';
import { localIdsOf, mainField, nameEntries, typeName } from './entry-names';
import { mayReadField, type Ability } from './reading-rights';

/** Brakes as the page tells them: with the names of what they are about. */
export const viewBrakes = async (
  strapi: Core.Strapi,
  engine: Engine,
  ability: Ability | undefined,
  questions: readonly Question[]
): Promise<BrakeView[]> => {
  if (questions.length === 0) return [];
  const keys = questions.flatMap(({ entities }) => entities);
  const { localIds, shown, links } = await engine.store.transaction(async ({ tables }) => ({
    localIds: await localIdsOf(tables, keys),
    shown: await tables.find('shown', { entity: keys }),
    links: await tables.find('links', {}),
  }));
  const names = await nameEntries(strapi, ability, localIds);
  const titled = new Map<EntityKey, EntryName>();
  for (const key of new Set(keys)) titled.set(key, names(key));
  // What has no rows any more is called what it was called last.
  for (const { entity, fields } of shown) {
    const name = titled.get(entity)!;
    if (name.title !== null) continue;
    const field = await mainField(strapi, name.uid);
    if (field === null || !mayReadField(ability, name.uid, field)) continue;
    const title = (JSON.parse(fields) as { [field: string]: unknown })[field];
    if (typeof title === 'string' && title !== '') titled.set(entity, { ...name, title });
  }
  return questions.map(({ id, code, subject, told, since, answers, entities }) => ({
    id,
    code,
    subjectName: subjectName(strapi, { code, subject }, titled, links),
    told,
    since,
    answers,
    entries: entities.map((entity) => titled.get(entity)!),
  }));
};

const subjectName = (
  strapi: Core.Strapi,
  { code, subject }: Pick<Question, 'code' | 'subject'>,
  names: ReadonlyMap<EntityKey, EntryName>,
  links: readonly { id: string; name: string }[]
): string => {
  if (code === 'DATABASE_RESTORED') return links.find(({ id }) => id === subject)?.name ?? '';
  if (code !== 'CHANGED_TOO_OFTEN') return typeName(strapi, subject);
  const name = names.get(subject as EntityKey);
  return name?.title ?? `${name?.typeName ?? ''} ${entityOf(subject as EntityKey).id}`.trim();
};

/** What keeps one entry from being shared. */
export const brakesOn = async (tables: Tables, entity: EntityKey): Promise<Question[]> => {
  const questions = await listQuestions(tables);
  if (questions.length === 0) return [];
  const kinds = new Set((await tables.find('findings', { entity, answer: null })).map(({ kind }) => kind));
  const stopped = await tables.find('replicas', { entity, state: 'stopped' });
  const { uid } = entityOf(entity);
  return questions.filter(({ code, subject }) => {
    switch (code) {
      case 'CHANGED_TOO_OFTEN':
        return subject === entity;
      case 'DATABASE_RESTORED':
        return stopped.some(({ link }) => subject === '' || subject === link);
      case 'CHANGED_UNSEEN':
        return subject === uid && (kinds.has('changed') || kinds.has('added'));
      case 'VANISHED':
        return subject === uid && kinds.has('vanished');
      case 'MANY_DELETED':
        return subject === uid && kinds.has('deleted');
    }
  });
};
