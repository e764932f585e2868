/**
 * Makes an app as a user's would be: the official template as create-strapi-app makes it, nothing of the playground's,
 * and this plugin installed from the tarball that `npm pack` makes, without a line of configuration.
 *
 *   node playground/fresh-app.mjs        prints the folder
 *
 * What is the same as after `npm install`: `node_modules` stands in the app and holds what the template and the plugin
 * need, hoisted, one copy of each; the plugin stands there as packed; nothing else of this repository can be resolved.
 * What is not: packages come from this repository's node_modules (its lock file), as hard links where possible, instead
 * of from the registry. That the plugin's ranges allow these versions is checked.
 *
 * The folder lies outside the repository: Node and Strapi both look for things in the folders above.
 */
import { createRequire } from 'node:module';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildPlugin, oneAtATime } from './assemble.mjs';
import { ensureInstalled, NPM, run } from './commands.mjs';
import { hashOf, ROOT, TEMPLATE, TEMPORARY } from './folders.mjs';

const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
const own = readJson(path.join(ROOT, 'package.json'));

/** What create-strapi-app 5.54 adds to a template's dependencies, its cloud plugin left out. */
const dependenciesOf = (template) => ({
  ...template.dependencies,
  '@strapi/strapi': own.devDependencies['@strapi/strapi'],
  '@strapi/database': own.devDependencies['@strapi/strapi'],
  '@strapi/plugin-users-permissions': own.devDependencies['@strapi/plugin-users-permissions'],
  react: '^18.0.0',
  'react-dom': '^18.0.0',
  'react-router-dom': '^6.0.0',
  'styled-components': '^6.0.0',
  'better-sqlite3': own.devDependencies['better-sqlite3'],
});

/** Folders of `node_modules` that these packages need, by the way in which Node looks for them. */
const closureOf = (names) => {
  const { packages } = readJson(path.join(ROOT, 'package-lock.json'));
  const found = new Set();
  const place = (name, from) => {
    for (let base = from; ; base = base.slice(0, Math.max(base.lastIndexOf('/node_modules/'), 0))) {
      const at = `${base ? `${base}/` : ''}node_modules/${name}`;
      if (packages[at]) return at;
      if (base === '') return null;
    }
  };
  const open = names.map((name) => [name, '']);
  while (open.length > 0) {
    const [name, from] = open.pop();
    const at = place(name, from);
    if (at === null || found.has(at) || !fs.existsSync(path.join(ROOT, at))) continue;
    found.add(at);
    const { dependencies, optionalDependencies, peerDependencies } = packages[at];
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
      open.push([next, at]);
  }
  return [...found];
};

/** Hard links cost neither time nor space; across devices there are none. */
const place = (from, to) => {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    // Packages inside a package are placed by themselves, where they are needed.
    if (entry.name === 'node_modules') continue;
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) place(source, target);
    else if (entry.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source), target);
    else {
      try {
        fs.linkSync(source, target);
      } catch {
        fs.copyFileSync(source, target);
      }
    }
  }
};

const checkRanges = (app, { name, dependencies, peerDependencies }) => {
  const semver = createRequire(path.join(ROOT, 'package.json'))('semver');
  const plugin = createRequire(path.join(app, 'node_modules', name, 'package.json'));
  for (const [needed, range] of Object.entries({ ...dependencies, ...peerDependencies })) {
    const folder = plugin.resolve
      .paths(needed)
      .map((base) => path.join(base, needed))
      .find((candidate) => fs.existsSync(path.join(candidate, 'package.json')));
    if (!folder) throw new Error(`${name} needs ${needed}, which a user's install would not bring.`);
    const { version } = readJson(path.join(folder, 'package.json'));
    if (!semver.satisfies(version, range)) throw new Error(`${name} needs ${needed}@${range}, there is ${version}.`);
  }
};

const install = (app) => {
  const packed = path.join(TEMPORARY, 'fresh-pack');
  fs.rmSync(packed, { recursive: true, force: true });
  fs.mkdirSync(packed, { recursive: true });
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', packed];
  const [{ filename }] = JSON.parse(run('Packing the plugin', NPM, args));
  run('Unpacking it', 'tar', ['-xzf', path.join(packed, filename), '-C', packed]);
  const plugin = path.join(app, 'node_modules', own.name);
  place(path.join(packed, 'package'), plugin);
  const manifest = readJson(path.join(plugin, 'package.json'));

  const template = readJson(path.join(TEMPLATE, 'package.json'));
  const dependencies = dependenciesOf(template);
  const names = [
    ...Object.keys(dependencies),
    ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
  ];
  for (const at of closureOf(names)) place(path.join(ROOT, at), path.join(app, at));
  checkRanges(app, manifest);
  fs.writeFileSync(
    path.join(app, 'package.json'),
    JSON.stringify(
      {
        name: 'fresh',
        private: true,
        version: '0.1.0',
        ...template,
        dependencies: { ...dependencies, [own.name]: own.version },
      },
      null,
      2
    )
  );
};

/** The admin panel by Strapi's own command, as in `npm run build`. */
const buildPanel = (app) =>
  run('Building the admin panel of a fresh app', process.execPath, [strapiCommand(app), 'build'], {
    cwd: app,
    env: { NODE_ENV: 'production' },
  });

export const strapiCommand = (app) => path.join(app, 'node_modules', '@strapi', 'strapi', 'bin', 'strapi.js');

/** Answers the app's folder; made anew when the plugin or the lock file changed. */
export const freshApp = () => {
  ensureInstalled();
  buildPlugin();
  const inputs = [
    'dist',
    'package.json',
    'package-lock.json',
    'playground/fresh-app.mjs',
    'strapi-server.js',
    'strapi-admin.js',
  ];
  const hash = hashOf(inputs.map((name) => path.join(ROOT, name)));
  const app = path.join(os.tmpdir(), 'replication-fresh-app', hash);
  const stamp = path.join(app, '.complete');
  if (fs.existsSync(stamp)) return app;
  fs.rmSync(path.dirname(app), { recursive: true, force: true });
  fs.cpSync(TEMPLATE, app, { recursive: true });
  const started = Date.now();
  install(app);
  process.stdout.write(`Installing into a fresh app … ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  buildPanel(app);
  fs.writeFileSync(stamp, '');
  return app;
};

if (process.argv[1] === path.join(ROOT, 'playground', 'fresh-app.mjs')) {
  console.log(await oneAtATime(freshApp));
}
