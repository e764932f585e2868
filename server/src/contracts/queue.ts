import type { Direction, Level } from '../replication/engine';
import type { ReplicaState } from '../replication/tables';
import type { EntryName } from './entries';
import type { QueueCounts } from './sites';

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
