import type { Direction, EntryOnSite, EntryState, Level, WaitReason } from '../contracts';
import type { Decision } from '../replication/controller/decide';
import type { Row } from '../replication/tables';
import { waitsForIn } from './waits-for';

/** How one entry stands with one link. */
export type Standing = Omit<EntryOnSite, 'link' | 'name' | 'url' | 'goesWith' | 'stays'>;

/** What is known of an entry beside its replica for one link. */
export interface Known {
  /** What this site's rules say of it; null where none names it. */
  rule: Decision | null;
  /** It was saved and nobody looked at it yet. */
  marked: boolean;
  /** Some version of it was recorded, and none of them is published. */
  neverPublished: boolean;
  /** Of what the link should have something is published. */
  publishes: boolean;
  /** The versions that are here now; none before the first. */
  leaves: readonly string[];
}

export const standingWith = (link: Row<'links'>, replica: Row<'replicas'> | null, known: Known): Standing => {
  if (replica === null) return withoutReplica(known);
  const state = stateOf(link, replica, known);
  const reason = state === 'waiting' && link.failures > 0 ? 'unreachable' : null;
  return {
    state,
    reason,
    // Whoever only receives has no level of its own: what counts is what the other site shares.
    level: (replica.direction === 'RECEIVE_ONLY' ? (replica.their_level ?? 'NONE') : replica.level) as Level,
    direction: replica.direction as Direction,
    waitsFor: state === 'held' ? waitsForIn(replica.waits_for) : null,
    // What is tried again says why the last attempt did not do.
    error: state === 'failed' || state === 'waiting' ? replica.error : null,
    since: sinceOf(replica, state),
    retryAt: retryOf(link, replica, state, reason),
  };
};

const UNSHARED: Standing = {
  state: 'unshared',
  reason: null,
  level: 'NONE',
  direction: 'BOTH',
  waitsFor: null,
  error: null,
  since: null,
  retryAt: null,
};

/** Nothing was ever to go: there was nothing to send, or nobody has decided yet. */
const withoutReplica = ({ rule, marked, neverPublished }: Known): Standing => {
  const isSent = rule !== null && rule.level !== 'NONE' && rule.direction !== 'RECEIVE_ONLY';
  if (!isSent) return { ...UNSHARED, state: marked ? 'recording' : 'unshared' };
  const isKept = !marked && rule.level === 'PUBLISHED' && neverPublished;
  return { ...UNSHARED, level: rule.level, direction: rule.direction, state: isKept ? 'unpublished' : 'recording' };
};

const stateOf = (link: Row<'links'>, replica: Row<'replicas'>, { marked, publishes, leaves }: Known): EntryState => {
  if (replica.state === 'failed' || replica.state === 'held' || replica.state === 'stopped') return replica.state;
  // Nothing of it goes from here: what may still be told is no news to an editor.
  if (replica.direction === 'RECEIVE_ONLY') return isReceived(replica) ? 'current' : 'unshared';
  if (replica.state === 'queued' || replica.state === 'sending') return link.paused === 1 ? 'paused' : 'waiting';
  if (replica.level === 'NONE') return 'unshared';
  if (marked) return 'recording';
  if (replica.level === 'PUBLISHED' && !publishes) return 'unpublished';
  if (isIncomplete(replica, leaves)) return 'incomplete';
  return replica.wanted !== null ? 'current' : 'unshared';
};

/** Everything is to go, nothing is on its way, and what has arrived is not what is here: not all of that is here. */
const isIncomplete = ({ level, along, wanted }: Row<'replicas'>, leaves: readonly string[]): boolean => {
  const sent = JSON.parse(wanted ?? '[]') as string[];
  const follows = along === null || along === 'always';
  return follows && level === 'EVERYTHING' && leaves.length > 0 && !leaves.some((leaf) => sent.includes(leaf));
};

const isReceived = ({ their_level: level }: Row<'replicas'>): boolean => level !== null && level !== 'NONE';

const sinceOf = (replica: Row<'replicas'>, state: EntryState): number | null => {
  if (state === 'unshared' || state === 'incomplete') return null;
  if (state === 'unpublished') return replica.wanted === null ? null : replica.acked_at;
  return state === 'current' ? replica.acked_at : replica.wanted_at;
};

/** While a whole site is down its own schedule counts, not the entry's. */
const retryOf = (
  link: Row<'links'>,
  replica: Row<'replicas'>,
  state: EntryState,
  reason: WaitReason
): number | null => {
  if (reason === 'unreachable') return link.retry_at > 0 ? link.retry_at : null;
  return (state === 'waiting' || state === 'held') && replica.retry_at > 0 ? replica.retry_at : null;
};
