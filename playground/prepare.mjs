/**
 * Makes a prepared database once: booted, with administrator and token, empty or full of content. Every instance
 * of the tests and of the demo starts on a copy, which saves it its migrations.
 *
 *   node playground/prepare.mjs <sqlite|postgres|mysql> <empty|content>
 *
 * The last line it prints is JSON: `{"folder": …, "database": …}`. `folder` holds `public/` and, for SQLite, `data.db`;
 * `database` is the prepared database's name on a server.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { run } from './commands.mjs';
import { APP, hashOf, OVERLAY, PREPARED, ROOT, TEMPLATE } from './folders.mjs';
import { dropDatabasesLike, recreateDatabase, serverEnvironment } from './servers.mjs';
import { holding } from './lock.mjs';

const [kind, seed] = process.argv.slice(2);
if (!['sqlite', 'postgres', 'mysql'].includes(kind) || !['empty', 'content'].includes(seed)) {
  console.error('Usage: node playground/prepare.mjs <sqlite|postgres|mysql> <empty|content>');
  process.exit(2);
}

const version = fs.readFileSync(path.join(ROOT, 'node_modules', '@strapi', 'strapi', 'package.json'));
const hash = hashOf([TEMPLATE, OVERLAY]).slice(0, 8) + JSON.parse(version).version.replaceAll('.', '');
const folder = path.join(PREPARED, `${kind}-${seed}-${hash}`);
// Another checkout has other secrets, and so needs databases of its own.
const ours = `replication_prepared_${createHash('sha256').update(ROOT).digest('hex').slice(0, 8)}_${seed}_`;
const database = kind === 'sqlite' ? null : `${ours}${hash}`;
const ready = path.join(folder, database ?? 'ready');

const make = async () => {
  for (const old of fs.readdirSync(PREPARED)) {
    if (old.startsWith(`${kind}-${seed}-`)) fs.rmSync(path.join(PREPARED, old), { recursive: true, force: true });
  }
  fs.mkdirSync(path.join(folder, 'public', 'uploads'), { recursive: true });
  if (database) {
    await dropDatabasesLike(kind, ours);
    await recreateDatabase(kind, database);
  }
  const env = {
    NODE_ENV: 'production',
    PUBLIC_DIR: path.join(folder, 'public'),
    SERVE_ADMIN: 'false',
    // Without the plugin: an instance's identity must not be copied along with its database.
    PLAYGROUND_WITH_PLUGIN: 'false',
    ...(database
      ? serverEnvironment(kind, database)
      : { DATABASE_CLIENT: 'sqlite', DATABASE_FILENAME: path.join(folder, 'data.db') }),
  };
  const script = (title, name, ...args) =>
    run(`${title} (${kind})`, process.execPath, [path.join(APP, 'scripts', name), ...args], { cwd: APP, env });
  if (seed === 'content') {
    const output = script("Running the example's own seed", 'seed.js');
    // The script itself ends well whatever happens.
    if (!output.includes('Ready to go')) throw new Error(`The example's seed failed.\n${output}`);
  }
  script('Preparing a database', 'prepare.js', ...(seed === 'content' ? ['--content'] : []));
  fs.writeFileSync(ready, '');
};

fs.mkdirSync(PREPARED, { recursive: true });
await holding(path.join(PREPARED, `${kind}-${seed}.lock`), async () => {
  if (!fs.existsSync(ready)) await make();
});
console.log(JSON.stringify({ folder, database }));
