import { keyOf, type EntityKey } from '../entity';
import type { Context } from '../context';
import type { DomainEvent } from '../events';
import { loadRevisions } from '../history/repository';
import { PEOPLE, openPart, type Revision } from '../history/revision';
import type { Tables } from '../ports';
import { brakeId, countedSince, OFTEN, setBrake } from './brake';

/**
 * Hooks that quarrel, or a script that has run away, change one entry again and again: more than {@link OFTEN} says, and
 * nothing more is sent of it until a person says so. What people save never counts, however quick they are.
 *
 * @param sealed what was recorded just now, and is stored already.
 */
export const countEdits = async (
  context: Context,
  tables: Tables,
  sealed: readonly Revision[],
  events: DomainEvent[]
): Promise<void> => {
  const entity = sealed.filter((revision) => !isByPerson(revision)).map(({ header }) => keyOf(header.entity));
  if (entity.length === 0) return;
  const now = context.clock.now();
  const mine = { origin: context.signer.instance, side: 0 };
  // One count for a whole batch, by an index; what people saved is told apart only where it is too much already.
  const counts = await tables.countBy('revisions', ['entity'], {
    entity,
    ...mine,
    stored_at: { gt: now - OFTEN.within },
  });
  for (const { key, count } of counts) {
    if (count <= OFTEN.revisions) continue;
    const often = key[0] as EntityKey;
    const [brake] = await tables.find('brakes', { id: brakeId('CHANGED_TOO_OFTEN', often) });
    const since = countedSince(brake, now, OFTEN.within);
    const recent = await tables.find('revisions', { entity: often, ...mine, stored_at: { gt: since } });
    const revisions = await loadRevisions(
      tables,
      recent.map(({ id }) => id)
    );
    const automatic = [...revisions.values()].filter((revision) => !isByPerson(revision)).length;
    if (automatic <= OFTEN.revisions || !(await isSent(tables, often))) continue;
    const told = { changes: automatic, seconds: OFTEN.within / 1_000 };
    if (await setBrake(tables, 'CHANGED_TOO_OFTEN', often, told, now)) {
      events.push({ type: 'braked', code: 'CHANGED_TOO_OFTEN', subject: often });
    }
  }
};

/** A token is no person: what scripts do with it is what this is about. */
export const isByPerson = ({ parts }: Revision): boolean => {
  const people = parts.find(({ name }) => name === PEOPLE);
  return (people && openPart(people)?.authors?.some(({ user }) => !user.startsWith('api-token:'))) ?? false;
};

const isSent = async (tables: Tables, entity: EntityKey): Promise<boolean> =>
  (await tables.find('replicas', { entity })).some(({ wanted }) => wanted !== null);
