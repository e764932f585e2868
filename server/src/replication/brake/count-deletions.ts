import { entityOf, keyOf, type EntityKey, type Uid } from '../entity';
import type { Context } from '../context';
import type { DomainEvent } from '../events';
import type { Revision } from '../history/revision';
import type { Unit } from '../ports';
import { brakeId, countedSince, MANY, setBrake } from './brake';

/**
 * More deletions of one type than {@link MANY} says are recorded and not sent until a person says so. Only those made
 * here count: many that come in were let pass where they were made, and asking once more on each site that hears of them
 * would leave the sites different for as long as nobody looks.
 *
 * @param sealed what was recorded just now.
 */
export const countDeletions = async (
  context: Context,
  unit: Unit,
  sealed: readonly Revision[],
  events: DomainEvent[]
): Promise<void> => {
  const deleted = sealed.filter(({ header }) => header.kind === 'delete').map(({ header }) => keyOf(header.entity));
  if (deleted.length === 0) return;
  const { tables } = unit;
  const now = context.clock.now();
  const asked = await alreadyAsked(unit, deleted);
  const there = new Set(
    (await tables.find('replicas', { entity: deleted })).filter(isThere).map(({ entity }) => entity)
  );
  const fresh = deleted.filter((entity) => there.has(entity) && !asked.has(entity));
  const row = { kind: 'deleted' as const, since: now, answer: null, answered_by: null };
  await tables.insert(
    'findings',
    fresh.map((entity) => ({ entity, uid: entityOf(entity).uid, ...row })),
    'replace'
  );
  for (const uid of new Set(fresh.map((entity) => entityOf(entity).uid)))
    await countOf(context, unit, uid, now, events);
};

/** What was nowhere else yet is deleted nowhere else. */
const isThere = ({ common, sent_hash: sent }: { common: string; sent_hash: string | null }): boolean =>
  common !== '[]' || (sent ?? '') !== '';

/** A person has said of these that they were deleted: to ask again would be to ask twice. */
const alreadyAsked = async ({ tables }: Unit, entity: EntityKey[]): Promise<ReadonlySet<EntityKey>> => {
  const said = await tables.find('findings', { entity, kind: 'vanished', answer: 'deleted' });
  await tables.remove('findings', { entity: said.map((row) => row.entity), kind: 'vanished' });
  return new Set(said.map((row) => row.entity));
};

const countOf = async (
  context: Context,
  { tables, content }: Unit,
  uid: Uid,
  now: number,
  events: DomainEvent[]
): Promise<void> => {
  const [brake] = await tables.find('brakes', { id: brakeId('MANY_DELETED', uid) });
  if (brake && brake.lifted_at === null) return;
  const since = countedSince(brake, now, MANY.within);
  await tables.remove('findings', { uid, kind: 'deleted', since: { lte: since }, answer: null });
  const deleted = await tables.count('findings', { uid, kind: 'deleted', answer: null });
  if (deleted <= MANY.entries) return;
  const total = (await content.total(uid)) + deleted;
  if (deleted <= total * MANY.share) return;
  const told = { total, minutes: MANY.within / 60_000 };
  await setBrake(tables, 'MANY_DELETED', uid, told, now);
  events.push({ type: 'braked', code: 'MANY_DELETED', subject: uid });
};

/** Entries that are there again are not deleted any more. */
export const forgetDeletions = async ({ tables }: Unit, entity: readonly EntityKey[]): Promise<void> => {
  if (entity.length > 0) await tables.remove('findings', { entity: [...entity], kind: 'deleted' });
};
