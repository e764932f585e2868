import type { Knex } from 'knex';
import type { Dialect } from './ddl';

/** What becomes of a row whose key is there already. */
export interface OnConflict {
  do: 'ignore' | 'replace';
  key: readonly string[];
}

/**
 * Inserts rows in one statement. Written here, not by knex: on SQLite knex makes of several rows a compound select that
 * names every column of every row, which takes longer to write and to parse than the rows take to store.
 * All names are the plugin's own.
 */
export const insertRows = async (
  trx: Knex.Transaction,
  dialect: Dialect,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Knex.RawBinding[])[],
  onConflict: OnConflict | null
): Promise<void> => {
  const name = (column: string) => (dialect === 'postgres' ? `"${column}"` : `\`${column}\``);
  const row = `(${columns.map(() => '?').join(', ')})`;
  const values = rows.map(() => row).join(', ');
  const end = onConflict ? ` ${conflictClause(dialect, columns, onConflict, name)}` : '';
  await trx.raw(
    `insert into ${name(table)} (${columns.map(name).join(', ')}) values ${values}${end}`,
    rows.flat() as Knex.RawBinding[]
  );
};

const conflictClause = (
  dialect: Dialect,
  columns: readonly string[],
  { do: what, key }: OnConflict,
  name: (column: string) => string
): string => {
  if (dialect === 'mysql') {
    // Not INSERT IGNORE, which also cuts values that are too long.
    const written = what === 'ignore' ? key.slice(0, 1) : columns;
    return `on duplicate key update ${written.map((column) => `${name(column)} = values(${name(column)})`).join(', ')}`;
  }
  const target = `on conflict (${key.map(name).join(', ')})`;
  // On PostgreSQL `do nothing` takes no lock of the row that is there; writing its key anew does.
  const kept = dialect === 'postgres' ? key.slice(0, 1) : [];
  const rest = what === 'ignore' ? kept : columns.filter((column) => !key.includes(column));
  if (rest.length === 0) return `${target} do nothing`;
  return `${target} do update set ${rest.map((column) => `${name(column)} = excluded.${name(column)}`).join(', ')}`;
};
