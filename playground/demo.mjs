/**
 * `npm run demo`: two linked Strapi instances with the official example's content, on a fresh clone with Node only.
 * `npm run demo -- --check`: the same on free ports, proved from outside.
 * `npm run demo -- --check=first-run`: two fresh apps with the packed plugin, set up in a browser by people who are new
 * to it. `--check=all`: both.
 */
import { createRequire } from 'node:module';
import { assemble, buildPlugin } from './assemble.mjs';
import { ensureInstalled, run } from './commands.mjs';
import * as freshApp from './fresh-app.mjs';
import { packPlugin } from './packed-plugin.mjs';

const require = createRequire(import.meta.url);
const args = process.argv.slice(2);

const prepare = (seed) =>
  run(`Preparing what one of them starts with (${seed})`, process.execPath, ['playground/prepare.mjs', 'sqlite', seed]);

if (args.includes('--check=first-run')) {
  ensureInstalled();
  buildPlugin();
} else {
  // The checks look through REST only; people look at the admin panel.
  assemble({ admin: !args.some((arg) => arg.startsWith('--check')) });
  prepare('content');
  prepare('empty');
}
require('../scripts/typescript.cjs');
const { main } = require('./demo/main.ts');
process.exitCode = await main(args, { ...freshApp, packPlugin });
