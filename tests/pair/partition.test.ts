import type { EntryStatus } from '../../server/src/contracts';
import { layCable, type Cable } from '../support/cable';
import { startInstance, type Instance } from '../support/instance';
import { linkSites, overview, share } from '../support/link';
import { eventually } from '../support/wait';
import { comparableRows, rowsOf } from './rows';
import { CATEGORY, everything } from './sites';

/** `PARTITION_EDITS=10000 npx jest --selectProjects pair --runInBand partition`: as many on one side, a tenth on the other. */
const EDITS = Number(process.env.PARTITION_EDITS ?? 300);
const FEWER = Math.ceil(EDITS / 10);
/** Entries that both sides edit meanwhile. */
const BOTH = 20;
/** So many entries that none is edited more often than people edit. */
const MOST = Math.max(50, Math.ceil(EDITS / 8));
/** In one request to a site. */
const STEP = 500;
/** How long the sites may take to tell each other all of it, on a busy machine. */
const WITHIN = 60_000 + EDITS * 60;

let [north, south]: Instance[] = [];
let cables: Cable[];

beforeAll(async () => {
  cables = await Promise.all([layCable(), layCable()]);
  [north, south] = await Promise.all(
    ['north', 'south'].map((name, index) =>
      startInstance({ name, port: cables[index]!.port, env: { REPLICATION_PUBLIC_URL: cables[index]!.url } })
    )
  );
  const { first, second } = await linkSites(north!, south!);
  await share(north!, first, everything([CATEGORY], 'BOTH'));
  await share(south!, second, everything([CATEGORY], 'BOTH'));
});
afterAll(() => Promise.all(cables.map((cable) => cable.close())));

/** Saves through the document service, inside the site: new entries, and edits of those in turn. */
const saveInside = async (
  strapi: any,
  { tag, from, to, entries, most }: { tag: string; from: number; to: number; entries: string[]; most: number }
): Promise<string[]> => {
  const documents = strapi.documents('api::category.category');
  for (let n = from; n < to; n += 1) {
    if (entries.length < most) {
      const { documentId } = await documents.create({ data: { name: `${tag} ${n}`, slug: `${tag}-${n}` } });
      entries.push(documentId);
    } else await documents.update({ documentId: entries[n % entries.length], data: { name: `${tag} ${n}` } });
  }
  return entries;
};

const rename = async (strapi: any, { name, ids }: { name: string; ids: string[] }): Promise<void> => {
  for (const documentId of ids) await strapi.documents('api::category.category').update({ documentId, data: { name } });
};

const save = async (site: Instance, tag: string, edits: number, entries: string[] = []): Promise<string[]> => {
  for (let from = 0; from < edits; from += STEP) {
    const args = { tag, from, to: Math.min(from + STEP, edits), entries, most: MOST };
    entries = await site.run<string[], typeof args>(saveInside, args);
  }
  return entries;
};

/** Nothing is left to record or to deliver on either side. */
const atRest = () =>
  eventually(
    async () => {
      const views = await Promise.all([north!, south!].map(overview));
      return views.every(
        ({ unrecorded, links }) => unrecorded === 0 && links.every(({ counts }) => counts.queued + counts.failed === 0)
      );
    },
    { within: WITHIN, what: 'both sites to have told each other everything' }
  );

const status = async (site: Instance, id: string): Promise<EntryStatus> =>
  (await (await site.admin()).get(`/replication/entries/${CATEGORY}/${id}`)).data;

it(`${EDITS} edits on one side and ${FEWER} on the other while they were apart: equal once they are not`, async () => {
  const together = await north!.run<string[]>(async (strapi) => {
    const made = [];
    for (let n = 0; n < 20; n += 1) {
      const data = { name: `Together ${n}`, slug: `together-${n}` };
      made.push((await strapi.documents('api::category.category').create({ data })).documentId);
    }
    return made;
  });
  expect(together).toHaveLength(BOTH);
  await atRest();

  for (const cable of cables) cable.cut();
  const [ofNorth, ofSouth] = await Promise.all([save(north!, 'north', EDITS), save(south!, 'south', FEWER)]);
  for (const site of [north!, south!]) await site.run(rename, { name: `of-${site.name}`, ids: together });
  const unseen = await rowsOf(south!, CATEGORY, ofNorth);
  expect(unseen).toEqual([]);
  await eventually(async () => (await overview(north!)).links[0]!.failures > 0, {
    what: 'the site to notice that the other is away',
  });

  for (const cable of cables) cable.mend();
  // Somebody presses Retry: nobody waits for the end of a pause that has grown meanwhile.
  for (const site of [north!, south!]) {
    const [link] = (await overview(site)).links;
    await (await site.admin()).post(`/replication/links/${link!.id}/retry`, {});
  }
  await atRest();
  const mine = [...ofNorth, ...ofSouth];
  const [here, there] = await Promise.all([north!, south!].map((site) => rowsOf(site, CATEGORY, mine)));
  expect(here).toHaveLength(mine.length);
  expect(comparableRows(there!)).toEqual(comparableRows(here!));

  // What both sides have edited is held on both sides, each showing its own, and both say so.
  for (const id of together) {
    expect(await status(north!, id)).toMatchObject({ diverged: true });
    expect(await status(south!, id)).toMatchObject({ diverged: true });
  }
  const names = async (site: Instance) => (await rowsOf(site, CATEGORY, together)).map(({ fields }) => fields.name);
  expect((await names(north!)).every((name) => String(name).startsWith('of-north'))).toBe(true);
  expect((await names(south!)).every((name) => String(name).startsWith('of-south'))).toBe(true);
  const leaves = (site: Instance) =>
    site.run<string[], string[]>(async (strapi, ids) => {
      const entities = ids.map((id) => `api::category.category/${id}`);
      const rows = await strapi.db.connection('replication_leaves').whereIn('entity', entities);
      return rows.map(({ entity, revision }: any) => `${entity} ${revision}`).sort();
    }, together);
  const [held, heldThere] = await Promise.all([leaves(north!), leaves(south!)]);
  expect(held).toHaveLength(2 * BOTH);
  expect(heldThere).toEqual(held);
}, 3_600_000);
