import { entityOf, type EntityKey } from '../entity';
import type { Clock, Tables } from '../ports';
import type { Row } from '../tables';

/** Rows of these entries are gone, and nobody deleted them: a person is asked. */
export const rememberVanished = async (tables: Tables, entities: readonly EntityKey[], clock: Clock): Promise<void> => {
  if (entities.length === 0) return;
  const since = clock.now();
  await tables.insert(
    'findings',
    entities.map((entity) => ({
      entity,
      kind: 'vanished' as const,
      uid: entityOf(entity).uid,
      since,
      answer: null,
      answered_by: null,
    })),
    'ignore'
  );
};

/** Their rows are there again. */
export const forgetVanished = async (tables: Tables, entities: readonly EntityKey[]): Promise<void> => {
  if (entities.length > 0) await tables.remove('findings', { entity: [...entities], kind: 'vanished' });
};

/** Those that nobody has asked to be put back: nothing but that, or a newer version, brings their rows back. */
export const notToBeShown = async (tables: Tables, entity: readonly EntityKey[]): Promise<ReadonlySet<EntityKey>> => {
  if (entity.length === 0) return new Set();
  const vanished = await tables.find('findings', { entity: [...entity], kind: 'vanished' });
  return new Set(vanished.filter(({ answer }) => answer !== 'put-back').map((row) => row.entity));
};

/** Those that something else than a save has changed, while nobody has said whether that counts: it is not recorded. */
export const changedUnseen = async (tables: Tables, entity: readonly EntityKey[]): Promise<ReadonlySet<EntityKey>> => {
  if (entity.length === 0) return new Set();
  const kind: Row<'findings'>['kind'][] = ['changed', 'added'];
  const asked = await tables.find('findings', { entity: [...entity], kind, answer: null }, { columns: ['entity'] });
  return new Set(asked.map((row) => row.entity));
};
