/** Database servers for tests: at the usual local addresses, or where the variables say. */
const env = process.env;

const SERVERS = {
  postgres: {
    host: env.DATABASE_POSTGRES_HOST ?? '127.0.0.1',
    port: Number(env.DATABASE_POSTGRES_PORT ?? 5432),
    user: env.DATABASE_POSTGRES_USER ?? 'postgres',
    password: env.DATABASE_POSTGRES_PASSWORD ?? '',
  },
  mysql: {
    host: env.DATABASE_MYSQL_HOST ?? '127.0.0.1',
    port: Number(env.DATABASE_MYSQL_PORT ?? 3306),
    user: env.DATABASE_MYSQL_USER ?? 'root',
    password: env.DATABASE_MYSQL_PASSWORD ?? '',
  },
};

/** The variables by which a playground app finds a database. */
export const serverEnvironment = (kind, database) => ({
  DATABASE_CLIENT: kind,
  DATABASE_HOST: SERVERS[kind].host,
  DATABASE_PORT: String(SERVERS[kind].port),
  DATABASE_USERNAME: SERVERS[kind].user,
  DATABASE_PASSWORD: SERVERS[kind].password,
  DATABASE_NAME: database,
});

/** Runs statements on the server; fails with where it looked. Names are our own: letters, digits, underscores. */
const administer = async (kind, statements) => {
  const server = SERVERS[kind];
  const connect = async () => {
    if (kind === 'postgres') {
      const { default: pg } = await import('pg');
      const client = new pg.Client({ ...server, database: 'postgres' });
      await client.connect();
      return { query: (sql) => client.query(sql), end: () => client.end() };
    }
    const { default: mysql } = await import('mysql2/promise');
    const connection = await mysql.createConnection(server);
    return { query: (sql) => connection.query(sql), end: () => connection.end() };
  };
  let client;
  try {
    client = await connect();
  } catch (error) {
    throw new Error(
      `No ${kind} server answers at ${server.host}:${server.port} (user ${server.user}): ${error.message}`,
      { cause: error }
    );
  }
  try {
    const results = [];
    for (const statement of statements) results.push(await client.query(statement));
    return results;
  } finally {
    await client.end();
  }
};

export const dropDatabase = (kind, name) =>
  administer(kind, [`DROP DATABASE IF EXISTS ${name}${kind === 'postgres' ? ' WITH (FORCE)' : ''}`]);

/** Drops what earlier versions of the playground prepared. */
export const dropDatabasesLike = async (kind, prefix) => {
  const pattern = `${prefix.replaceAll('_', '\\_')}%`;
  const [answer] = await administer(kind, [
    kind === 'postgres'
      ? `SELECT datname AS name FROM pg_database WHERE datname LIKE '${pattern}'`
      : `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '${pattern}'`,
  ]);
  for (const { name } of answer.rows ?? answer[0]) await dropDatabase(kind, name);
};

export const recreateDatabase = async (kind, name) => {
  await dropDatabase(kind, name);
  await administer(kind, [`CREATE DATABASE ${name}${kind === 'mysql' ? ' CHARACTER SET utf8mb4' : ''}`]);
};

/** A new database with everything another one holds. */
export const copyDatabase = async (kind, source, name) => {
  if (kind === 'postgres') {
    await administer(kind, [`CREATE DATABASE ${name} TEMPLATE ${source}`]);
    return;
  }
  await recreateDatabase(kind, name);
  const [[tables]] = await administer(kind, [`SHOW FULL TABLES FROM ${source} WHERE Table_type = 'BASE TABLE'`]);
  const names = tables.map((row) => Object.values(row)[0]);
  const created = await administer(
    kind,
    names.map((table) => `SHOW CREATE TABLE ${source}.\`${table}\``)
  );
  await administer(kind, [
    `USE ${name}`,
    'SET FOREIGN_KEY_CHECKS = 0',
    ...created.map(([[row]]) => row['Create Table']),
    ...names.map((table) => `INSERT INTO ${name}.\`${table}\` SELECT * FROM ${source}.\`${table}\``),
  ]);
};

export const isServerThere = (kind) => administer(kind, ['SELECT 1']).then(() => true);

// As a command, for those who cannot import a module: node playground/servers.mjs <copy|drop|check> <kind> [names…]
if (process.argv[1]?.endsWith('servers.mjs')) {
  const [verb, kind, ...names] = process.argv.slice(2);
  const verbs = { copy: copyDatabase, drop: dropDatabase, check: isServerThere };
  try {
    await verbs[verb](kind, ...names);
    if (verb === 'copy') console.log(JSON.stringify(serverEnvironment(kind, names[1])));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
