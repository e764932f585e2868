import type { Dependencies, DependencyMode } from '../replication/controller/dependencies';
import type { Direction, Level } from '../replication/engine';

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
