/**
 * Takes the pictures in docs/screens: every screen that a browser test asks for, in light and dark, as a real panel shows
 * it with the answers of the test. `npm run screens`, or with the names of test files for theirs alone.
 */
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ensureInstalled } from '../playground/commands.mjs';
import { ROOT, TEMPORARY } from '../playground/folders.mjs';

const TAKEN = path.join(TEMPORARY, 'screens');
const FOLDER = path.join(ROOT, 'docs', 'screens');
/** With a palette a picture is half as large. With a smaller one the light tints of badges would be taken for grey. */
const PNG = { palette: true, colours: 256, quality: 100, effort: 10 };

const [files, themes] = [process.argv.slice(2), ['light', 'dark']];

ensureInstalled();
fs.rmSync(TAKEN, { recursive: true, force: true });
const tests = files.length > 0 ? files : ['tests/browser'];
const { status } = spawnSync(
  process.execPath,
  [path.join(ROOT, 'node_modules/jest/bin/jest.js'), '--selectProjects', 'browser', '--runInBand', ...tests],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, SCREENSHOTS: TAKEN } }
);

const sharp = createRequire(path.join(ROOT, 'package.json'))('sharp');
if (files.length === 0) fs.rmSync(FOLDER, { recursive: true, force: true });
fs.mkdirSync(FOLDER, { recursive: true });
for (const name of fs.readdirSync(TAKEN)) await sharp(path.join(TAKEN, name)).png(PNG).toFile(path.join(FOLDER, name));

const screens = [
  ...new Set(
    fs
      .readdirSync(FOLDER)
      .filter((name) => name.endsWith('.png'))
      .map((name) => name.replace(/-(light|dark)\.png$/, ''))
  ),
].sort();
const row = (screen) => `| ${screen} | ${themes.map((theme) => `![](${screen}-${theme}.png)`).join(' | ')} |`;
const page = [
  '# Screens',
  '',
  'Taken by the browser tests: `npm run screens`. What they show is made up; the panel is the real one.',
  '',
  '| screen | light | dark |',
  '| --- | --- | --- |',
  ...screens.map(row),
  '',
];
fs.writeFileSync(path.join(FOLDER, 'README.md'), page.join('\n'));
console.log(`${screens.length} screens in ${path.relative(ROOT, FOLDER)}`);
process.exitCode = status ?? 1;
