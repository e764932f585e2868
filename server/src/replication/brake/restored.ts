import type { Context } from '../context';
import type { DomainEvent } from '../events';
import { storedIncarnation } from '../incarnation';
import type { Unit } from '../ports';
import { startJob } from '../job-row';
import type { Row } from '../tables';
import type { Revision } from '../history/revision';
import { brakeId, setBrake } from './brake';

/**
 * Another site has heard something later from this one than this one has ever said, as far as its database knows: the
 * database is older than that. To an answer that only came late this site's own order has moved on meanwhile.
 */
export const provesRestore = async (
  unit: Unit,
  [incarnation, sequence]: readonly [number, number],
  own: Pick<Row<'replicas'>, 'sequence'>
): Promise<boolean> => {
  const current = await storedIncarnation(unit);
  return incarnation > current || (incarnation === current && sequence > own.sequence);
};

/**
 * The database was put back to an earlier state. What others have made of it since is fetched from linked sites; those
 * that only receive are sent nothing until a person says so, because they would be set back to this state.
 *
 * @param proof `said`: a link says that it has heard something later, which counts for what that link is sent and for
 *   nobody else; else it brought what this site has signed and does not know, which counts for all.
 */
export const noteRestore = async (
  unit: Unit,
  context: Pick<Context, 'clock'>,
  link: string,
  proof: 'said' | Revision,
  events: DomainEvent[]
): Promise<void> => {
  const { tables } = unit;
  const now = context.clock.now();
  const links = await tables.find('links', { state: 'REGISTERED' });
  const site = links.find(({ id }) => id === link)?.name ?? link;
  const [whole] = await tables.find('brakes', { id: brakeId('DATABASE_RESTORED', '') });
  if (proof === 'said') {
    if (whole && whole.lifted_at === null) return;
  } else {
    // What was signed before the last restore was noticed comes from that one.
    if (whole && Date.parse(proof.header.at) <= whole.set_at) return;
    await tables.update('brakes', { code: 'DATABASE_RESTORED', lifted_at: null }, { lifted_at: now });
  }
  const subject = proof === 'said' ? link : '';
  if (!(await setBrake(tables, 'DATABASE_RESTORED', subject, { site }, now))) return;
  for (const { id } of links) {
    if (subject === '' || id === subject) await startJob(unit, 'catch-up', id, now, 'waiting');
  }
  events.push({ type: 'braked', code: 'DATABASE_RESTORED', subject });
};
