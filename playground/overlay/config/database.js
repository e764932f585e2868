'use strict';

const path = require('path');

/** The options of the official template, with a file anywhere for SQLite: each instance has its own. */
module.exports = ({ env }) => {
  const client = env('DATABASE_CLIENT', 'sqlite');
  const server = (port) => ({
    host: env('DATABASE_HOST', '127.0.0.1'),
    port: env.int('DATABASE_PORT', port),
    database: env('DATABASE_NAME', 'strapi'),
    user: env('DATABASE_USERNAME', 'strapi'),
    password: env('DATABASE_PASSWORD', ''),
  });
  const pool = { min: env.int('DATABASE_POOL_MIN', 0), max: env.int('DATABASE_POOL_MAX', 10) };
  const connections = {
    sqlite: {
      client: 'sqlite',
      connection: { filename: path.resolve(__dirname, '..', env('DATABASE_FILENAME', '.tmp/data.db')) },
      useNullAsDefault: true,
    },
    postgres: { client: 'postgres', connection: { ...server(5432), schema: env('DATABASE_SCHEMA', 'public') }, pool },
    mysql: { client: 'mysql', connection: server(3306), pool },
  };
  return { connection: { ...connections[client], acquireConnectionTimeout: 60000 } };
};
