/**
 * What the admin REST API takes and gives: shared by the routes under `/replication` and by the admin panel.
 * `docs/api.md` describes the calls. Times are milliseconds since 1970 (UTC).
 */
export type { Answer as BrakeAnswer, QuestionCode as BrakeCode } from '../replication/brake/desk';
export { MOST_ALONG, MOST_STEPS } from '../replication/controller/along-limits';
export type { Dependencies, DependencyMode } from '../replication/controller/dependencies';
export type { Direction, KeyView, Level, Site } from '../replication/engine';
export type { Deed } from '../replication/history/recent';
export type { LinkState, ReplicaState } from '../replication/tables';

export * from './actions';
export * from './comparison';
export * from './entries';
export * from './queue';
export * from './sharing';
export * from './sites';
