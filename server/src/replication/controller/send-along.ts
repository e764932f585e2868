import { entityOf, type EntityKey } from '../entity';
import type { Context } from '../context';
import { NotPossible } from '../errors';
import type { DomainEvent } from '../events';
import { decisionOf, isAlong, isFile, isThere } from '../queue/followers';
import { refreshReplicas } from '../queue/refresh';
import { newReplica } from '../queue/wanted-replica';
import { isNamed } from './along';
import { isSeen } from './decide';

/** A person has an entry go along with one that refers to it. See `README.md`, "What goes along". */
export const sendAlong = async (
  context: Context,
  link: string,
  source: EntityKey,
  target: EntityKey
): Promise<void> => {
  const events: DomainEvent[] = [];
  await context.store.transaction(async (unit) => {
    events.length = 0;
    const { tables } = unit;
    if ((await tables.count('links', { id: link, state: 'REGISTERED' })) === 0) {
      throw new NotPossible('NOT_LINKED', 'Entries can be sent once both sites have accepted the link.');
    }
    const refs = await tables.find('refs', { source, target });
    if (refs.length === 0 || isFile(target)) {
      throw new NotPossible('NOT_REFERRED', 'This entry does not refer to that one.');
    }
    if (isNamed(await tables.find('rules', { link }), link, target)) {
      const { uid } = entityOf(target);
      throw new NotPossible('RULE_DECIDES', `The sharing rules say what becomes of “${uid}”. Change them to share it.`);
    }
    // In the order in which all others take them.
    await tables.lock('entries', { entity: [target] });
    await tables.lock('replicas', { link, entity: target });
    const [user] = await tables.find('replicas', { link, entity: source });
    const decision = user && decisionOf(user);
    const isSent = decision?.granted && refs.some(({ part }) => isSeen({ decision, part }));
    if (!isSent) {
      throw new NotPossible(
        'NOT_SHARED',
        'The version of this entry that goes to that site does not refer to that one.'
      );
    }
    const [before] = await tables.find('replicas', { link, entity: target });
    if (before && isAlong(before) && isThere(before)) return;
    const asked = { ...(before ?? newReplica(link, target)), along: 'asked' as const, steps: 1 };
    await tables.insert('replicas', [asked], 'replace');
    await refreshReplicas(context, unit, [target], events);
  });
  for (const event of events) context.observer.notice(event);
};
