import type { Direction, Level } from '../replication/engine';
import type { Deed } from '../replication/history/recent';
import type { WaitsFor } from './queue';
import type { BrakeView } from './sites';

/** An entry as people and links name it. */
export interface EntryName {
  uid: string;
  /** What all sites call it. */
  id: string;
  /** The documentId here; null where the entry is not here. */
  documentId: string | null;
  /** The entry's main field; null where it has none or may not be read by whoever asks. */
  title: string | null;
  /** The content type's name. */
  typeName: string;
}

/**
 * How an entry stands with one linked site:
 * - `current`: the other site confirmed what it should have (or it came from there);
 * - `recording`: a save was not looked at yet;
 * - `waiting`: queued or on its way; `reason` says what stops it, where something does;
 * - `incomplete`: of what is to go only what is published has come here so far, over another link;
 * - `paused`: queued, and sharing with that site is paused;
 * - `held`: it arrived and waits there for `waitsFor`;
 * - `failed`: the other site refused it, see `error`;
 * - `stopped`: it is not sent until somebody says so, see `brakes` of the overview;
 * - `unpublished`: only published versions go there, and there is none; where it was there before, `since` says when that
 *   site took what was published away;
 * - `unshared`: the sharing rules keep it here.
 */
export type EntryState =
  | 'current'
  | 'recording'
  | 'waiting'
  | 'incomplete'
  | 'paused'
  | 'held'
  | 'failed'
  | 'stopped'
  | 'unpublished'
  | 'unshared';
export type WaitReason = 'unreachable' | null;

export interface EntryOnSite {
  link: string;
  name: string;
  url: string;
  state: EntryState;
  reason: WaitReason;
  level: Level;
  direction: Direction;
  waitsFor: WaitsFor | null;
  error: string | null;
  /** When it became so. */
  since: number | null;
  /** When it is tried again; null where nothing is scheduled. */
  retryAt: number | null;
  /** No rule names it: it goes, or went, along with entries that refer to it. The first of these. */
  goesWith: EntryName[] | null;
  /** What this entry refers to and that does not go there: the first {@link STAYS_LIMIT}. */
  stays: StayingEntry[];
}
/**
 * Why what an entry refers to does not go along:
 * - `never`: the field, or the link's default, keeps it;
 * - `rule`: a rule keeps it;
 * - `far`, `many`: there is a limit to what goes along;
 * - `unpublished`: nothing of it is published, and only that would go.
 */
export type StayReason = 'never' | 'rule' | 'far' | 'many' | 'unpublished';
export interface StayingEntry {
  entry: EntryName;
  reason: StayReason;
}
export const STAYS_LIMIT = 20;
/** An entry that this one refers to is sent to a link all the same, by its `uid` and `id`. */
export interface AlongRequest {
  link: string;
  uid: string;
  id: string;
}
export interface EntryStatus {
  documentId: string;
  sites: EntryOnSite[];
  /** The site where this entry is edited, where it may not be edited here. */
  lockedBy: { link: string; name: string; url: string } | null;
  /** Edited on two sites at once: both versions are kept. */
  diverged: boolean;
  /** Names of what this entry refers to and is not here yet. */
  missing: EntryName[];
  /** Why it is not shared until somebody says how it goes on. */
  brakes: BrakeView[];
  /** Its type has drafts: what is saved is not public yet. */
  hasDrafts: boolean;
  /** Fields of its type that are this site's own: they can be changed here also where the entry can not. */
  localFields: string[];
  /** What was done to it last, on whatever site: the newest {@link EVENTS_LIMIT}, newest first. */
  events: EntryEvent[];
}

export const EVENTS_LIMIT = 5;
export interface EntryEvent {
  /** The revision. */
  id: string;
  /** By the clock of the site that did it; null where that told no time. */
  at: number | null;
  deed: Deed;
  /** Kept in the history, and another version stands in its place. */
  aside: boolean;
  /** What this site calls the one that did it; null: this site; '': one that it is not linked with. */
  site: string | null;
  /** Names of people; none where nobody signed for it, or where they are not told to this site. */
  people: string[];
}

export interface StatusRequest {
  uid: string;
  documentIds: string[];
}
/** One entry's status in a list: the most pressing state over all sites. */
export interface EntryBrief {
  state: EntryState;
  /** How many sites are in that state, and how many there are. */
  sites: { name: string; state: EntryState }[];
  /** The names of the sites that have it, or something of it, and from which it goes where it is taken away here. */
  goesTo: string[];
  locked: boolean;
  diverged: boolean;
}
export type StatusBatch = { [documentId: string]: EntryBrief };
export const STATUS_BATCH_LIMIT = 200;

export interface EntryRetryRequest {
  link?: string;
}
