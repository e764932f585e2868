/**
 * Takes the pictures in docs/pictures from a real pair of sites: `node playground/pictures.mjs`.
 */
import { createRequire } from 'node:module';
import { assemble } from './assemble.mjs';
import { run } from './commands.mjs';

const require = createRequire(import.meta.url);

assemble({ admin: true });
for (const seed of ['content', 'empty']) {
  run(`Preparing ${seed}`, process.execPath, ['playground/prepare.mjs', 'sqlite', seed]);
}
require('../scripts/typescript.cjs');
await require('./demo/pictures.ts').takePictures();
