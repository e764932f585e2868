import { FILE_UID, type Uid } from '../entity';
import { awaitNoMore } from '../matching/matches';
import type { Tables, Unit } from '../ports';
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
  if (link?.state === 'REGISTERED') for (const uid of await ruledTypes(tables, id)) types.add(uid);
  for (const uid of types) await startJob(unit, 'decide', uid, now);
};

/**
 * What the link's rules name: those of the configuration have outlived its end, and what it shared has not. While a rule
 * for the whole site stood every type that has entries got a history.
 */
const ruledTypes = async (tables: Tables, link: string): Promise<Uid[]> => {
  const rules = await tables.find('rules', { link });
  const named = rules.flatMap(({ scope, uid }) => (scope === 'type' ? [uid] : []));
  if (named.length === rules.length) return named;
  const seen = (await tables.countBy('entries', ['uid'], {})).map(({ key }) => key[0]!);
  return [...named, ...seen.filter((uid) => uid !== FILE_UID)];
};
