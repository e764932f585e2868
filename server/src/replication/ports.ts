import type { Readable } from 'node:stream';
import type { Components, Fields, Json, LocalEntry, RowState, RowWrite, Status, TypeSchema, Uid } from './entity';
import type { HappeningAction, Row, TableName } from './tables';
import type { DomainEvent } from './events';

/**
 * What the domain needs of the world. Each port has an adapter for Strapi (`server/src/strapi/`) and one for tests
 * (`tests/support/`), and one suite in `tests/contract/` that both pass.
 */

/** A column's condition: a value, one of several values, or a bound. */
export type Condition =
  string | number | null | readonly (string | number)[] | { lte?: number; gt?: number | string; not?: string | number };

export type Where<T extends TableName> = { [C in keyof Row<T>]?: Condition };

export interface FindOptions<T extends TableName, C extends keyof Row<T> = keyof Row<T>> {
  /** Only these columns are read; all without it. */
  columns?: readonly C[];
  orderBy?: NoInfer<C> & string;
  descending?: boolean;
  limit?: number;
}

/** The plugin's own tables inside one transaction. Empty lists in a condition match nothing. */
export interface Tables {
  find<T extends TableName, C extends keyof Row<T> = keyof Row<T>>(
    table: T,
    where: Where<T>,
    options?: FindOptions<T, C>
  ): Promise<Pick<Row<T>, C>[]>;
  count<T extends TableName>(table: T, where: Where<T>): Promise<number>;
  /** How many rows there are for each value of `by`. */
  countBy<T extends TableName>(
    table: T,
    by: (keyof Row<T> & string)[],
    where: Where<T>
  ): Promise<{ key: string[]; count: number }[]>;
  /**
   * `fail` throws where the key exists, `ignore` leaves the row that is there and holds its lock, `replace` overwrites it.
   * Counted ids are left out of the row.
   */
  insert<T extends TableName>(table: T, rows: NewRow<T>[], onConflict: 'fail' | 'ignore' | 'replace'): Promise<void>;
  /** How many rows were changed. */
  update<T extends TableName>(table: T, where: Where<T>, patch: Partial<Row<T>>): Promise<number>;
  remove<T extends TableName>(table: T, where: Where<T>): Promise<number>;
  /** Takes the rows' locks for this transaction, in the order given (nothing to do on SQLite). */
  lock<T extends TableName>(table: T, where: Where<T>): Promise<void>;
}

export type NewRow<T extends TableName> = T extends 'marks' | 'notifications' | 'log' ? Omit<Row<T>, 'id'> : Row<T>;

/** The site's own content inside one transaction. Ids are local ones (documentIds). */
export interface Content {
  /** Every row of these entries; an entry without rows is missing from the answer. */
  read(uid: Uid, localIds: readonly string[]): Promise<Map<string, RowState[]>>;
  /** Which rows these entries have, without reading them. */
  presence(uid: Uid, localIds: readonly string[]): Promise<Map<string, { locale: string; status: Status }[]>>;
  /** The same, and when each row was changed last. */
  glance(uid: Uid, localIds: readonly string[]): Promise<Map<string, Glance[]>>;
  /**
   * What rows hold in one attribute that holds a plain value: the rows of these entries, or those that hold one of these
   * values, {@link MOST_LOOKED_UP} of them at most. Values are compared as the database does.
   */
  look(uid: Uid, attribute: string, of: { ids: readonly string[] } | { values: readonly Plain[] }): Promise<Looked[]>;
  /** Local ids in ascending order, after a given one. */
  list(uid: Uid, after: string | null, limit: number): Promise<string[]>;
  total(uid: Uid): Promise<number>;
  /** Locks the rows and their components without waiting; throws `Busy` where somebody else holds them. */
  lock(uid: Uid, localIds: readonly string[]): Promise<void>;
  /**
   * Writes rows in place: kept rows and kept components keep their ids, dates are as given. Hooks of the site that run
   * meanwhile can ask for `telling.from`.
   */
  write(uid: Uid, localId: string, writes: readonly RowWrite[], telling?: Telling): Promise<Written>;
  /** Whether entries of this type are better made several at once: not where hooks of the site run for each of them. */
  makesTogether(uid: Uid): boolean;
  /**
   * Makes first rows, as `write` would for each of these entries: all are of one type, none has a row yet, none refers to
   * another or to itself. Answers {@link Written.along} of all.
   */
  make(uid: Uid, entries: readonly NewEntry[]): Promise<LocalEntry[]>;
}

export interface NewEntry {
  localId: string;
  writes: readonly RowWrite[];
  telling: Telling;
}

export type Plain = string | number;
export const MOST_LOOKED_UP = 5_000;

/** A row that was looked up by one of its attributes; `value` as in canonical content. */
export interface Looked {
  localId: string;
  locale: string;
  status: Status;
  value: Plain;
}

/** What there is of a row, without its content. `updatedAt` as in {@link RowState.dates}. */
export interface Glance {
  locale: string;
  status: Status;
  updatedAt: string | null;
}

export interface Written {
  /** The rows it removed, where `telling.keepRemoved` asks for them. */
  removed: Removed[];
  /** Other entries whose rows may have changed along: links vanish with their target, some can be held by one entry only. */
  along: LocalEntry[];
}

/** Whose change is written or told. `revision` is null where an entry is withdrawn. */
export interface Source {
  site: string;
  siteName: string;
  revision: string | null;
}

export interface Telling {
  from: Source;
  keepRemoved: boolean;
}

/** A row that was removed, as the site's own events tell it. */
export interface Removed {
  locale: string;
  row: Json;
}

/** What happened to an entry by an apply, as an editor would have done it. */
export interface News {
  uid: Uid;
  localId: string;
  /** null where the type has no locales, or all of them went at once. */
  locale: string | null;
  action: HappeningAction;
  removed: Json[];
  from: Source;
  /** Whether the event is to be emitted, and webhooks with it; document middlewares are called in any case. */
  loud: boolean;
}

/** The rest of the site: whoever listens to changes of its content. */
export interface Audience {
  /** Whether anybody does. What nobody listens to is not even noted. */
  listens(uid: Uid, action: HappeningAction): boolean;
  /** Whether webhooks are called for each entry of a type, or once for all that wait together. */
  callsOnce(uid: Uid): boolean;
  /**
   * Tells it, outside any transaction. Listeners' errors are their own. False where the site stops meanwhile: it must be
   * told again.
   */
  tell(news: News): Promise<boolean>;
}

/** What this site's content types look like. */
export interface Schemas {
  /** Every type that could be replicated. */
  types(): Uid[];
  /** null: no such type here, or one that is never replicated. */
  type(uid: Uid): TypeSchema | null;
  components: Components;
}

/** One transaction over the plugin's tables and the site's content. */
export interface Unit {
  readonly tables: Tables;
  readonly content: Content;
}

export interface Store {
  /** Commits what `work` did, or nothing. Deadlocks and serialisation failures are tried again, so `work` may run more than once. */
  transaction<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
  /** Runs `work` so that its failure undoes only itself. */
  savepoint<T>(unit: Unit, work: (unit: Unit) => Promise<T>): Promise<T>;
}

/** The bytes of files. Never called inside a transaction. Hashes are SHA-256, in hex. */
export interface Files {
  /** Makes sure the bytes' hashes of these file entries are known (`file_bytes`), reading them where they are not. */
  hash(localIds: readonly string[]): Promise<void>;
  /** Those of these hashes whose bytes are not here. */
  missing(hashes: readonly string[]): Promise<string[]>;
  open(hash: string, from?: number): Promise<{ stream: Readable; size: number } | null>;
  /** Removes what came in, was neither finished nor used, and has not been touched for so long. */
  tidy(olderThanMs: number): Promise<void>;
  /** How many bytes of an unfinished blob `sender` has sent. */
  staged(hash: string, sender: string): Promise<number>;
  /**
   * Adds bytes to a blob; throws where the finished blob's hash is not the one announced. Each sender has its own
   * unfinished bytes, so that nobody can spoil another's. Answers whether the blob is whole now.
   */
  stage(hash: string, bytes: Readable, from: number, total: number, sender: string): Promise<boolean>;
  /** Removes a whole blob that came in and is of no file: nothing where there is none. */
  discard(hash: string): Promise<void>;
  /** Gives a file entry's staged bytes to the site's upload provider, so that `Content.write` can refer to them. Idempotent. */
  place(localId: string, fields: Fields): Promise<void>;
}

export interface Clock {
  now(): number;
}

/** Randomness, so that a simulation can be replayed. */
export interface Chance {
  bytes(length: number): Buffer;
  /** In [0, 1). */
  fraction(): number;
}

export interface Observer {
  /** Called after commit. Must not throw and must not touch the database. */
  notice(event: DomainEvent): void;
}
