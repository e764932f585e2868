import type { EntityKey } from '../entity';
import type { Tables } from '../ports';
import type { Row } from '../tables';
import { standingBrakes } from './brake';

/**
 * Which of these deliveries a brake stands on. Whoever claims asks this, so nothing passes a brake whatever queued it:
 * an edit, a repair, a rule, or another process.
 */
export const stoppedByBrakes = async (
  tables: Tables,
  due: readonly Row<'replicas'>[]
): Promise<(replica: Row<'replicas'>) => boolean> => {
  if (due.length === 0 || (await standingBrakes(tables)).length === 0) return () => false;
  // Who lifts one in this moment comes before, and nothing is stopped by it any more, or after, and lets go what was.
  await tables.lock('brakes', { lifted_at: null });
  const standing = await standingBrakes(tables);
  if (standing.length === 0) return () => false;
  const subjects = (code: Row<'brakes'>['code']) =>
    new Set(standing.filter((brake) => brake.code === code).map(({ subject }) => subject));
  const entries = subjects('CHANGED_TOO_OFTEN');
  const types = subjects('MANY_DELETED');
  const restored = subjects('DATABASE_RESTORED');
  const deleted = await deletedOf(
    tables,
    due.filter(({ uid }) => types.has(uid)).map(({ entity }) => entity)
  );
  return ({ link, entity, direction, wanted }) =>
    // What is taken back because of a rule is no edit.
    (entries.has(entity) && wanted !== null) ||
    (deleted.has(entity) && direction !== 'RECEIVE_ONLY') ||
    // Where both edit, an older state is an ancestor there and changes nothing; who only receives would be set back.
    (direction === 'SEND_ONLY' && (restored.has('') || restored.has(link)));
};

const deletedOf = async (tables: Tables, entity: readonly EntityKey[]): Promise<ReadonlySet<EntityKey>> =>
  new Set(
    entity.length === 0 ? [] : (await tables.find('findings', { entity, kind: 'deleted' })).map((row) => row.entity)
  );
