/**
 * What the admin REST API takes and gives: shared by the routes under `/replication` and by the admin panel.
 * `docs/api.md` describes the calls. Times are milliseconds since 1970 (UTC).
 */
import type { Answer as BrakeAnswer, QuestionCode as BrakeCode } from './replication/brake/desk';
import type { Dependencies, DependencyMode } from './replication/controller/dependencies';
import type { Direction, KeyView, Level, Site } from './replication/engine';
import type { Json } from './replication/entity';
import type { Deed } from './replication/history/recent';
import type { LinkState, ReplicaState } from './replication/tables';

export type {
  BrakeAnswer,
  BrakeCode,
  Deed,
  Dependencies,
  DependencyMode,
  Direction,
  KeyView,
  Level,
  LinkState,
  ReplicaState,
  Site,
};

export { MOST_ALONG, MOST_STEPS } from './replication/controller/along-limits';

/** Something that keeps the whole site from replicating. `code` is for machines, `message` says what to do. */
export interface Problem {
  code: string;
  message: string;
}

export interface QueueCounts {
  /** Waiting for their turn, or on their way. */
  queued: number;
  /** Arrived, and waiting there for something else. */
  held: number;
  /** Refused by the other site. */
  failed: number;
  /** Not sent until somebody says so: see `brakes` of the overview. */
  stopped: number;
  /** As they should be. */
  done: number;
}

export interface LinkView {
  id: string;
  name: string;
  url: string;
  fingerprint: string;
  state: LinkState;
  paused: boolean;
  /** Comes from the configuration: it cannot be renamed or unlinked here. */
  locked: boolean;
  counts: QueueCounts;
  lastContactAt: number | null;
  lastError: string | null;
  /**
   * Where only one of both can call the other, who fetches what waits: `here` this site, `there` the other one, which is
   * then not called. null: each calls the other.
   */
  fetching: 'here' | 'there' | null;
  /** Consecutive failures to reach the other site, and when it is tried again (0: nothing is scheduled). */
  failures: number;
  retryAt: number;
  createdAt: number;
}

export interface Overview {
  /** null where this site has no identity yet; `problems` then says why. */
  site: Site | null;
  problems: Problem[];
  /** The database is not where it was: was this site moved, or is it a copy? null: nothing is asked. */
  question: PlaceView | null;
  links: LinkView[];
  /** What is not shared until somebody says how it goes on. */
  brakes: BrakeView[];
  /** Saved entries that were not looked at yet. */
  unrecorded: number;
  now: number;
}

/** Something large or strange: what it would do to other sites waits for one of `answers`. */
export interface BrakeView {
  id: string;
  code: BrakeCode;
  /** What people call what it is about: a content type, an entry, a linked site; '' where it is this whole site. */
  subjectName: string;
  /** Numbers and names, by the code. */
  told: { [name: string]: string | number };
  since: number;
  answers: BrakeAnswer[];
  /** The first entries that it is about. */
  entries: EntryName[];
}
export interface BrakeAnswerRequest {
  id: string;
  answer: BrakeAnswer;
  /** Only these of its entries, by `id`. */
  entries?: string[];
}
export interface SweepRequest {
  depth?: 'quick' | 'full';
}

/** Until this is answered nothing is sent or received. */
export interface PlaceView {
  /** The public URL before and now; '' where none is known. */
  urlBefore: string;
  urlNow: string;
  /** What is different: `url`, or facts of the database (`path`, `inode`, `server`, `database`, `oid`, `cluster`). */
  differs: string[];
  /** Since when it was at home there. */
  boundAt: number;
}

export interface IssuedCode {
  code: string;
  expiresAt: number;
}
export interface CodeRequest {
  code: string;
}
export interface CodeView {
  id: string;
  url: string;
  fingerprint: string;
  expiresAt: number;
}
export interface RenameRequest {
  name: string;
}

export interface LeaveRequest {
  /** This site's name. */
  name: string;
  /** Also where a linked site cannot be told that it is over. */
  evenIfUntold?: boolean;
}

export interface TestResult {
  ok: boolean;
  milliseconds: number;
  state: LinkState;
  /** What stands in the way, for machines: `docs/api.md` lists the codes. */
  cause: string | null;
  message: string;
}

export interface RuleInput {
  scope: 'type' | 'instance';
  /** A content type's uid; '' where the scope is `instance`. */
  uid: string;
  level: Level;
  direction: Direction;
  /** Of a rule for a type: whether what these fields refer to goes along, where that is other than the link's default. */
  dependencies?: Dependencies;
}
export interface RuleView extends RuleInput {
  locked: boolean;
}
export interface RulesRequest {
  rules: RuleInput[];
}

/** Whether what shared entries refer to goes along with them where no rule names it, and how far. */
export interface DependenciesView {
  /** Where a rule says nothing of the field. */
  default: DependencyMode;
  /** So many steps from an entry that a rule names, and so many entries of one. */
  mostSteps: number;
  mostEntries: number;
}
export interface DependenciesRequest {
  default: DependencyMode;
}

export interface TypeView {
  uid: string;
  displayName: string;
  kind: 'collectionType' | 'singleType';
  localized: boolean;
  drafts: boolean;
  /** How many entries there are here; rows of translations and drafts are not counted twice. */
  entries: number;
  /** Its fields that refer to entries, and the uids of the types that these are of. */
  refers: { field: string; types: string[] }[];
  /** Its fields that are this site's own by the configuration: never sent, never written over. */
  localFields: string[];
  /** Where a link is named: what that site shares of it; null: nothing that has come here, or it is chosen here. */
  theirs?: TheirSharing | null;
}

/** What a linked site shares of a content type by its own decision, as seen from here: it sends, or both sites edit. */
export interface TheirSharing {
  level: Level;
  direction: Exclude<Direction, 'SEND_ONLY'>;
}

export interface CompareRequest {
  repair?: boolean;
}
export interface CompareView {
  link: string;
  at: number;
  equal: number;
  /** How many differ; `different` names the first {@link COMPARE_LIMIT} of them. */
  differentCount: number;
  different: (EntryName & { here: boolean; there: boolean })[];
  bytes: number;
  repaired: boolean;
}
export const COMPARE_LIMIT = 200;

/**
 * Before anything is shared: what sharing the entries of one type with a site would do, a page at a time. Nothing is
 * changed and nothing is sent but what the level opens, of entries on the page. The first page has no cursor.
 */
export interface PreviewRequest {
  uid: string;
  level: Level;
  direction: Direction;
  /** The field by which an entry there is taken for the same; null: only entries with the same id are. */
  by: string | null;
  cursor: string | null;
}
/**
 * - `new`: would be made there;
 * - `same`: is there and equal in all that the level opens;
 * - `different`: is there, and `fields` differ;
 * - `ambiguous`: several there could be it, see `candidates`: it would be made anew unless somebody chooses;
 * - `taken`: what matches there is shared under another id already: it would be made anew;
 * - `nothing`: there is nothing of it that the level opens (not published), and the other site is not asked.
 */
export type PreviewState = 'new' | 'same' | 'different' | 'ambiguous' | 'taken' | 'nothing';
export interface PreviewEntry extends EntryName {
  state: PreviewState;
  /** The documentId there where it is another one: found by the field. */
  matched: string | null;
  /** Names of the fields that differ. */
  fields: string[];
  candidates: { documentId: string; title: string | null }[];
}
export interface PreviewPage {
  /** For the next page; null: this was the last one. */
  cursor: string | null;
  /** How many entries the type has here, and has there. */
  total: number;
  totalThere: number;
  entries: PreviewEntry[];
  /** Files that entries of this page use and that are not there by their bytes; `bytes` as the media library says. */
  files: number;
  bytes: number;
}
/** The fields that a type's entries can be found by, the likeliest first. */
export interface MatchFields {
  [uid: string]: string[];
}

/** One entry against a site, field by field. */
export interface DifferenceRequest {
  uid: string;
  documentId: string;
  level: Level;
  /** The documentId there; null: the same as here. */
  there: string | null;
}
export interface DifferenceView {
  /** What is there is not told: entries of this type are not for everybody to read on that site. */
  hidden: boolean;
  /** Of what is published; drafts are told by no site. */
  parts: DifferencePart[];
}
export interface DifferencePart {
  /** '' where the type has no locales. */
  locale: string;
  status: 'draft' | 'published';
  fields: { name: string; here: Json; there: Json }[];
}

/**
 * Has a site take its entries for ours, a page at a time, as the preview found them: nothing is sent by it, and a page can
 * be asked for again. `choices` decide ambiguous ones of the page: the documentId there, or null for none.
 */
export interface MatchRequest {
  uid: string;
  level: Level;
  direction: Direction;
  by: string | null;
  cursor: string | null;
  choices: { documentId: string; there: string | null }[];
}
export interface MatchResult {
  cursor: string | null;
  /** How many entries, and how many files, are the same from now on. */
  matched: number;
  files: number;
  /** What the other site did not take, and why. */
  refused: (EntryName & { code: string; message: string })[];
}

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
 * What a delivery that is held waits for there, as the other site answered: a code with values for the panel to say in the
 * user's language, and an English sentence for codes it does not know.
 */
export interface WaitsFor {
  code: string;
  values: { [name: string]: string };
  text: string;
}

export interface QueueItem extends EntryName {
  state: ReplicaState;
  level: Level;
  direction: Direction;
  waitsFor: WaitsFor | null;
  error: string | null;
  attempts: number;
  retryAt: number;
  since: number;
}
export interface QueuePage {
  items: QueueItem[];
  page: number;
  pageSize: number;
  total: number;
  counts: QueueCounts;
}
export type QueueState = 'waiting' | 'queued' | 'held' | 'failed' | 'stopped' | 'done';

export interface RetryResult {
  retried: number;
}

export interface JobView {
  id: string;
  kind: string;
  subject: string;
  /** What people call the subject: a content type's name. */
  subjectName: string;
  done: number;
  total: number;
  state: string;
  error: string | null;
  updatedAt: number;
}

/**
 * How an entry stands with one linked site:
 * - `current`: the other site confirmed what it should have (or it came from there);
 * - `recording`: a save was not looked at yet;
 * - `waiting`: queued or on its way; `reason` says what stops it, where something does;
 * - `paused`: queued, and sharing with that site is paused;
 * - `held`: it arrived and waits there for `waitsFor`;
 * - `failed`: the other site refused it, see `error`;
 * - `stopped`: it is not sent until somebody says so, see `brakes` of the overview;
 * - `unpublished`: only published versions go there, and there is none; where it was there before, `since` says when that
 *   site took what was published away;
 * - `unshared`: the sharing rules keep it here.
 */
export type EntryState =
  'current' | 'recording' | 'waiting' | 'paused' | 'held' | 'failed' | 'stopped' | 'unpublished' | 'unshared';
/** `rest`: of what is to go only what is published has come here, over another link. */
export type WaitReason = 'unreachable' | 'paused' | 'rest' | null;

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
  locked: boolean;
  diverged: boolean;
}
export type StatusBatch = { [documentId: string]: EntryBrief };
export const STATUS_BATCH_LIMIT = 200;

export interface EntryRetryRequest {
  link?: string;
}

/** What a role may do; an action's name is `plugin::replication.` and one of these. */
export const ACTIONS = {
  read: 'plugin::replication.read',
  links: 'plugin::replication.links.manage',
  leave: 'plugin::replication.site.leave',
  rules: 'plugin::replication.rules.manage',
  queue: 'plugin::replication.queue.manage',
  brakes: 'plugin::replication.brakes.manage',
} as const;
