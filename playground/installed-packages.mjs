import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './folders.mjs';

/** Folders of `node_modules` that these packages need, by the way in which Node looks for them. */
const closureOf = (names) => {
  const { packages } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));
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

/**
 * A package without those inside it, which are placed where they are needed. Hard links cost neither time nor space;
 * across devices there are none.
 */
export const placePackage = (from, to) => {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) placePackage(source, target);
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

/** These packages and all that they need and the app lacks, from this repository's `node_modules` into the app's. */
export const placeInstalled = (names, app) => {
  for (const at of closureOf(names)) {
    const target = path.join(app, at);
    if (!fs.existsSync(path.join(target, 'package.json'))) placePackage(path.join(ROOT, at), target);
  }
};
