import type { EntityKey, Uid } from './entity';
import type { BrakeDesk } from './brake/desk';
import type { Dependencies, DependencyMode } from './controller/dependencies';
import type { Depth } from './reconcile/sweep';
import type { PlaceQuestion } from './link/place';
import type { MatchedPage, PreviewedPage } from './matching/ask';
import type { Difference, DifferenceOf } from './matching/difference';
import type { PageRequest } from './matching/page';
import type { Clock, Files, Schemas, Store } from './ports';
import type { LinkState, Row } from './tables';

/** How much of an entry a link gets. */
export type Level = 'EVERYTHING' | 'PUBLISHED' | 'REFERENCE' | 'NONE';
/** Who may edit, seen from here: both, only this site, only the other one. */
export type Direction = 'BOTH' | 'SEND_ONLY' | 'RECEIVE_ONLY';

/** One line of the standard controller: nearest scope wins, `type` before `instance`. */
export interface Rule {
  scope: 'type' | 'instance';
  /** '' where the scope is `instance`. */
  uid: Uid;
  link: string;
  level: Level;
  direction: Direction;
  /** Comes from the configuration and cannot be changed in the panel. */
  locked: boolean;
  /** Of a rule for a type: whether what these fields refer to goes along, where that is other than the link's default. */
  dependencies?: Dependencies;
}

export interface Site {
  id: string;
  name: string;
  url: string;
  /** The public key's fingerprint as people compare it: `a1b2 c3d4 e5f6 0718`. */
  fingerprint: string;
}

export interface LinkTest {
  ok: boolean;
  milliseconds: number;
  state: LinkState;
  /** What does not work, or works worse than it could: an {@link Obstacle}, the code of a refusal, or a state. */
  cause: string | null;
  message: string;
}

/** Linking, as the page and the REST API use it. Errors are `ReplicationError`s whose message can be shown. */
export interface LinkDesk {
  me(): Promise<Site>;
  /** A code for another site's administrator: good once, for 15 minutes. */
  issueCode(): Promise<{ code: string; expiresAt: number }>;
  /** What a code says, before anything is done with it. */
  readCode(code: string): Promise<{ url: string; id: string; fingerprint: string; expiresAt: number }>;
  /** Answers a code from another site; the link is then `REQUESTED` until the other administrator accepts. */
  redeem(code: string): Promise<Row<'links'>>;
  list(): Promise<Row<'links'>[]>;
  accept(link: string): Promise<void>;
  refuse(link: string): Promise<void>;
  rename(link: string, name: string): Promise<void>;
  pause(link: string, paused: boolean): Promise<void>;
  /** The same for all sites that this one is linked with now. */
  pauseAll(paused: boolean): Promise<void>;
  /** Calls the other site and says what happened; never throws for what it finds there. */
  test(link: string): Promise<LinkTest>;
  /** Ends the link on both sides. Content stays where it is. */
  unlink(link: string): Promise<void>;
}

/** This site's name, so that nobody leaves by mistake; `evenIfUntold`: also where a linked site cannot be told. */
export interface LeaveRequest {
  name: string;
  evenIfUntold: boolean;
}

export interface RuleDesk {
  list(): Promise<Rule[]>;
  /** Replaces the unlocked rules of one link, then re-decides what they touch in the background. Throws `NotPossible` for rules that make no sense. */
  replace(link: string, rules: Omit<Rule, 'link' | 'locked'>[]): Promise<void>;
  /** Whether what shared entries refer to goes along with them, where a rule says nothing of the field. */
  defaultMode(link: string): Promise<DependencyMode>;
  setDefaultMode(link: string, mode: DependencyMode): Promise<void>;
  /**
   * An entry that another refers to, and that no rule names, goes along with it now, whatever modes and limits say. Throws
   * `NotPossible` where a rule names it, or where the other one does not go to that link or does not refer to it there.
   */
  sendAlong(link: string, source: EntityKey, target: EntityKey): Promise<void>;
}

/** Whether this database is at home here. Both answers throw `NotPossible` where nothing is asked. */
export interface PlaceDesk {
  question(): Promise<PlaceQuestion | null>;
  /** The site was moved: it goes on here. */
  moved(): Promise<void>;
  /** This is a copy: it becomes a site of its own, linked with nobody. */
  isCopy(): Promise<void>;
}

export interface KeyView {
  id: string;
  fingerprint: string;
  createdAt: number;
  /** The one that the site signed with when it last told its state. */
  inUse: boolean;
  revokedAt: number | null;
}

export interface KeyDesk {
  /** A new key for this site, endorsed by the one before it. Linked sites learn it by themselves. */
  change(): Promise<void>;
  ofLink(link: string): Promise<KeyView[]>;
  /** Takes nothing more that this key signs. Where it is the one in use, sharing with the link is paused as well. */
  revoke(link: string, key: string): Promise<void>;
}

export interface Comparison {
  link: string;
  at: number;
  /** Entries equal on both sides, as far as the rules let each see. */
  equal: number;
  /** Entries that differ or are missing on one side. */
  different: { entity: EntityKey; here: boolean; there: boolean }[];
  /** Bytes that went over the wire for this. */
  bytes: number;
}

/** Everything the edge (routes, page, tests) may ask of replication. `compose.ts` builds it. */
export interface Engine {
  readonly store: Store;
  readonly schemas: Schemas;
  readonly files: Files;
  readonly clock: Clock;
  readonly places: PlaceDesk;
  readonly keys: KeyDesk;
  readonly links: LinkDesk;
  readonly rules: RuleDesk;
  readonly brakes: BrakeDesk;
  /** Ends every link and removes all that the plugin keeps; content stays. See `link/leave.ts`. */
  leave(request: LeaveRequest): Promise<void>;
  /** Tries failed, held and waiting deliveries again now; how many rows that were. */
  retry(what: { link?: string; entity?: EntityKey }): Promise<number>;
  /** Compares with a link and reports; `repair` queues what differs. */
  compare(link: string, repair: boolean): Promise<Comparison>;
  /** What sharing a type with a link would do, a page at a time; see `matching/`. */
  preview(link: string, page: PageRequest): Promise<PreviewedPage>;
  /** One entry against the one of a link, field by field. */
  difference(link: string, of: DifferenceOf): Promise<{ hidden: boolean; parts: Difference[] }>;
  /** Has a link take its entries for ours, a page at a time. */
  match(link: string, page: PageRequest, choices: [id: string, there: string | null][]): Promise<MatchedPage>;
  /** Looks at all rows now for what no save has told; resolves when that is done. */
  sweep(depth: Depth): Promise<void>;
  /**
   * Does what waits without waiting for its time, pauses after failures included.
   *
   * @returns whether all of it was done within so many milliseconds; what was not goes on.
   */
  run(withinMs: number): Promise<boolean>;
  /** Resolves when there is nothing to record, nothing to re-decide and nothing to deliver at this moment. For tests and scripts. */
  settled(): Promise<void>;
}
