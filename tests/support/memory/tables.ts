import type { Content, FindOptions, NewRow, Store, Tables, Unit, Where } from '../../../server/src/replication/ports';
import { COUNTED, INDEXES, PRIMARY_KEYS, type Row, type TableName } from '../../../server/src/replication/tables';
import { kindOf } from '../../../server/src/strapi/tables/columns';
import type { MemoryDatabase, MemoryTransaction } from './database';
import type { AnyRow, Conditions, TableShape } from './table';

/** The shapes of the plugin's own tables, for a {@link MemoryDatabase}. */
export const ownTables = (): Record<string, TableShape> =>
  Object.fromEntries(
    (Object.keys(PRIMARY_KEYS) as TableName[]).map((table) => [
      table,
      {
        primary: PRIMARY_KEYS[table] as readonly string[],
        indexes: (INDEXES[table] ?? []) as readonly (readonly string[])[],
        counted: COUNTED.has(table),
      },
    ])
  );

/** The port `Tables` in memory. */
export const memoryTables = (transaction: MemoryTransaction): Tables => ({
  async find<T extends TableName, C extends keyof Row<T> = keyof Row<T>>(
    table: T,
    where: Where<T>,
    options: FindOptions<T, C> = {}
  ): Promise<Pick<Row<T>, C>[]> {
    transaction.statement();
    const rows = transaction.find(table, conditions(table, where));
    const { columns, orderBy, descending = false, limit } = options;
    if (orderBy !== undefined) {
      kindOf(table, orderBy);
      rows.sort((a, b) => (descending ? -1 : 1) * compare(a[orderBy], b[orderBy]));
    }
    const found = limit === undefined ? rows : rows.slice(0, limit);
    if (columns === undefined) return found as unknown as Row<T>[];
    for (const column of columns) kindOf(table, String(column));
    return found.map((row) => Object.fromEntries(columns.map((column) => [column, row[String(column)]]))) as Pick<
      Row<T>,
      C
    >[];
  },

  async count<T extends TableName>(table: T, where: Where<T>): Promise<number> {
    transaction.statement();
    return transaction.count(table, conditions(table, where));
  },

  async countBy<T extends TableName>(table: T, by: (keyof Row<T> & string)[], where: Where<T>) {
    transaction.statement();
    const totals = new Map<string, { key: string[]; count: number }>();
    for (const row of transaction.find(table, conditions(table, where))) {
      const key = by.map((column) => String(row[column] ?? ''));
      const total = totals.get(key.join('\u0000')) ?? { key, count: 0 };
      total.count += 1;
      totals.set(key.join('\u0000'), total);
    }
    return [...totals.values()];
  },

  async insert<T extends TableName>(table: T, rows: NewRow<T>[], onConflict: 'fail' | 'ignore' | 'replace') {
    transaction.statement();
    for (const row of rows) {
      const complete = { ...row } as AnyRow;
      for (const column of Object.keys(complete)) kindOf(table, column);
      transaction.insert(table, complete, onConflict);
    }
  },

  async update<T extends TableName>(table: T, where: Where<T>, patch: Partial<Row<T>>): Promise<number> {
    transaction.statement();
    const changes = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    for (const column of Object.keys(changes)) kindOf(table, column);
    return transaction.update(table, conditions(table, where), changes);
  },

  async remove<T extends TableName>(table: T, where: Where<T>): Promise<number> {
    transaction.statement();
    return transaction.remove(table, conditions(table, where));
  },

  async lock<T extends TableName>(table: T, where: Where<T>): Promise<void> {
    transaction.statement();
    for (const row of transaction.find(table, conditions(table, where))) {
      transaction.claim(
        `${table} ${(PRIMARY_KEYS[table] as readonly string[]).map((column) => String(row[column])).join('\u0000')}`
      );
    }
  },
});

/** The port `Store` in memory. `content` is what this transaction sees of the site's content. */
export const memoryStore = (database: MemoryDatabase, content: (transaction: MemoryTransaction) => Content): Store => {
  const open = new WeakMap<Unit, MemoryTransaction>();
  return {
    transaction: <T>(work: (unit: Unit) => Promise<T>) =>
      database.transaction((transaction) => {
        const unit: Unit = { tables: memoryTables(transaction), content: content(transaction) };
        open.set(unit, transaction);
        return work(unit);
      }),

    async savepoint<T>(unit: Unit, work: (unit: Unit) => Promise<T>): Promise<T> {
      const transaction = open.get(unit);
      if (transaction === undefined) throw new Error('A savepoint needs a unit of an open transaction.');
      const savepoint = transaction.savepoint();
      try {
        return await work(unit);
      } catch (error) {
        transaction.rollbackTo(savepoint);
        throw error;
      }
    },
  };
};

const conditions = <T extends TableName>(table: T, where: Where<T>): Conditions => {
  for (const column of Object.keys(where)) kindOf(table, column);
  return where as Conditions;
};

const compare = (a: unknown, b: unknown): number => {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return (a as string | number) < (b as string | number) ? -1 : 1;
};
