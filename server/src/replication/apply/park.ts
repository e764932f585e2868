import type { EntityKey } from '../entity';
import type { Clock, Tables } from '../ports';

/** Writes down what entries' heads refer to and their rows cannot show yet. */
export const parkAll = async (tables: Tables, waiting: ReadonlyMap<EntityKey, readonly EntityKey[]>): Promise<void> => {
  if (waiting.size === 0) return;
  await tables.remove('parked', { entity: [...waiting.keys()] });
  await tables.insert(
    'parked',
    [...waiting].flatMap(([entity, targets]) => [...new Set(targets)].map((target) => ({ entity, waits_for: target }))),
    'ignore'
  );
};

/** Rows of these entries appeared: whoever waits for one of them is rendered again. */
export const wakeParked = async (tables: Tables, appeared: readonly EntityKey[], clock: Clock): Promise<void> => {
  if (appeared.length === 0) return;
  const waiting = await tables.find('parked', { waits_for: [...new Set(appeared)] });
  await placeAgain(
    tables,
    waiting.map(({ entity }) => entity),
    clock
  );
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
