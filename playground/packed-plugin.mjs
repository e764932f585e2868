import fs from 'node:fs';
import path from 'node:path';
import { NPM, run } from './commands.mjs';

/** The built plugin as `npm pack` would ship it, unpacked below a folder made anew. Answers where it stands. */
export const packPlugin = (folder) => {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(run('Packing the plugin', NPM, args));
  run('Unpacking it', 'tar', ['-xzf', path.join(folder, filename), '-C', folder]);
  return path.join(folder, 'package');
};
