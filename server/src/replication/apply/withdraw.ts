import type { EntityKey } from '../entity';
import type { Context } from '../context';
import type { DomainEvent } from '../events';
import { forgetHistory } from '../history/purge';
import { selvesTowards } from '../history/started-here';
import type { Unit } from '../ports';
import { NOTHING_THERE } from '../queue/state-hash';
import type { Row } from '../tables';
import type { Answer } from '../transport/message';

/**
 * The other site does not share this entry with us any more: its rows go, unless another link grants it too, and so
 * does its history, unless somebody here has edited it. Only the site that started to share an entry may do this.
 */
export const withdraw = async (
  context: Context,
  unit: Unit,
  link: Row<'links'>,
  entity: EntityKey,
  order: [number, number],
  replica: Row<'replicas'> | undefined,
  events: DomainEvent[]
): Promise<Answer> => {
  const { tables, content } = unit;
  if (!replica || replica.their_level === null) return { status: 'known' };
  const revisions = await tables.find('revisions', { entity });
  const selves = selvesTowards(context.signer, link.id);
  if (revisions.some(({ origin, id }) => selves.includes(origin) && isRoot(revisions, id))) {
    return {
      status: 'refused',
      code: 'NOT_OWNER',
      message: 'This entry belongs to the other site: it cannot be withdrawn from there.',
    };
  }
  await tables.insert(
    'replicas',
    [
      {
        ...replica,
        their_level: 'NONE',
        their_incarnation: order[0],
        their_sequence: order[1],
        common: '[]',
        common_level: 'NONE',
        common_hash: NOTHING_THERE,
        sent_hash: null,
      },
    ],
    'replace'
  );
  const others = (await tables.find('replicas', { entity })).filter(
    (row) => row.link !== link.id && row.their_level !== null && row.their_level !== 'NONE'
  );
  if (others.length > 0) return { status: 'applied' };
  const [entry] = await tables.find('entries', { entity });
  if (!entry) return { status: 'known' };
  if (context.schemas.type(entry.uid)) {
    const rows = (await content.presence(entry.uid, [entry.local_id])).get(entry.local_id) ?? [];
    await content.write(
      entry.uid,
      entry.local_id,
      rows.map((row) => ({ kind: 'remove', ...row }))
    );
  }
  await tables.remove('shown', { entity });
  await tables.remove('refs', { source: entity });
  await tables.remove('parked', { entity });
  await tables.remove('leaves', { entity });
  await tables.update(
    'entries',
    { entity },
    { head: null, shows: 'WITHDRAWN', locked: 0, held: null, held_until: 0, version: entry.version + 1 }
  );
  if (!revisions.some(({ origin }) => selves.includes(origin))) await forgetHistory(tables, entity);
  events.push({ type: 'withdrawn', entity, link: link.id });
  return { status: 'applied' };
};

const isRoot = (revisions: readonly Row<'revisions'>[], id: string): boolean =>
  (JSON.parse(revisions.find((row) => row.id === id)!.header) as { parents: string[] }).parents.length === 0;
