import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { APP, ROOT } from './app';
import type { Instance } from './instance';

/** A content type's file: whatever a developer writes. */
type Schema = any;

/** Another app than the playground's, as a developer would have changed it between two starts. */
export interface Variant {
  /** By `kitchen` or `shared.seo`: changes a content type or a component in place. */
  change?: Record<string, (schema: Schema) => void>;
  /** Content types and components that are not there. */
  without?: string[];
  /** Content types that have another name now, in the same table. */
  rename?: Record<string, string>;
  /** What other files hold, by their path in the app, as in `config/api.js`. */
  files?: Record<string, string>;
}

const MODULES = path.join(APP, 'node_modules');

const variants: string[] = [];

/** Starts a site again, on its database, as another app; without a variant, as the playground's own. */
export const restartWith = async (site: Instance, variant: Variant | null): Promise<void> => {
  site.env.PLAYGROUND_APP = variant === null ? undefined : appWith(variant);
  await site.restart();
};

/** Not copied: what is installed, and what every Strapi that starts on the app writes and renames there. */
const isLeftOut = (source: string): boolean =>
  source === MODULES || path.basename(source).startsWith('.strapi-updater');

/** A copy of the app; what it has installed is shared. It lies in the repository, where Node looks for the rest. */
const appWith = ({ change = {}, without = [], rename = {}, files = {} }: Variant): string => {
  const folder = path.join(ROOT, '.tmp', `app-${randomBytes(4).toString('hex')}`);
  variants.push(folder);
  fs.cpSync(APP, folder, { recursive: true, filter: (source) => !isLeftOut(source) });
  fs.symlinkSync(MODULES, path.join(folder, 'node_modules'));
  for (const [name, edit] of Object.entries(change)) {
    const file = fileOf(folder, name);
    const schema = JSON.parse(fs.readFileSync(file, 'utf8')) as Schema;
    edit(schema);
    fs.writeFileSync(file, JSON.stringify(schema));
  }
  for (const name of without) {
    const file = fileOf(folder, name);
    fs.rmSync(name.includes('.') ? file : path.join(folder, 'src', 'api', name), { recursive: true });
  }
  for (const [name, other] of Object.entries(rename)) {
    const schema = JSON.parse(fs.readFileSync(fileOf(folder, name), 'utf8')) as Schema;
    Object.assign(schema.info, { singularName: other, pluralName: `${other}s` });
    fs.rmSync(path.join(folder, 'src', 'api', name), { recursive: true });
    fs.mkdirSync(path.dirname(fileOf(folder, other)), { recursive: true });
    fs.writeFileSync(fileOf(folder, other), JSON.stringify(schema));
  }
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  return folder;
};

const fileOf = (folder: string, name: string): string => {
  const [category, component] = name.split('.');
  return component === undefined
    ? path.join(folder, 'src', 'api', name, 'content-types', name, 'schema.json')
    : path.join(folder, 'src', 'components', category!, `${component}.json`);
};

afterAll(() => variants.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));
