import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where things are, for every script of the playground. Built-in modules only: it runs before anything is installed. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const APP = path.join(ROOT, 'playground', 'app');
export const OVERLAY = path.join(ROOT, 'playground', 'overlay');
export const TEMPLATE = path.join(ROOT, 'node_modules', 'create-strapi-app', 'templates', 'example-js');
export const TEMPORARY = path.join(ROOT, '.tmp');
export const PREPARED = path.join(TEMPORARY, 'prepared');

const filesBelow = (place) => {
  if (!fs.existsSync(place)) return [];
  if (fs.statSync(place).isFile()) return [place];
  return fs
    .readdirSync(place)
    .sort()
    .flatMap((name) => filesBelow(path.join(place, name)));
};

/** One hash for the names and bytes of everything below these places. */
export const hashOf = (places) => {
  const hash = createHash('sha256');
  for (const file of places.flatMap(filesBelow)) {
    hash.update(path.relative(ROOT, file)).update('\0').update(fs.readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
};

/** Runs `make` unless it ran already for the same inputs. The stamp is written last: a failed run is run again. */
export const once = (name, hash, exists, make) => {
  const stamp = path.join(TEMPORARY, 'stamps', name);
  if (exists() && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === hash) return false;
  fs.rmSync(stamp, { force: true });
  make();
  fs.mkdirSync(path.dirname(stamp), { recursive: true });
  fs.writeFileSync(stamp, hash);
  return true;
};
