import type { Answer as BrakeAnswer, QuestionCode as BrakeCode } from '../replication/brake/desk';
import type { Site } from '../replication/engine';
import type { LinkState } from '../replication/tables';
import type { EntryName } from './entries';

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
