/**
 * `npm run bench`: what replication costs, as ratios measured in one run on this machine.
 *
 *   npm run bench                  every figure at a fifth of its full size
 *   npm run bench -- F1 F3         only these
 *   npm run bench -- --full        full sizes, as BENCH_SCALE=1
 */
import { createRequire } from 'node:module';
import { assemble } from '../playground/assemble.mjs';
import { run } from '../playground/commands.mjs';

const require = createRequire(import.meta.url);

assemble({ admin: false });
for (const seed of ['content', 'empty']) {
  run(`Preparing what a site starts with (${seed})`, process.execPath, ['playground/prepare.mjs', 'sqlite', seed]);
}
require('../scripts/typescript.cjs');
const { main } = require('./main.ts');
process.exitCode = await main(process.argv.slice(2));
