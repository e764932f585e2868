import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { layCable, type Cable } from '../support/cable';
import { defaultDatabase } from '../support/databases';
import { startInstance, type Instance } from '../support/instance';
import { linkSites, overview, share } from '../support/link';
import { eventually } from '../support/wait';
import { comparableRows, rowsOf } from './rows';
import { atRest, everything, FILE, KITCHEN, PAGE, PLAIN } from './sites';

/** `LARGE=1 npx jest --selectProjects pair --runInBand tests/pair/large` takes ten minutes and some gigabytes. */
const FULL = process.env.LARGE !== undefined;
const MEBIBYTE = 1024 * 1024;
const FILE_BYTES = (FULL ? 500 : 120) * MEBIBYTE;
const FILES = FULL ? 1_000 : 60;
const RELATIONS = FULL ? 10_000 : 400;
const LOCALES = 50;
const TEXT_BYTES = 5 * MEBIBYTE;
const WITHIN = FULL ? 1_200_000 : 300_000;
/** Bytes of files lie in folders, whatever the database is. */
const itOnce = FULL || defaultDatabase() === 'sqlite' ? it : () => undefined;

let staging: Instance;
let live: Instance;
let cable: Cable;
let toLive: string;

beforeAll(async () => {
  cable = await layCable();
  staging = await startInstance({ name: 'staging' });
  live = await startInstance({ name: 'live', port: cable.port, env: { REPLICATION_PUBLIC_URL: cable.url } });
  ({ first: toLive } = await linkSites(staging, live));
  await share(staging, toLive, everything([KITCHEN, PLAIN, PAGE]));
});
afterAll(() => cable.close());

const equal = async (uid: string, ids: string[] | null = null): Promise<number> => {
  await atRest(staging, live);
  const [here, there] = await Promise.all([rowsOf(staging, uid, ids), rowsOf(live, uid, ids)]);
  expect(comparableRows(there)).toEqual(comparableRows(here));
  return there.length;
};

/** The most memory a site has taken since it started, in bytes. */
const most = (site: Instance): Promise<number> => site.run('return process.resourceUsage().maxRSS * 1024');

it('one entry with a text of 5 MB', async () => {
  // Digits compress to half of what they are; nothing that an editor writes compresses worse.
  const documentId = await staging.run<string, number>(async (strapi, bytes) => {
    let richtext = '';
    while (richtext.length < bytes) richtext += Math.random().toString(16).slice(2);
    const data = { string: 'Large', richtext };
    return (await strapi.documents('api::kitchen.kitchen').create({ data })).documentId;
  }, TEXT_BYTES);
  expect(await equal(KITCHEN, [documentId])).toBe(1);
  await staging.run("await strapi.documents('api::kitchen.kitchen').update(args)", {
    documentId,
    data: { string: 'Changed' },
  });
  expect(await equal(KITCHEN, [documentId])).toBe(1);
}, 300_000);

it(
  `one entry with ${RELATIONS} relations, which are re-ordered and cut`,
  async () => {
    const ids = await staging.run<string[]>(async (strapi, count: number) => {
      const made: string[] = [];
      for (let n = 0; n < count; n += 1) {
        const { documentId } = await strapi
          .documents('api::kitchen-plain.kitchen-plain')
          .create({ data: { string: `Plain ${n}` } });
        made.push(documentId);
      }
      return made;
    }, RELATIONS as never);
    const { documentId } = await staging.run<{ documentId: string }>(
      "return strapi.documents('api::kitchen.kitchen').create({ data: { string: 'Related', likes: args } })",
      ids
    );
    expect(await equal(KITCHEN, [documentId])).toBe(1);
    await staging.run("await strapi.documents('api::kitchen.kitchen').update(args)", {
      documentId,
      data: { likes: [...ids].reverse().slice(0, -10) },
    });
    expect(await equal(KITCHEN, [documentId])).toBe(1);
    expect(await equal(PLAIN)).toBeGreaterThanOrEqual(RELATIONS);
  },
  WITHIN
);

it(`one entry in ${LOCALES} locales`, async () => {
  const codes = await staging.run<string[]>(async (strapi, count: number) => {
    const known = strapi.plugin('i18n').service('iso-locales').getIsoLocales();
    const locales = strapi.plugin('i18n').service('locales');
    const have = new Set((await locales.find()).map(({ code }: any) => code));
    for (const { code, name } of known.filter(({ code }: any) => !have.has(code)).slice(0, count - have.size)) {
      await locales.create({ code, name });
    }
    return (await locales.find()).map(({ code }: any) => code);
  }, LOCALES as never);
  expect(codes).toHaveLength(LOCALES);
  const documentId = await staging.run<string>(async (strapi, all: string[]) => {
    const pages = strapi.documents('api::page.page');
    const data = (locale: string) => ({
      title: `Title ${locale}`,
      body: `Body ${locale}`,
      slug: `slug-${locale.toLowerCase()}`,
    });
    const { documentId: id } = await pages.create({ data: data(all[0]!), locale: all[0] });
    for (const locale of all.slice(1)) await pages.update({ documentId: id, locale, data: data(locale) });
    await pages.publish({ documentId: id, locale: '*' });
    return id;
  }, codes as never);
  expect(await equal(PAGE, [documentId])).toBe(2 * LOCALES);
}, 300_000);

/** Uploads files that stand in a folder, and puts them into one entry. */
const uploadAll = async (strapi: any, folder: string): Promise<string> => {
  // A function that is sent as its source can import nothing.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const [fsp, { join }] = [require('node:fs/promises'), require('node:path')];
  const upload = strapi.plugin('upload').service('upload');
  const ids: number[] = [];
  for (const name of (await fsp.readdir(folder)).sort()) {
    const filepath = join(folder, name);
    const { size } = await fsp.stat(filepath);
    const files = { filepath, originalFilename: name, mimetype: 'video/mp4', size };
    const [{ id }] = await upload.upload({ data: { fileInfo: { name } }, files });
    ids.push(id);
  }
  const data = { string: `With ${ids.length} files`, gallery: ids };
  return (await strapi.documents('api::kitchen.kitchen').create({ data })).documentId;
};

const folderOf = (sizes: number[]): string => {
  const folder = fs.mkdtempSync(path.join(staging.folder, 'large-'));
  sizes.forEach((size, n) => {
    const file = fs.openSync(path.join(folder, `file-${String(n).padStart(4, '0')}.mp4`), 'w');
    for (let left = size; left > 0; left -= MEBIBYTE) fs.writeSync(file, randomBytes(Math.min(left, MEBIBYTE)));
    fs.closeSync(file);
  });
  return folder;
};

const hashesOf = (site: Instance): Record<string, string> => {
  const uploads = path.join(site.folder, 'public', 'uploads');
  const files = fs.readdirSync(uploads).filter((name) => name.endsWith('.mp4'));
  return Object.fromEntries(
    files.sort().map((name) => [
      name,
      createHash('sha256')
        .update(fs.readFileSync(path.join(uploads, name)))
        .digest('hex'),
    ])
  );
};

itOnce(
  `${FILES} files in one entry`,
  async () => {
    const folder = folderOf(Array.from({ length: FILES }, (_, n) => 1_000 + n));
    const documentId = await staging.run<string, string>(uploadAll, folder);
    await eventually(async () => (await overview(staging)).links[0]!.counts.queued === 0, {
      within: WITHIN,
      what: 'all files to be there',
    });
    expect(await equal(KITCHEN, [documentId])).toBe(1);
    expect(hashesOf(live)).toEqual(hashesOf(staging));
    expect((await rowsOf(live, FILE)).length).toBeGreaterThanOrEqual(FILES);
  },
  WITHIN
);

itOnce(
  `one file of ${FILE_BYTES / MEBIBYTE} MB: cut half-way, gone on with where it was, in little memory`,
  async () => {
    const before = await Promise.all([most(staging), most(live)]);
    const carried = cable.carried();
    const made = staging.run<string, string>(uploadAll, folderOf([FILE_BYTES]));
    await eventually(async () => cable.carried() - carried > FILE_BYTES / 3, {
      within: WITHIN,
      what: 'a third of the file to be there',
    });
    cable.cut();
    await eventually(async () => (await overview(staging)).links[0]!.failures > 0, { what: 'the cut to be noticed' });
    cable.mend();
    await (await staging.admin()).post(`/replication/links/${toLive}/retry`, {});
    const documentId = await made;
    await eventually(async () => (await overview(staging)).links[0]!.counts.queued === 0, {
      within: WITHIN,
      what: 'the file to be there',
    });
    expect(await equal(KITCHEN, [documentId])).toBe(1);
    expect(hashesOf(live)).toEqual(hashesOf(staging));
    expect(cable.carried() - carried).toBeLessThan(1.1 * FILE_BYTES);
    const after = await Promise.all([most(staging), most(live)]);
    for (const [index, bytes] of after.entries()) expect(bytes - before[index]!).toBeLessThan(FILE_BYTES / 2);
  },
  WITHIN
);
