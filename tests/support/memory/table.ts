import type { Condition } from '../../../server/src/replication/ports';

export type AnyRow = Record<string, unknown>;
export type Conditions = Readonly<Record<string, Condition | undefined>>;

export interface TableShape {
  primary: readonly string[];
  indexes: readonly (readonly string[])[];
  /** The table counts up its own `id`. */
  counted: boolean;
}

/** How many keys an index is asked for before looking through all rows is as good. */
const MOST_LOOKUPS = 50_000;

/** Rows by primary key, and by the columns that are looked up. Knows nothing of transactions. */
export class MemoryTable {
  private readonly rows = new Map<string, AnyRow>();
  private readonly indexes: { columns: readonly string[]; keys: Map<string, Set<string>> }[];
  private lastId = 0;

  constructor(
    readonly name: string,
    private readonly shape: TableShape
  ) {
    const columns = [...shape.indexes];
    if (shape.primary.length > 1) columns.push(...shape.primary.map((column) => [column]));
    this.indexes = columns.map((list) => ({ columns: list, keys: new Map() }));
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
    if (before !== undefined) for (const index of this.indexes) drop(index.keys, keyFrom(index.columns, before), key);
    if (row === undefined) {
      this.rows.delete(key);
      return;
    }
    this.rows.set(key, row);
    for (const index of this.indexes) add(index.keys, keyFrom(index.columns, row), key);
  }

  /** The rows themselves, not copies. */
  find(where: Conditions): AnyRow[] {
    const direct = combinations(this.shape.primary, where);
    if (direct !== null) return this.select(direct, where);
    let best: string[] | null = null;
    for (const index of this.indexes) {
      const looked = combinations(index.columns, where);
      if (looked === null) continue;
      const keys = looked.flatMap((key) => [...(index.keys.get(key) ?? [])]);
      if (best === null || keys.length < best.length) best = keys;
    }
    return best === null ? this.all().filter(matcher(where)) : this.select(best, where);
  }

  private select(keys: readonly string[], where: Conditions): AnyRow[] {
    const rows: AnyRow[] = [];
    const matches = matcher(where);
    for (const key of new Set(keys)) {
      const row = this.rows.get(key);
      if (row !== undefined && matches(row)) rows.push(row);
    }
    return rows;
  }
}

const keyFrom = (columns: readonly string[], row: AnyRow): string =>
  columns.length === 1
    ? String(row[columns[0] as string])
    : columns.map((column) => String(row[column])).join('\u0000');

const add = (keys: Map<string, Set<string>>, at: string, key: string): void => {
  const set = keys.get(at);
  if (set === undefined) keys.set(at, new Set([key]));
  else set.add(key);
};

const drop = (keys: Map<string, Set<string>>, at: string, key: string): void => {
  const set = keys.get(at);
  set?.delete(key);
  if (set?.size === 0) keys.delete(at);
};

/** The keys under which rows with these conditions stand, or null where the columns are not all fixed. */
const combinations = (columns: readonly string[], where: Conditions): string[] | null => {
  let keys: string[] | null = null;
  for (const column of columns) {
    const condition = where[column];
    if (condition === undefined || (typeof condition === 'object' && condition !== null && !Array.isArray(condition)))
      return null;
    const values = (Array.isArray(condition) ? condition : [condition]).map(String);
    if (keys === null) keys = values;
    else if (keys.length * values.length > MOST_LOOKUPS) return null;
    else keys = keys.flatMap((key) => values.map((value) => `${key}\u0000${value}`));
  }
  return keys;
};

type Test = (value: unknown) => boolean;

/** The condition as a function, made once for all rows. */
export const matcher = (where: Conditions): ((row: AnyRow) => boolean) => {
  const tests: [string, Test][] = [];
  for (const [column, condition] of Object.entries(where)) {
    if (condition !== undefined) tests.push([column, testOf(condition)]);
  }
  return (row) => tests.every(([column, test]) => test(row[column]));
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
