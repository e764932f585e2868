/**
 * `npm run demo`: two linked Strapi instances with the official example's content, on a fresh clone with Node only.
 * `npm run demo -- --check`: the same on free ports, proved from outside.
 */
import { createRequire } from 'node:module';
import { assemble } from './assemble.mjs';
import { run } from './commands.mjs';

const require = createRequire(import.meta.url);

const prepare = (seed) =>
  run(`Preparing what one of them starts with (${seed})`, process.execPath, ['playground/prepare.mjs', 'sqlite', seed]);

// The checks look through REST only; people look at the admin panel.
assemble({ admin: !process.argv.some((arg) => arg.startsWith('--check')) });
prepare('content');
prepare('empty');
require('../scripts/typescript.cjs');
const { main } = require('./demo/main.ts');
process.exitCode = await main(process.argv.slice(2));
