import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createStrapi, type Core } from '@strapi/strapi';

/**
 * One real Strapi in this process, on a throw-away app with the content types of `model.ts`. Strapi is a global: one at a
 * time, and one for each test file.
 */
export interface TestSite {
  strapi: Core.Strapi;
  directory: string;
  stop(): Promise<void>;
}

/** A content type or component by the path of its schema below `src`. */
export type SchemaFiles = Record<string, object>;

const write = (file: string, content: string | object): void => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
};

const DATABASE = `
const path = require('path');
const client = process.env.DATABASE_CLIENT || 'sqlite';
const connection = client === 'sqlite'
  ? { filename: path.join(__dirname, '..', 'data.db') }
  : {
      host: process.env.DATABASE_HOST || '127.0.0.1',
      port: Number(process.env.DATABASE_PORT || (client === 'postgres' ? 5432 : 3306)),
      user: process.env.DATABASE_USERNAME || (client === 'postgres' ? 'postgres' : 'root'),
      password: process.env.DATABASE_PASSWORD || '',
      database: process.env.DATABASE_NAME,
    };
module.exports = () => ({ connection: { client, connection, useNullAsDefault: true } });
`;

const makeApp = (directory: string, schemas: SchemaFiles): void => {
  write(path.join(directory, 'package.json'), {
    name: 'content-tests',
    version: '0.0.0',
    dependencies: {},
    strapi: { uuid: false },
  });
  write(path.join(directory, 'config/database.js'), DATABASE);
  write(
    path.join(directory, 'config/server.js'),
    `module.exports = () => ({ host: '127.0.0.1', port: 0, url: 'https://here.example', app: { keys: ['a', 'b'] } });`
  );
  write(
    path.join(directory, 'config/admin.js'),
    `module.exports = () => ({ auth: { secret: 'x' }, apiToken: { salt: 'x' }, transfer: { token: { salt: 'x' } }, secrets: { encryptionKey: 'x' } });`
  );
  write(path.join(directory, 'config/api.js'), 'module.exports = {};');
  write(path.join(directory, 'src/index.js'), 'module.exports = {};');
  for (const [file, schema] of Object.entries(schemas)) write(path.join(directory, 'src', file), schema);
  fs.mkdirSync(path.join(directory, 'public/uploads'), { recursive: true });
  fs.symlinkSync(path.resolve(__dirname, '../../../node_modules'), path.join(directory, 'node_modules'));
};

export const startSite = async (
  schemas: SchemaFiles,
  prepare: (strapi: Core.Strapi) => void = () => {}
): Promise<TestSite> => {
  Object.assign(process.env, {
    NODE_ENV: 'test',
    STRAPI_TELEMETRY_DISABLED: 'true',
    STRAPI_LOG_LEVEL: process.env.STRAPI_LOG_LEVEL ?? 'error',
  });
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'replication-content-')));
  makeApp(directory, schemas);
  const strapi = createStrapi({ appDir: directory, distDir: directory, serveAdminPanel: false, autoReload: false });
  strapi.log.level = process.env.STRAPI_LOG_LEVEL ?? 'error';
  prepare(strapi);
  await strapi.load();
  return {
    strapi,
    directory,
    async stop() {
      await strapi.destroy();
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
};
