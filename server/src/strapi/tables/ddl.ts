import type { Knex } from 'knex';

/**
 * A column of a migration: what it holds, whether it may be null, and whether it stands in a key. Keys are compared
 * byte by byte on every database and have a length, because MySQL indexes at most 3072 bytes (four for a character).
 */
export type ColumnType =
  | { type: 'key'; length: number; nullable: boolean }
  | { type: 'text' | 'number' | 'bytes'; nullable: boolean }
  | { type: 'counted' };

export interface TableDefinition {
  name: string;
  columns: Record<string, ColumnType>;
  primary: readonly string[];
  /** A column with a number: only so many of its characters are indexed on MySQL, where it would be too long. */
  indexes: readonly (readonly (string | [string, number])[])[];
}

export const key = (length: number): ColumnType => ({ type: 'key', length, nullable: false });
export const text: ColumnType = { type: 'text', nullable: false };
export const number: ColumnType = { type: 'number', nullable: false };
export const bytes: ColumnType = { type: 'bytes', nullable: false };
export const counted: ColumnType = { type: 'counted' };
export const orNull = (column: ColumnType): ColumnType =>
  column.type === 'counted' ? column : { ...column, nullable: true };

export type Dialect = 'sqlite' | 'postgres' | 'mysql';

export const dialectOf = (knex: Knex): Dialect => {
  const client = String(knex.client.config.client);
  if (client.includes('sqlite')) return 'sqlite';
  if (client === 'pg' || client.startsWith('postgres')) return 'postgres';
  if (client.startsWith('mysql')) return 'mysql';
  throw new Error(`The database ${client} is not one of SQLite, PostgreSQL, MySQL and MariaDB.`);
};

const TYPES: Record<Dialect, { key: (length: number) => string; text: string; bytes: string; counted: string }> = {
  sqlite: {
    key: (length) => `varchar(${length})`,
    text: 'text',
    bytes: 'blob',
    // AUTOINCREMENT: an id that was used and deleted is never given again.
    counted: 'integer primary key autoincrement not null',
  },
  postgres: {
    key: (length) => `varchar(${length}) collate "C"`,
    text: 'text',
    bytes: 'bytea',
    counted: 'bigserial primary key not null',
  },
  mysql: {
    key: (length) => `varchar(${length})`,
    text: 'longtext',
    bytes: 'longblob',
    counted: 'bigint not null auto_increment primary key',
  },
};

const columnType = (dialect: Dialect, column: ColumnType): string => {
  const types = TYPES[dialect];
  if (column.type === 'counted') return types.counted;
  const base =
    column.type === 'key' ? types.key(column.length) : column.type === 'number' ? 'bigint' : types[column.type];
  return `${base} ${column.nullable ? 'null' : 'not null'}`;
};

/**
 * Creates a table with its indexes, unless it is there. Schema changes are not transactional on MySQL, so there
 * everything stands in one statement: a crash leaves the whole table or nothing, and the migration can run again.
 */
export const createTable = async (knex: Knex, table: TableDefinition): Promise<void> => {
  const dialect = dialectOf(knex);
  const lines: string[] = [];
  const bindings: string[] = [table.name];
  const name = (identifier: string): string => {
    bindings.push(identifier);
    return '??';
  };

  for (const [column, type] of Object.entries(table.columns))
    lines.push(`${name(column)} ${columnType(dialect, type)}`);
  if (!Object.values(table.columns).some((column) => column.type === 'counted')) {
    lines.push(`primary key (${table.primary.map(name).join(', ')})`);
  }
  if (dialect === 'mysql') {
    table.indexes.forEach((columns, position) => {
      const list = columns.map((column) =>
        Array.isArray(column) ? `${name(column[0])}(${column[1]})` : name(column as string)
      );
      lines.push(`index ${indexName(table.name, position)} (${list.join(', ')})`);
    });
  }
  const options =
    dialect === 'mysql' ? ' engine=InnoDB row_format=dynamic default character set utf8mb4 collate utf8mb4_bin' : '';
  await knex.raw(`create table if not exists ?? (${lines.join(', ')})${options}`, bindings);
  if (dialect === 'mysql') return;

  for (const [position, columns] of table.indexes.entries()) {
    const names = columns.map((column) => (Array.isArray(column) ? column[0] : (column as string)));
    await knex.raw(
      `create index if not exists ${indexName(table.name, position)} on ?? (${names.map(() => '??').join(', ')})`,
      [table.name, ...names]
    );
  }
};

/** Adds a column that may be null, unless it is there: a migration that was cut off on MySQL can run again. */
export const addColumn = async (knex: Knex, table: string, name: string, type: ColumnType): Promise<void> => {
  if (await knex.schema.hasColumn(table, name)) return;
  await knex.raw(`alter table ?? add column ?? ${columnType(dialectOf(knex), type)}`, [table, name]);
};

/** Gives a column that stands in no index another type. SQLite looks at neither type nor length. */
export const changeType = async (knex: Knex, table: string, name: string, type: ColumnType): Promise<void> => {
  const dialect = dialectOf(knex);
  if (dialect === 'mysql')
    await knex.raw(`alter table ?? modify column ?? ${columnType(dialect, type)}`, [table, name]);
  if (dialect !== 'postgres' || type.type === 'counted') return;
  const plain = columnType(dialect, type).replace(/ (not )?null$/, '');
  await knex.raw(`alter table ?? alter column ?? type ${plain}`, [table, name]);
};

/** Adds an index, unless it is there: MySQL knows no `if not exists` for it. */
export const addIndex = async (knex: Knex, table: string, name: string, columns: readonly string[]): Promise<void> => {
  const list = columns.map(() => '??').join(', ');
  if (dialectOf(knex) !== 'mysql') {
    await knex.raw(`create index if not exists ?? on ?? (${list})`, [name, table, ...columns]);
  } else if (!(await hasIndexOnMySql(knex, table, name))) {
    await knex.raw(`create index ?? on ?? (${list})`, [name, table, ...columns]);
  }
};

/** Removes an index, unless it is gone. */
export const dropIndex = async (knex: Knex, table: string, name: string): Promise<void> => {
  if (dialectOf(knex) !== 'mysql') await knex.raw('drop index if exists ??', [name]);
  else if (await hasIndexOnMySql(knex, table, name)) await knex.raw('drop index ?? on ??', [name, table]);
};

const hasIndexOnMySql = async (knex: Knex, table: string, name: string): Promise<boolean> => {
  const [rows] = (await knex.raw('show index from ?? where Key_name = ?', [table, name])) as [unknown[]];
  return rows.length > 0;
};

/** Of our own making: a generated name may be longer than MySQL and PostgreSQL allow. */
const indexName = (table: string, position: number): string => `${table}_i${position + 1}`;
