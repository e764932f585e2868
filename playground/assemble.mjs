/**
 * Assembles `playground/app`: the official example template as create-strapi-app makes it, plus `playground/overlay`,
 * plus this plugin as `npm pack` would ship it. Everything else is resolved from the repository's own node_modules.
 *
 *   node playground/assemble.mjs [--without-admin]
 *
 * Cheap when nothing changed: each step is skipped while the hash of its inputs is the same.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { binary, ensureInstalled, run } from './commands.mjs';
import { holding } from './lock.mjs';
import { APP, hashOf, once, OVERLAY, ROOT, TEMPLATE, TEMPORARY } from './folders.mjs';
import { packPlugin } from './packed-plugin.mjs';

const PLUGIN = path.join(APP, 'node_modules', 'strapi-plugin-replication');
const at = (...names) => path.join(ROOT, ...names);
const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
const writeJson = (file, value) => fs.writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

/** What create-strapi-app 5.54 adds to a template's package.json, without its cloud plugin, and with this plugin. */
const writePackageJson = () => {
  const own = readJson(at('package.json'));
  const version = own.devDependencies['@strapi/strapi'];
  const template = readJson(path.join(TEMPLATE, 'package.json'));
  writeJson(path.join(APP, 'package.json'), {
    name: 'playground',
    private: true,
    version: '0.1.0',
    description: 'A Strapi application',
    ...template,
    dependencies: {
      ...template.dependencies,
      '@strapi/strapi': version,
      '@strapi/database': version,
      '@strapi/plugin-users-permissions': version,
      react: '^18.0.0',
      'react-dom': '^18.0.0',
      'react-router-dom': '^6.30.3',
      'styled-components': '^6.0.0',
      'better-sqlite3': own.devDependencies['better-sqlite3'],
      [own.name]: own.version,
    },
    strapi: { uuid: 'playground' },
  });
};

/** A key per secret, made once for this checkout; nothing in the repository is a secret of any site. */
const writeEnvironment = () => {
  const file = path.join(TEMPORARY, 'playground.env');
  if (!fs.existsSync(file)) {
    const key = () => randomBytes(24).toString('base64');
    const names = ['API_TOKEN_SALT', 'ADMIN_JWT_SECRET', 'TRANSFER_TOKEN_SALT', 'JWT_SECRET', 'ENCRYPTION_KEY'];
    fs.mkdirSync(TEMPORARY, { recursive: true });
    fs.writeFileSync(
      file,
      [`APP_KEYS="${key()},${key()}"`, ...names.map((name) => `${name}="${key()}"`), ''].join('\n')
    );
  }
  fs.copyFileSync(file, path.join(APP, '.env'));
};

/** The overlay brings schemas only: controllers, services and routes are Strapi's own. */
const writeFactories = () => {
  for (const name of fs.readdirSync(path.join(OVERLAY, 'src', 'api'))) {
    for (const [folder, factory] of [
      ['controllers', 'createCoreController'],
      ['services', 'createCoreService'],
      ['routes', 'createCoreRouter'],
    ]) {
      const file = path.join(APP, 'src', 'api', name, folder, `${name}.js`);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(
        file,
        `'use strict';\n\nconst { ${factory} } = require('@strapi/strapi').factories;\n\nmodule.exports = ${factory}('api::${name}.${name}');\n`
      );
    }
  }
};

const assembleApp = () => {
  for (const folder of ['src', 'config', 'scripts', 'data'])
    fs.rmSync(path.join(APP, folder), { recursive: true, force: true });
  fs.cpSync(TEMPLATE, APP, { recursive: true });
  // The overlay extends the template's options, and Strapi takes every file in config/ for configuration.
  fs.renameSync(path.join(APP, 'config', 'plugins.js'), path.join(APP, 'plugins.template.js'));
  fs.cpSync(OVERLAY, APP, { recursive: true });
  writeFactories();
  writePackageJson();
};

const installPlugin = () => {
  const packed = packPlugin(path.join(TEMPORARY, 'pack'));
  fs.rmSync(PLUGIN, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(PLUGIN), { recursive: true });
  fs.renameSync(packed, PLUGIN);
};

const buildAdmin = () =>
  run('Building the admin panel', process.execPath, [at('playground', 'build-admin.cjs')], {
    cwd: APP,
    env: { NODE_ENV: 'production' },
  });

/** What the plugin's build is made of. */
const SOURCES = [at('server'), at('admin'), at('package.json'), at('strapi-server.js'), at('strapi-admin.js')];

export const buildPlugin = () =>
  once(
    'plugin',
    hashOf(SOURCES),
    () => fs.existsSync(at('dist', 'server')) && fs.existsSync(at('dist', 'admin')),
    () => run('Building the plugin', binary('strapi-plugin'), ['build'])
  );

/** Several test files may ask for it at once: the first one builds, the others find it built. */
export const oneAtATime = (work) => {
  fs.mkdirSync(TEMPORARY, { recursive: true });
  return holding(path.join(TEMPORARY, 'assemble.lock'), work);
};

export const assemble = ({ admin }) => {
  ensureInstalled();
  buildPlugin();
  const recipe = [TEMPLATE, OVERLAY, at('package.json'), at('playground', 'assemble.mjs')];
  once('app', hashOf(recipe), () => fs.existsSync(path.join(APP, 'src')), assembleApp);
  writeEnvironment();
  once('package', hashOf([at('dist'), at('package.json')]), () => fs.existsSync(PLUGIN), installPlugin);
  if (!admin) return;
  const lock = at('package-lock.json');
  const panel = [
    at('dist', 'admin'),
    at('package.json'),
    lock,
    path.join(OVERLAY, 'src', 'admin'),
    path.join(OVERLAY, 'config'),
  ];
  once('admin', hashOf(panel), () => fs.existsSync(path.join(APP, 'build', 'index.html')), buildAdmin);
};

if (process.argv[1] === at('playground', 'assemble.mjs')) {
  await oneAtATime(() => assemble({ admin: !process.argv.includes('--without-admin') }));
}
