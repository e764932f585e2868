import type { Condition } from '../../../server/src/replication/ports';
import { MemoryTable, matcher, type AnyRow, type Conditions, type TableShape } from './table';

/** The process this belonged to is gone. Whatever still runs of it can do nothing any more. */
export class Killed extends Error {
  constructor() {
    super('This process was killed.');
  }
}

/** Another open transaction has written or locked what this one wants. */
export class Blocked extends Error {
  constructor(claim: string) {
    super(`${claim} is claimed by another transaction.`);
  }
}

/**
 * A database in memory: transactions that roll back, one writer at a time, and a short transaction of somebody else that
 * can commit between two statements of a long one, as on PostgreSQL and MySQL at READ COMMITTED.
 */
export class MemoryDatabase {
  private readonly tables = new Map<string, MemoryTable>();
  private current: MemoryTransaction | null = null;
  private taken = false;
  private queue: { resolve(): void; reject(error: Error): void }[] = [];
  /** Called before each statement of a long transaction; the place for an editor to come between. */
  beforeStatement: (() => void) | null = null;

  constructor(shapes: Readonly<Record<string, TableShape>>) {
    for (const [name, shape] of Object.entries(shapes)) this.tables.set(name, new MemoryTable(name, shape));
  }

  table(name: string): MemoryTable {
    const table = this.tables.get(name);
    if (table === undefined) throw new Error(`There is no table ${name}.`);
    return table;
  }

  /** Long transactions wait for one another. */
  async transaction<T>(work: (transaction: MemoryTransaction) => Promise<T>): Promise<T> {
    await this.turn();
    const transaction = new MemoryTransaction(this, null);
    this.current = transaction;
    try {
      const result = await work(transaction);
      transaction.commit();
      return result;
    } catch (error) {
      transaction.rollback();
      throw error;
    } finally {
      if (this.current === transaction) this.next();
    }
  }

  /** A short transaction, done at once even while a long one is open; throws {@link Blocked} where it meets what that one claimed. */
  now<T>(work: (transaction: MemoryTransaction) => T): T {
    const transaction = new MemoryTransaction(this, this.current);
    try {
      const result = work(transaction);
      transaction.commit();
      return result;
    } catch (error) {
      transaction.rollback();
      throw error;
    }
  }

  /** The process dies: what is not committed is undone, and those who wait never come in. */
  kill(): void {
    this.current?.abandon();
    this.current = null;
    this.taken = false;
    const waiting = this.queue;
    this.queue = [];
    for (const { reject } of waiting) reject(new Killed());
  }

  /** A copy of what is committed, as a back-up would hold it. */
  snapshot(): Map<string, AnyRow[]> {
    if (this.current !== null) throw new Error('A snapshot is taken between transactions.');
    return new Map([...this.tables].map(([name, table]) => [name, table.all()]));
  }

  /** Becomes what a back-up holds. Counted ids go on: no row of later is mistaken for one of before. */
  restore(snapshot: ReadonlyMap<string, AnyRow[]>): void {
    if (this.current !== null) throw new Error('A database is restored between transactions.');
    for (const [name, table] of this.tables) {
      for (const row of table.all()) table.set(table.keyOf(row), undefined);
      for (const row of snapshot.get(name) ?? []) table.set(table.keyOf(row), row);
    }
  }

  /** Resolves when nobody else is in; whoever leaves hands over directly, so that nobody comes in between. */
  private async turn(): Promise<void> {
    if (!this.taken) this.taken = true;
    else await new Promise<void>((resolve, reject) => this.queue.push({ resolve, reject }));
  }

  private next(): void {
    this.current = null;
    const waiting = this.queue.shift();
    if (waiting === undefined) this.taken = false;
    else waiting.resolve();
  }
}

type Undo = () => void;

export class MemoryTransaction {
  private undo: Undo[] = [];
  private readonly claims = new Set<string>();
  private readonly shares = new Set<string>();
  /** By table and key, the rows this has written as they were before: what others see until it commits. */
  private readonly before = new Map<MemoryTable, Map<string, AnyRow | undefined>>();
  private state: 'open' | 'over' | 'killed' = 'open';

  constructor(
    private readonly database: MemoryDatabase,
    private readonly beside: MemoryTransaction | null
  ) {}

  /** Reserves something until the end of this transaction; a second transaction that wants it is blocked. */
  claim(what: string): void {
    if (this.beside?.claims.has(what) || this.beside?.shares.has(what)) throw new Blocked(what);
    this.claims.add(what);
  }

  /** Reserves something together with others who share it, against those who claim it. */
  share(what: string): void {
    if (this.beside?.claims.has(what)) throw new Blocked(what);
    this.shares.add(what);
  }

  statement(): void {
    this.alive();
    this.database.beforeStatement?.();
    this.alive();
  }

  find(table: string, where: Conditions): AnyRow[] {
    this.alive();
    return this.visible(this.database.table(table), where).map((row) => ({ ...row }));
  }

  count(table: string, where: Conditions): number {
    this.alive();
    return this.visible(this.database.table(table), where).length;
  }

  insert(table: string, row: AnyRow, onConflict: 'fail' | 'ignore' | 'replace'): AnyRow | null {
    this.alive();
    const target = this.database.table(table);
    const stored = target.counted ? { ...row, id: target.nextId() } : { ...row };
    const key = target.keyOf(stored);
    const existing = target.get(key);
    if (existing !== undefined) {
      if (onConflict === 'ignore') return null;
      if (onConflict === 'fail') throw new Error(`The table ${table} has this row already: ${key}`);
    }
    this.put(target, key, stored);
    return { ...stored };
  }

  update(table: string, where: Conditions, patch: AnyRow): number {
    this.alive();
    const target = this.database.table(table);
    const rows = this.visible(target, where);
    for (const row of rows) {
      const changed = { ...row, ...patch };
      const before = target.keyOf(row);
      const after = target.keyOf(changed);
      if (after !== before) {
        if (target.get(after) !== undefined) throw new Error(`The table ${table} has this row already: ${after}`);
        this.put(target, before, undefined);
      }
      this.put(target, after, changed);
    }
    return rows.length;
  }

  remove(table: string, where: Conditions): number {
    this.alive();
    const target = this.database.table(table);
    const rows = this.visible(target, where);
    for (const row of rows) this.put(target, target.keyOf(row), undefined);
    return rows.length;
  }

  savepoint(): number {
    this.alive();
    return this.undo.length;
  }

  rollbackTo(savepoint: number): void {
    this.alive();
    while (this.undo.length > savepoint) this.undo.pop()?.();
  }

  commit(): void {
    this.alive();
    this.state = 'over';
    this.undo = [];
  }

  rollback(): void {
    if (this.state !== 'open') return;
    this.rollbackTo(0);
    this.state = 'over';
  }

  /** What is undone is undone now; what still runs finds the transaction dead. */
  abandon(): void {
    this.rollback();
    this.state = 'killed';
  }

  /** The rows themselves, without what the other transaction has not committed. */
  private visible(table: MemoryTable, where: Conditions): AnyRow[] {
    const rows = table.find(where);
    const before = this.beside?.before.get(table);
    if (before === undefined) return rows;
    const committed = [...before.values()].filter((row) => row !== undefined);
    return [...rows.filter((row) => !before.has(table.keyOf(row))), ...committed.filter(matcher(where))];
  }

  private put(table: MemoryTable, key: string, row: AnyRow | undefined): void {
    this.claim(`${table.name} ${key}`);
    const before = table.get(key);
    if (!this.before.has(table)) this.before.set(table, new Map());
    const first = this.before.get(table)!;
    if (!first.has(key)) first.set(key, before);
    table.set(key, row);
    this.undo.push(() => table.set(key, before));
  }

  private alive(): void {
    if (this.state === 'killed') throw new Killed();
    if (this.state === 'over') throw new Error('This transaction is over.');
  }
}

export type { AnyRow, Conditions, Condition };
