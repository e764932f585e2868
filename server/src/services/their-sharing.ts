import type { Direction, Level, TheirSharing } from '../contracts';
import { ruleFor } from '../replication/controller/decide';
import type { Uid } from '../replication/entity';
import type { Tables } from '../replication/ports';

const SHARED: Level[] = ['EVERYTHING', 'PUBLISHED', 'REFERENCE'];

/** So many entries of a type are looked at: a type may have a hundred thousand, and all are shared alike but for a few. */
const LOOKED_AT = 100;

/**
 * What a linked site shares of those of these content types for which nothing is chosen here. A site tells no rules, but
 * of each entry that it shares how it does: what it said of most of some entries stands for their type.
 */
export const readTheirSharing = async (
  tables: Tables,
  link: string,
  uids: readonly Uid[]
): Promise<Map<Uid, TheirSharing>> => {
  const rules = await tables.find('rules', { link });
  const found = new Map<Uid, TheirSharing>();
  for (const uid of uids) {
    // Of what goes out by a rule hardly anything comes in, and all of it would have to be looked through.
    if (ruleFor(rules, link, uid) !== null) continue;
    const said = await tables.find(
      'replicas',
      { link, uid, their_level: SHARED, their_direction: ['SEND_ONLY', 'BOTH'] },
      { columns: ['their_level', 'their_direction'], limit: LOOKED_AT }
    );
    const sharing = mostOf(said.map((row) => `${row.their_level} ${row.their_direction}`));
    if (sharing === null) continue;
    const [level, direction] = sharing.split(' ') as [Level, Direction];
    found.set(uid, { level, direction: direction === 'BOTH' ? 'BOTH' : 'RECEIVE_ONLY' });
  }
  return found;
};

const mostOf = (all: readonly string[]): string | null => {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
};
