import type { EntityKey } from '../entity';
import { maximal, type Parents } from '../history/graph';
import type { Revision, RevisionId } from '../history/revision';
import type { Tables } from '../ports';
import { NOTHING_THERE, stateHash } from '../queue/state-hash';
import { newReplica } from '../queue/wanted-replica';
import type { Row } from '../tables';
import type { Answer, UpdateMessage } from '../transport/message';

export interface TheirState {
  level: string;
  direction: string;
  granted: boolean;
}

/** A decision of the other side that is older than what we have heard already: it changes nothing any more. */
export const isStale = (replica: Row<'replicas'> | undefined, [incarnation, sequence]: [number, number]): boolean =>
  replica !== undefined &&
  (incarnation < replica.their_incarnation ||
    (incarnation === replica.their_incarnation && sequence < replica.their_sequence));

/** Later than everything we have heard. What is told again under the same decision is not. */
export const isNewer = (replica: Row<'replicas'> | undefined, [incarnation, sequence]: [number, number]): boolean =>
  replica === undefined ||
  incarnation > replica.their_incarnation ||
  (incarnation === replica.their_incarnation && sequence > replica.their_sequence);

export const sharesIt = (replica: Row<'replicas'> | undefined): replica is Row<'replicas'> =>
  replica !== undefined && replica.their_level !== null && replica.their_level !== 'NONE';

/** What takes back something that is not here may have overtaken it: that comes late then, and changes nothing. */
export const rememberOrder = async (
  tables: Tables,
  link: string,
  entity: EntityKey,
  [incarnation, sequence]: [number, number]
): Promise<Answer> => {
  const heard = { their_incarnation: incarnation, their_sequence: sequence };
  await tables.insert('replicas', [newReplica(link, entity)], 'ignore');
  await tables.update('replicas', { link, entity }, heard);
  return { status: 'known' };
};

/**
 * What the other side shared when it was last heard. Nothing where it shares otherwise by now, or began anew, as a site does
 * whose database was put back: what it names less than before need not have given way there.
 */
export const sharedBefore = (replica: Row<'replicas'> | undefined, message: UpdateMessage): RevisionId[] => {
  const isSame =
    replica !== undefined &&
    replica.their_incarnation === message.order[0] &&
    replica.their_level === message.level &&
    replica.their_direction === message.direction &&
    !message.along;
  return isSame ? (JSON.parse(replica.common) as RevisionId[]) : [];
};

/**
 * What a message says of the other side: what it grants, and what it has. What it has is common to both from now on,
 * so nothing of it is ever sent back.
 *
 * @param revisions of the message, which may not be stored yet.
 * @param here the leaves of the entry on this site.
 */
export const acceptReplica = async (
  tables: Tables,
  replica: Row<'replicas'>,
  message: UpdateMessage,
  theirs: TheirState,
  revisions: readonly Revision[],
  here: readonly RevisionId[]
): Promise<Row<'replicas'>> => {
  const before = JSON.parse(replica.common) as RevisionId[];
  const leaves = message.leaves;
  const unstored: Parents = new Map(revisions.map(({ id, header }) => [id, header.parents]));
  const sendsToo = message.direction === 'BOTH';
  // By a new decision an older version may be shared than was had before, or one in its place; under the same decision an
  // older version only comes late. What is not named has given way there, by the word of a third site: where both edit it
  // is sent once more.
  const anew = isNewer(replica, message.order);
  const untold = anew && sendsToo ? await stillToTell(tables, before, here, leaves, unstored) : [];
  const common = anew ? [...leaves, ...untold].sort() : await newest(tables, before, leaves, unstored);
  return {
    ...replica,
    // What is on its way to them is older than such a decision, and so is the answer to it.
    ...(anew && !sendsToo ? { lease: null, lease_until: 0 } : {}),
    their_level: theirs.granted ? theirs.level : null,
    their_direction: theirs.granted ? theirs.direction : null,
    their_incarnation: message.order[0],
    their_sequence: message.order[1],
    common: JSON.stringify(common),
    ...(sendsToo ? asHeard(replica, common) : {}),
  };
};

/**
 * What the other side has taken from here and what has given way here since. Its decision may have been on its way before that
 * arrived there: as long as it is not told of it, neither side has what the other has.
 */
const stillToTell = async (
  tables: Tables,
  had: readonly RevisionId[],
  here: readonly RevisionId[],
  leaves: readonly RevisionId[],
  unstored: Parents
): Promise<RevisionId[]> => {
  const gone = had.filter((id) => !here.includes(id) && !leaves.includes(id));
  if (gone.length === 0) return [];
  const newestOfAll = await maximal(tables, [...here, ...gone, ...leaves], unstored);
  return gone.filter((id) => newestOfAll.includes(id));
};

type Heard = Pick<Row<'replicas'>, 'common_level' | 'common_direction' | 'common_hash'>;

/**
 * What both sides have, and how we share it as far as they were told. Before anything was sent that counts as both editing it:
 * having the same is all there is to tell.
 */
const asHeard = (replica: Row<'replicas'>, common: RevisionId[]): Heard | null => {
  const isTold = replica.sent_hash !== null;
  // Something was sent and is not answered: nobody knows what they have heard.
  if (isTold && replica.common_hash === NOTHING_THERE) return null;
  const level = isTold ? replica.common_level : 'EVERYTHING';
  const direction = isTold ? replica.common_direction : 'BOTH';
  return { common_level: level, common_direction: direction, common_hash: stateHash(common, level, direction) };
};

/** The maximal elements of both. */
const newest = async (
  tables: Tables,
  before: readonly RevisionId[],
  leaves: readonly RevisionId[],
  unstored: Parents
): Promise<RevisionId[]> => {
  const parents = new Set([...unstored.values()].flat());
  const rest = before.filter((id) => !parents.has(id));
  if (rest.length === 0) return [...leaves].sort();
  return maximal(tables, [...rest, ...leaves], unstored);
};
