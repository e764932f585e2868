/** What the demo uses of better-sqlite3, which brings no types of its own. */
declare module 'better-sqlite3' {
  interface Statement {
    all(...values: unknown[]): unknown[];
    iterate(...values: unknown[]): IterableIterator<unknown>;
  }
  export default class Database {
    constructor(file: string, options?: { readonly?: boolean });
    prepare(sql: string): Statement;
    close(): void;
  }
}
