import type { Knex } from 'knex';
import type { Condition, FindOptions, NewRow, Tables, Where } from '../../replication/ports';
import { COUNTED, PRIMARY_KEYS, type Row, type TableName } from '../../replication/tables';
import { columnsOf, kindOf, mayBeNull, type ColumnKind } from './columns';
import { dialectOf } from './ddl';
import { insertRows } from './insert-rows';

/** PostgreSQL takes 65,535 values in a statement, SQLite 32,766. */
const MOST_VALUES = 10_000;

type Conditions = [column: string, condition: Condition][];
type Values = Record<string, unknown>;

/** The port `Tables` on one of Strapi's databases: each call is part of `trx`. */
export const createTables = (trx: Knex.Transaction): Tables => {
  const dialect = dialectOf(trx);

  const from = (table: TableName, conditions: Conditions): Knex.QueryBuilder => {
    const query = trx(`replication_${table}`);
    for (const [column, condition] of conditions) restrict(query, column, condition, mayBeNull(kindOf(table, column)));
    return query;
  };

  return {
    async find<T extends TableName, C extends keyof Row<T> = keyof Row<T>>(
      table: T,
      where: Where<T>,
      options: FindOptions<T, C> = {}
    ): Promise<Pick<Row<T>, C>[]> {
      const { columns, orderBy, descending = false, limit } = options;
      for (const column of columns ?? []) kindOf(table, String(column));
      const selected = columns === undefined ? ['*'] : (columns as readonly string[]);
      const nullable = orderBy !== undefined && mayBeNull(kindOf(table, orderBy));
      const pieces = piecesOf(table, where);
      const rows: Row<T>[] = [];
      for (const piece of pieces) {
        const query = from(table, piece).select([...selected]);
        if (orderBy !== undefined) {
          const direction = descending ? 'desc' : 'asc';
          // Null is the smallest value on SQLite and MySQL, and shall be on PostgreSQL.
          if (nullable && dialect === 'postgres') {
            query.orderByRaw(`?? ${direction} nulls ${descending ? 'last' : 'first'}`, [orderBy]);
          } else query.orderBy(orderBy, direction);
        }
        if (limit !== undefined) query.limit(limit);
        for (const row of (await query) as Values[]) rows.push(normalise(table, row));
      }
      if (pieces.length > 1 && orderBy !== undefined) rows.sort(byColumn(orderBy, descending));
      return limit === undefined ? rows : rows.slice(0, limit);
    },

    async count<T extends TableName>(table: T, where: Where<T>): Promise<number> {
      let total = 0;
      for (const piece of piecesOf(table, where)) {
        const [row] = (await from(table, piece).count({ n: '*' })) as { n: unknown }[];
        total += Number(row?.n ?? 0);
      }
      return total;
    },

    async countBy<T extends TableName>(table: T, by: (keyof Row<T> & string)[], where: Where<T>) {
      for (const column of by) kindOf(table, column);
      const totals = new Map<string, { key: string[]; count: number }>();
      for (const piece of piecesOf(table, where)) {
        const rows = (await from(table, piece).select(by).count({ n_of_rows: '*' }).groupBy(by)) as Values[];
        for (const row of rows) {
          const key = by.map((column) => String(row[column] ?? ''));
          const id = JSON.stringify(key);
          const total = totals.get(id) ?? { key, count: 0 };
          total.count += Number(row.n_of_rows);
          totals.set(id, total);
        }
      }
      return [...totals.values()];
    },

    async insert<T extends TableName>(table: T, rows: NewRow<T>[], onConflict: 'fail' | 'ignore' | 'replace') {
      const primary = PRIMARY_KEYS[table] as readonly string[];
      const names = Object.keys(columnsOf(table)).filter((name) => !(COUNTED.has(table) && name === 'id'));
      const complete = rows.map((row) => onlyColumns(table, row as Values, names));
      const counted = COUNTED.has(table);
      const unique = counted || onConflict === 'fail' ? complete : oncePerKey(complete, primary, onConflict);

      const clause = counted || onConflict === 'fail' ? null : ({ do: onConflict, key: primary } as const);
      for (const chunk of chunks(unique, Math.floor(MOST_VALUES / names.length))) {
        const values = chunk.map((row) => names.map((name) => row[name] as Knex.RawBinding));
        await insertRows(trx, dialect, `replication_${table}`, names, values, clause);
      }
    },

    async update<T extends TableName>(table: T, where: Where<T>, patch: Partial<Row<T>>): Promise<number> {
      const changes: Values = {};
      for (const [column, value] of Object.entries(patch)) {
        kindOf(table, column);
        if (value !== undefined) changes[column] = value;
      }
      if (Object.keys(changes).length === 0) return this.count(table, where);
      let changed = 0;
      for (const piece of piecesOf(table, where))
        changed += (await from(table, piece).update(changes)) as unknown as number;
      return changed;
    },

    async remove<T extends TableName>(table: T, where: Where<T>): Promise<number> {
      let removed = 0;
      for (const piece of piecesOf(table, where)) removed += (await from(table, piece).delete()) as unknown as number;
      return removed;
    },

    async lock<T extends TableName>(table: T, where: Where<T>): Promise<void> {
      // SQLite has one writer at a time, and Strapi gives it one connection.
      if (dialect === 'sqlite') return;
      const primary = [...(PRIMARY_KEYS[table] as readonly string[])];
      for (const piece of piecesOf(table, where)) {
        await from(table, piece)
          .select(primary)
          .orderBy(primary.map((column) => ({ column, order: 'asc' as const })))
          .forUpdate();
      }
    },
  };
};

const restrict = (query: Knex.QueryBuilder, column: string, condition: Condition, nullable: boolean): void => {
  if (condition === null) {
    query.whereNull(column);
  } else if (Array.isArray(condition)) {
    query.whereIn(column, condition as (string | number)[]);
  } else if (typeof condition === 'object') {
    const { lte, gt, not } = condition as { lte?: number; gt?: number | string; not?: string | number };
    if (lte !== undefined) query.where(column, '<=', lte);
    if (gt !== undefined) query.where(column, '>', gt);
    // A null is not the value either; SQL alone would leave it out.
    if (not !== undefined && nullable) query.where((either) => either.whereNot(column, not).orWhereNull(column));
    else if (not !== undefined) query.whereNot(column, not);
  } else {
    query.where(column, condition as string | number);
  }
};

/**
 * The condition as one or more that match disjoint sets of rows in ascending order of the list that was cut, each
 * small enough for a statement. None, where an empty list matches nothing.
 */
const piecesOf = <T extends TableName>(table: T, where: Where<T>): Conditions[] => {
  const conditions: Conditions = [];
  for (const [column, condition] of Object.entries(where) as Conditions) {
    kindOf(table, column);
    if (condition === undefined) continue;
    const list = Array.isArray(condition) ? [...new Set(condition)] : null;
    if (list?.length === 0) return [];
    conditions.push([column, list ? list.sort(ascending) : condition]);
  }
  return cut(conditions);
};

const cut = (conditions: Conditions): Conditions[] => {
  const lengths = conditions.map(([, condition]) => (Array.isArray(condition) ? condition.length : 1));
  if (lengths.reduce((sum, length) => sum + length, 0) <= MOST_VALUES) return [conditions];
  const longest = lengths.indexOf(Math.max(...lengths));
  const [column, list] = conditions[longest] as [string, (string | number)[]];
  return chunks(list, Math.ceil(list.length / 2)).flatMap((part) =>
    cut(conditions.map((condition, position) => (position === longest ? [column, part] : condition)))
  );
};

const chunks = <V>(values: readonly V[], size: number): V[][] => {
  const parts: V[][] = [];
  for (let start = 0; start < values.length; start += size) parts.push(values.slice(start, start + size));
  return parts;
};

const ascending = (a: unknown, b: unknown): number => {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return (a as string | number) < (b as string | number) ? -1 : 1;
};

const byColumn =
  (column: string, descending: boolean) =>
  (a: object, b: object): number => {
    const order = ascending((a as Values)[column], (b as Values)[column]);
    return descending ? -order : order;
  };

/** Exactly the table's columns; one that is missing is a defect and must not become a null. */
const onlyColumns = (table: TableName, row: Values, names: readonly string[]): Values => {
  for (const name of Object.keys(row)) kindOf(table, name);
  const complete: Values = {};
  for (const name of names) {
    if (row[name] === undefined) throw new Error(`A row for the table ${table} lacks ${name}.`);
    complete[name] = row[name];
  }
  return complete;
};

/** PostgreSQL refuses to touch a row twice in one statement. */
const oncePerKey = (
  rows: readonly Values[],
  primary: readonly string[],
  onConflict: 'ignore' | 'replace'
): Values[] => {
  const byKey = new Map<string, Values>();
  for (const row of rows) {
    const key = JSON.stringify(primary.map((column) => row[column]));
    if (onConflict === 'replace' || !byKey.has(key)) byKey.set(key, row);
  }
  return [...byKey.values()];
};

/** PostgreSQL's and MySQL's drivers give 64-bit integers as strings. */
const normalise = <T extends TableName>(table: T, row: Values): Row<T> => {
  for (const [column, kind] of columnsToConvert(table)) {
    const value = row[column];
    if (value === null || value === undefined) continue;
    if (kind !== 'bytes') row[column] = Number(value);
    else if (!Buffer.isBuffer(value)) row[column] = Buffer.from(value as Uint8Array);
  }
  return row as unknown as Row<T>;
};

const convertible = new Map<TableName, [column: string, kind: ColumnKind][]>();

const columnsToConvert = (table: TableName): [column: string, kind: ColumnKind][] => {
  let columns = convertible.get(table);
  if (!columns) {
    columns = Object.entries(columnsOf(table)).filter(([, kind]) => kind !== 'text' && kind !== 'text?');
    convertible.set(table, columns);
  }
  return columns;
};
