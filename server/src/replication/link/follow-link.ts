import { awaitNoMore } from '../matching/matches';
import type { Unit } from '../ports';
import { startJob } from '../job-row';
import { isOver } from './state';

/**
 * A link has come or gone: what it shared is decided again in the background, and what one that is over granted is free
 * then. To be called in the transaction in which the link changes, before what it shared is forgotten: no crash leaves
 * something read-only that nobody edits elsewhere any more.
 */
export const followLink = async (unit: Unit, id: string, now: number): Promise<void> => {
  const { tables } = unit;
  const shared = await tables.countBy('replicas', ['uid'], { link: id });
  const locked = await tables.countBy('entries', ['uid'], { locked: 1 });
  const partly = await tables.countBy('entries', ['uid'], { shows: 'PUBLISHED' });
  const types = new Set([...shared, ...locked, ...partly].map(({ key }) => key[0]!));
  const [link] = await tables.find('links', { id });
  if (!link || isOver(link.state)) for (const uid of await awaitNoMore(tables, id)) types.add(uid);
  for (const uid of types) await startJob(unit, 'decide', uid, now);
};
