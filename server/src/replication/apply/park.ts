import type { Context } from '../context';
import { entityOf, type EntityKey } from '../entity';
import type { Clock, Tables } from '../ports';

/** Writes down what entries' heads refer to and their rows cannot show yet. */
export const parkAll = async (tables: Tables, waiting: ReadonlyMap<EntityKey, readonly EntityKey[]>): Promise<void> => {
  if (waiting.size === 0) return;
  await tables.remove('parked', { entity: [...waiting.keys()] });
  await parkMore(tables, waiting);
};

/** Adds to what entries wait for. */
export const parkMore = async (
  tables: Tables,
  waiting: ReadonlyMap<EntityKey, readonly EntityKey[]>
): Promise<void> => {
  await tables.insert(
    'parked',
    [...waiting].flatMap(([entity, targets]) => [...new Set(targets)].map((target) => ({ entity, waits_for: target }))),
    'ignore'
  );
};

/** Rows of these entries appeared, or were let go: whoever waits for one of them is rendered again. */
export const wakeParked = async (tables: Tables, appeared: readonly EntityKey[], clock: Clock): Promise<void> => {
  if (appeared.length === 0) return;
  const waiting = await tables.find('parked', { waits_for: [...new Set(appeared)] });
  await placeAgain(
    tables,
    waiting.map(({ entity }) => entity),
    clock
  );
};

/**
 * Entries got a version that they had not: those without drafts that refer to all of an entry are rendered again, and
 * linked to the new version.
 */
export const wakeReferring = async (
  { schemas, clock }: Pick<Context, 'schemas' | 'clock'>,
  tables: Tables,
  joined: readonly EntityKey[]
): Promise<void> => {
  const followed = joined.filter((entity) => schemas.type(entityOf(entity).uid)?.drafts === true);
  if (followed.length === 0) return;
  const sources = (await tables.find('refs', { target: followed })).map(({ source }) => source as EntityKey);
  const following = sources.filter((source) => schemas.type(entityOf(source).uid)?.drafts === false);
  await placeAgain(tables, following, clock);
};

/** Asks the recorder to render these entries' heads again, after it has recorded what was edited meanwhile. */
export const placeAgain = async (tables: Tables, entities: readonly EntityKey[], clock: Clock): Promise<void> => {
  if (entities.length === 0) return;
  const entries = await tables.find('entries', { entity: [...new Set(entities)] });
  await tables.insert(
    'marks',
    entries.map(({ uid, local_id: id }) => ({
      uid,
      document_id: id,
      locale: '',
      status: '',
      action: 'place' as const,
      actor: null,
      base: null,
      at: clock.now(),
    })),
    'fail'
  );
};
