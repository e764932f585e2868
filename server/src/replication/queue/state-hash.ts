import type { EntityKey } from '../entity';
import { canonical, sha256 } from '../history/canonical';
import type { RevisionId } from '../history/revision';

/**
 * What an entry is on the other side, as one value: equal hashes on both sides of a link mean there is nothing to send.
 * `leaves` is null where the other side should have, or has, nothing.
 */
export const stateHash = (leaves: readonly RevisionId[] | null, level: string, direction: string): string =>
  leaves === null ? NOTHING_THERE : sha256(canonical({ leaves: [...leaves].sort(), level, direction })).slice(0, 32);

/** The state of an entry that the other side does not have. */
export const NOTHING_THERE = '';

/** The first two bytes of SHA-256(entity): how entries are grouped when two sites compare themselves. */
export const bucketOf = (entity: EntityKey): number => parseInt(sha256(entity).slice(0, 4), 16);
