/**
 * Makes an app as a user's would be: made by create-strapi-app, nothing of the playground's, and this plugin installed
 * from the tarball that `npm pack` makes, without a line of configuration.
 *
 *   node playground/fresh-app.mjs        prints the folder of one in JavaScript
 *
 * What is the same as after `npm install`: `node_modules` stands in the app and holds what the app and the plugin need,
 * hoisted, one copy of each; the plugin stands there as packed; nothing else of this repository can be resolved.
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
import { ensureInstalled, run } from './commands.mjs';
import { hashOf, ROOT, TEMPORARY } from './folders.mjs';
import { placeInstalled, placePackage } from './installed-packages.mjs';
import { packPlugin } from './packed-plugin.mjs';

const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
const own = readJson(path.join(ROOT, 'package.json'));

const changePackageJson = (app, change) => {
  const file = path.join(app, 'package.json');
  fs.writeFileSync(file, `${JSON.stringify(change(readJson(file)), null, 2)}\n`);
};

/** The official example by Strapi's own command; `language` is `typescript` or `javascript`. */
export const createApp = (app, language) => {
  const command = path.join(ROOT, 'node_modules', 'create-strapi-app', 'bin', 'index.js');
  const chosen = [`--${language}`, '--example', '--skip-cloud', '--use-npm'];
  const unattended = ['--non-interactive', '--no-install', '--no-git-init', '--no-run'];
  // In a test the command tells nobody that it was run.
  run(`Creating an app in ${language}`, process.execPath, [command, app, ...chosen, ...unattended], {
    env: { NODE_ENV: 'test' },
  });
  // The command adds it without being asked; it is for Strapi's own hosting.
  changePackageJson(app, ({ dependencies: { '@strapi/plugin-cloud': _, ...dependencies }, ...more }) => ({
    ...more,
    dependencies,
  }));
};

/** What `npm install` in an app as created brings. */
export const installPackages = (app) => {
  const { dependencies, devDependencies } = readJson(path.join(app, 'package.json'));
  placeInstalled(Object.keys({ ...dependencies, ...devDependencies }), app);
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

/** What `npm install` of the tarball brings; `packed` is where that is unpacked. */
export const installPlugin = (app, packed) => {
  placePackage(packed, path.join(app, 'node_modules', own.name));
  const manifest = readJson(path.join(packed, 'package.json'));
  placeInstalled(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }), app);
  checkRanges(app, manifest);
  changePackageJson(app, ({ dependencies, ...more }) => ({
    ...more,
    dependencies: { ...dependencies, [own.name]: own.version },
  }));
};

/** What `npm run build` does: the server where it is TypeScript, and the admin panel. */
export const buildApp = (app) => {
  const strapi = path.join(app, 'node_modules', '@strapi', 'strapi', 'bin', 'strapi.js');
  run('Building a fresh app', process.execPath, [strapi, 'build'], { cwd: app, env: { NODE_ENV: 'production' } });
};

/** Answers the app's folder; made anew when the plugin or the lock file changed. */
const freshApp = () => {
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
  createApp(app, 'javascript');
  const started = Date.now();
  installPackages(app);
  installPlugin(app, packPlugin(path.join(TEMPORARY, 'fresh-pack')));
  process.stdout.write(`Installing into a fresh app … ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  buildApp(app);
  fs.writeFileSync(stamp, '');
  return app;
};

if (process.argv[1] === path.join(ROOT, 'playground', 'fresh-app.mjs')) {
  console.log(await oneAtATime(freshApp));
}
