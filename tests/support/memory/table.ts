import type { Condition } from '../../../server/src/replication/ports';

export type AnyRow = Record<string, unknown>;
export type Conditions = Readonly<Record<string, Condition | undefined>>;

export interface TableShape {
  primary: readonly string[];
  indexes: readonly (readonly string[])[];
  /** The table counts up its own `id`. */
  counted: boolean;
}

/** Rows by primary key, those that one key of an index leads to. */
type Rows = Map<string, AnyRow>;

interface Index {
  columns: readonly string[];
  keys: Map<string, Rows>;
}

/** How many keys an index is asked for before looking through all rows is as good. */
const MOST_LOOKUPS = 50_000;

/** Rows by primary key, and by the columns that are looked up. Knows nothing of transactions. */
export class MemoryTable {
  private readonly rows: Rows = new Map();
  private readonly indexes: Index[];
  private lastId = 0;

  constructor(
    readonly name: string,
    private readonly shape: TableShape
  ) {
    this.indexes = lookupsOf(shape).map((columns) => ({ columns, keys: new Map() }));
  }

  get counted(): boolean {
    return this.shape.counted;
  }

  nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  keyOf(row: AnyRow): string {
    return keyFrom(this.shape.primary, row);
  }

  get(key: string): AnyRow | undefined {
    return this.rows.get(key);
  }

  all(): AnyRow[] {
    return [...this.rows.values()];
  }

  set(key: string, row: AnyRow | undefined): void {
    const before = this.rows.get(key);
    if (row === undefined) this.rows.delete(key);
    else this.rows.set(key, row);
    for (const { columns, keys } of this.indexes) {
      const was = before === undefined ? undefined : keyFrom(columns, before);
      const is = row === undefined ? undefined : keyFrom(columns, row);
      if (was !== undefined && was !== is) drop(keys, was, key);
      if (row !== undefined) add(keys, is as string, key, row);
    }
  }

  /** The rows themselves, not copies. */
  find(where: Conditions): AnyRow[] {
    const direct = combinations(this.shape.primary, where);
    if (direct !== null) {
      const found: AnyRow[] = [];
      for (const key of direct.length > 1 ? new Set(direct) : direct) {
        const row = this.rows.get(key);
        if (row !== undefined) found.push(row);
      }
      return sift(found, where, this.shape.primary);
    }
    let best: { rows: Rows[]; size: number; columns: readonly string[] } | undefined;
    for (const { columns, keys } of this.indexes) {
      const looked = combinations(columns, where);
      if (looked === null) continue;
      const rows: Rows[] = [];
      let size = 0;
      for (const key of looked.length > 1 ? new Set(looked) : looked) {
        const some = keys.get(key);
        if (some === undefined) continue;
        rows.push(some);
        size += some.size;
      }
      if (size === 0) return [];
      if (best === undefined || size < best.size) best = { rows, size, columns };
    }
    if (best === undefined) return this.rows.size === 0 ? [] : sift(this.all(), where, []);
    const found: AnyRow[] = [];
    for (const some of best.rows) for (const row of some.values()) found.push(row);
    return sift(found, where, best.columns);
  }
}

/**
 * The columns that rows are looked up by, each list once. A range is no key: what an index is ordered by after its keys
 * is left out.
 */
const lookupsOf = ({ primary, indexes }: TableShape): string[][] => {
  const keys = indexes.map((columns) => columns.filter((column) => !ORDERS.test(column)));
  if (primary.length > 1) keys.push(...primary.map((column) => [column]));
  const lists = keys.filter(({ length }) => length > 0);
  return [...new Map(lists.map((columns) => [columns.join(), [...columns]])).values()];
};

/** A time. */
const ORDERS = /_at$|_until$/;

/** Those rows that meet the conditions; what an index on `met` has found meets these already. */
const sift = (rows: AnyRow[], where: Conditions, met: readonly string[]): AnyRow[] => {
  if (rows.length === 0) return rows;
  const tests = testsOf(where, met);
  return tests.length === 0 ? rows : rows.filter((row) => passes(row, tests));
};

const keyFrom = (columns: readonly string[], row: AnyRow): string => {
  let key = String(row[columns[0] as string]);
  for (let index = 1; index < columns.length; index += 1) key += `\u0000${String(row[columns[index] as string])}`;
  return key;
};

const add = (keys: Map<string, Rows>, at: string, key: string, row: AnyRow): void => {
  const rows = keys.get(at);
  if (rows === undefined) keys.set(at, new Map([[key, row]]));
  else rows.set(key, row);
};

const drop = (keys: Map<string, Rows>, at: string, key: string): void => {
  const rows = keys.get(at);
  rows?.delete(key);
  if (rows?.size === 0) keys.delete(at);
};

/** The keys under which rows with these conditions stand, or null where the columns are not all fixed. */
const combinations = (columns: readonly string[], where: Conditions): string[] | null => {
  // Most are not fixed, or by one value each: looked at first, without a list.
  let single = true;
  for (const column of columns) {
    const condition = where[column];
    if (condition === undefined || isBound(condition)) return null;
    if (Array.isArray(condition)) single = false;
  }
  if (single) return [keyFrom(columns, where)];
  let keys: string[] | null = null;
  for (const column of columns) {
    const condition = where[column];
    const values: string[] = Array.isArray(condition) ? condition.map(String) : [String(condition)];
    if (keys === null) keys = values;
    else if (keys.length * values.length > MOST_LOOKUPS) return null;
    else keys = keys.flatMap((key) => values.map((value) => `${key}\u0000${value}`));
  }
  return keys;
};

/** No key leads to rows with this condition. */
const isBound = (condition: Condition): boolean =>
  typeof condition === 'object' && condition !== null && !Array.isArray(condition);

type Test = (value: unknown) => boolean;

/** The condition as a function, made once for all rows. */
export const matcher = (where: Conditions): ((row: AnyRow) => boolean) => {
  const tests = testsOf(where, []);
  return (row) => passes(row, tests);
};

const passes = (row: AnyRow, tests: readonly (readonly [string, Test])[]): boolean => {
  for (const [column, test] of tests) if (!test(row[column])) return false;
  return true;
};

const testsOf = (where: Conditions, met: readonly string[]): [string, Test][] => {
  const tests: [string, Test][] = [];
  for (const column in where) {
    const condition = where[column];
    if (condition !== undefined && !met.includes(column)) tests.push([column, testOf(condition)]);
  }
  return tests;
};

const testOf = (condition: Condition): Test => {
  if (Array.isArray(condition)) {
    const values = new Set<unknown>(condition);
    return (value) => values.has(value);
  }
  if (condition === null || typeof condition !== 'object') return (value) => value === condition;
  const { lte, gt, not } = condition as { lte?: number; gt?: number | string; not?: string | number };
  return (value) => {
    if (not !== undefined && value === not) return false;
    if (lte === undefined && gt === undefined) return true;
    if (value === null) return false;
    return (lte === undefined || (value as number) <= lte) && (gt === undefined || (value as number | string) > gt);
  };
};
