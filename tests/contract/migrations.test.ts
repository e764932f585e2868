import type { Database } from '@strapi/database';
import { INDEXES, PRIMARY_KEYS, type TableName } from '../../server/src/replication/tables';
import { columnsOf, mayBeNull } from '../../server/src/strapi/tables/columns';
import { dropAll, migrate } from '../../server/src/strapi/tables/migrations';
import { client, openDatabase } from './open-database';

const TABLES = Object.keys(PRIMARY_KEYS) as TableName[];

let db: Database;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ db, close } = await openDatabase());
});
beforeEach(() => dropAll(db.connection));
afterAll(async () => {
  await dropAll(db.connection);
  await close();
});

test('after all migrations the tables have exactly the columns the domain knows', async () => {
  await migrate(db.connection);
  for (const table of TABLES) {
    const found = await db.connection(`replication_${table}`).columnInfo();
    const nullable = Object.fromEntries(Object.entries(found).map(([name, info]) => [name, info.nullable]));
    const expected = Object.fromEntries(
      Object.entries(columnsOf(table)).map(([name, kind]) => [name, mayBeNull(kind)])
    );
    expect({ table, nullable }).toEqual({ table, nullable: expected });
  }
});

test('what is looked up has an index', async () => {
  await migrate(db.connection);
  for (const table of TABLES) {
    const indexes = await indexesOf(`replication_${table}`);
    for (const columns of [...(INDEXES[table] ?? []), PRIMARY_KEYS[table]] as (readonly string[])[]) {
      if (client === 'sqlite' && columns.join() === 'id' && (table === 'marks' || table === 'log')) continue;
      expect({ table, indexes }).toEqual({ table, indexes: expect.arrayContaining([columns.join()]) });
    }
  }
});

test('migrating again changes nothing', async () => {
  await migrate(db.connection);
  await db.connection('replication_settings').insert({ name: 'a', value: 'b' });
  await migrate(db.connection);
  expect(await db.connection('replication_settings').select('*')).toEqual([{ name: 'a', value: 'b' }]);
});

test('two processes may migrate at once', async () => {
  await Promise.all([migrate(db.connection), migrate(db.connection)]);
  const names = (await db.connection('replication_migrations').select('name')).map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  expect(names).not.toEqual([]);
});

test('a migration that was cut off half-way is finished by the next', async () => {
  await migrate(db.connection);
  await db.connection('replication_migrations').delete();
  for (const table of TABLES.slice(5)) await db.connection.schema.dropTable(`replication_${table}`);
  await migrate(db.connection);
  for (const table of TABLES) expect(await db.connection.schema.hasTable(`replication_${table}`)).toBe(true);
});

test('a database that a newer version has migrated is left alone', async () => {
  await migrate(db.connection);
  await db
    .connection('replication_migrations')
    .insert({ name: '9999-of-the-future', batch: 2, migration_time: new Date() });
  await expect(migrate(db.connection)).rejects.toThrow(/9999-of-the-future/);
});

test('dropping leaves no table', async () => {
  await migrate(db.connection);
  await dropAll(db.connection);
  for (const table of [...TABLES, 'migrations', 'migrations_lock']) {
    expect(await db.connection.schema.hasTable(`replication_${table}`)).toBe(false);
  }
});

/** Each index of a table as its columns. */
const indexesOf = async (table: string): Promise<string[]> => {
  if (client === 'sqlite') {
    const list = (await db.connection.raw(`pragma index_list(??)`, [table])) as { name: string }[];
    const found: string[] = [];
    for (const { name } of list) {
      const columns = (await db.connection.raw(`pragma index_info(??)`, [name])) as { name: string }[];
      found.push(columns.map((column) => column.name).join());
    }
    return found;
  }
  if (client === 'postgres') {
    const { rows } = (await db.connection.raw(`select indexdef from pg_indexes where tablename = ?`, [table])) as {
      rows: { indexdef: string }[];
    };
    return rows.map((row) => /\((.*)\)/.exec(row.indexdef)?.[1]?.replaceAll(/[ "]/g, '') ?? '');
  }
  const [list] = (await db.connection.raw(`show index from ??`, [table])) as [
    { Key_name: string; Column_name: string }[],
  ];
  const byName = new Map<string, string[]>();
  for (const row of list) byName.set(row.Key_name, [...(byName.get(row.Key_name) ?? []), row.Column_name]);
  return [...byName.values()].map((columns) => columns.join());
};
