import type { Direction, EntryState, Level, WaitReason, WaitsFor } from '../contracts';
import type { Row } from '../replication/tables';
import { waitsForIn } from './waits-for';

/** How one entry stands with one link. */
export interface Standing {
  state: EntryState;
  reason: WaitReason;
  level: Level;
  direction: Direction;
  waitsFor: WaitsFor | null;
  error: string | null;
  since: number | null;
  retryAt: number | null;
}

/** `marked`: the entry was saved and nobody looked at it yet. */
export const standingWith = (link: Row<'links'>, replica: Row<'replicas'> | null, marked: boolean): Standing => {
  if (replica === null) return { ...UNSHARED, state: marked ? 'recording' : 'unshared' };
  const state = stateOf(replica, marked);
  const reason = state === 'waiting' ? reasonOf(link) : null;
  return {
    state,
    reason,
    // Whoever only receives has no level of its own: what counts is what the other site shares.
    level: (replica.direction === 'RECEIVE_ONLY' ? (replica.their_level ?? 'NONE') : replica.level) as Level,
    direction: replica.direction as Direction,
    waitsFor: state === 'held' ? waitsForIn(replica.waits_for) : null,
    // What is tried again says why the last attempt did not do.
    error: state === 'failed' || state === 'waiting' ? replica.error : null,
    since: state === 'current' ? replica.acked_at : state === 'unshared' ? null : replica.wanted_at,
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

const stateOf = (replica: Row<'replicas'>, marked: boolean): EntryState => {
  if (replica.state === 'failed' || replica.state === 'held' || replica.state === 'stopped') return replica.state;
  if (replica.state === 'queued' || replica.state === 'sending') return 'waiting';
  if (replica.direction === 'RECEIVE_ONLY') return isReceived(replica) ? 'current' : 'unshared';
  if (replica.level === 'NONE') return 'unshared';
  if (marked) return 'recording';
  if (replica.wanted !== null) return 'current';
  return replica.level === 'PUBLISHED' ? 'unpublished' : 'unshared';
};

const isReceived = ({ their_level: level }: Row<'replicas'>): boolean => level !== null && level !== 'NONE';

const reasonOf = (link: Row<'links'>): WaitReason => {
  if (link.paused === 1) return 'paused';
  return link.failures > 0 ? 'unreachable' : null;
};

/** While a whole site is down its own schedule counts, not the entry's. */
const retryOf = (
  link: Row<'links'>,
  replica: Row<'replicas'>,
  state: EntryState,
  reason: WaitReason
): number | null => {
  if (reason === 'paused' || state === 'failed' || state === 'stopped') return null;
  if (reason === 'unreachable') return link.retry_at > 0 ? link.retry_at : null;
  return (state === 'waiting' || state === 'held') && replica.retry_at > 0 ? replica.retry_at : null;
};
