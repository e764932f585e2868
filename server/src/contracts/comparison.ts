import type { Direction, Level } from '../replication/engine';
import type { Json } from '../replication/entity';
import type { EntryName } from './entries';

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
