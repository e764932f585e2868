import type { EntityKey } from '../entity';
import { sha256 } from '../history/canonical';
import type { RevisionId } from '../history/revision';

/**
 * What an entry is on the other side, as one value: equal hashes on both sides of a link mean there is nothing to send.
 * `leaves` is null where the other side should have, or has, nothing.
 */
export const stateHash = (leaves: readonly RevisionId[] | null, level: string, direction: string): string =>
  // Canonical JSON as it stands here: the names are in order, and no value needs more than JSON's own notation.
  leaves === null
    ? NOTHING_THERE
    : sha256(JSON.stringify({ direction, leaves: [...leaves].sort(), level })).slice(0, 32);

/** The state of an entry that the other side does not have. */
export const NOTHING_THERE = '';

/** The first two bytes of SHA-256(entity): how entries are grouped when two sites compare themselves. */
export const bucketOf = (entity: EntityKey): number => parseInt(sha256(entity).slice(0, 4), 16);
