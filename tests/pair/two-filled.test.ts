import type { EntryStatus } from '../../server/src/contracts';
import type { Editor } from '../support/content';
import { share } from '../support/link';
import { settles } from '../support/wait';
import { rowsOf } from './rows';
import { ARTICLE, atRest, CATEGORY, equalOnBoth, everything, startPair, type Pair } from './sites';
import { tracesOf } from './traces';

let pair: Pair;
let onStaging: Editor;
let onLive: Editor;

beforeAll(async () => {
  pair = await startPair(everything([ARTICLE, CATEGORY], 'BOTH'));
  onStaging = await pair.staging.editor();
  onLive = await pair.live.editor();
});

const pause = async (paused: boolean) => {
  const verb = paused ? 'pause' : 'resume';
  await (await pair.staging.admin()).post(`/replication/links/${pair.toLive}/${verb}`, {});
  await (await pair.live.admin()).post(`/replication/links/${pair.toStaging}/${verb}`, {});
};

const status = async (site: Pair['staging'], uid: string, id: string): Promise<EntryStatus> =>
  (await (await site.admin()).get(`/replication/entries/${uid}/${id}`)).data;

const diverged = (uid: string, id: string) =>
  settles(async () => {
    expect(await status(pair.staging, uid, id)).toMatchObject({ diverged: true });
    expect(await status(pair.live, uid, id)).toMatchObject({ diverged: true });
  });

/** The entry's leaves, and what is known of it, in either site's own tables. */
const held = (site: Pair['staging'], uid: string, id: string) =>
  site.run<{ leaves: string[]; revisions: string[] }, string>(async (strapi, entity) => {
    const names = async (table: string, column: string) =>
      (await strapi.db.connection(table).where({ entity }).select(column)).map((row: any) => row[column]).sort();
    return {
      leaves: await names('replication_leaves', 'revision'),
      revisions: await names('replication_revisions', 'id'),
    };
  }, `${uid}/${id}`);

describe('an entry edited on both sites while they were apart', () => {
  it('keeps both versions on both sites, shows each site its own, and says so', async () => {
    const id = (await onStaging.create(CATEGORY, { name: 'Together', slug: 'together' })).documentId;
    await equalOnBoth(pair, CATEGORY, [id]);
    await pause(true);
    await onStaging.update(CATEGORY, id, { name: 'As staging has it' });
    await onLive.update(CATEGORY, id, { name: 'As live has it' });
    const before = [await rowsOf(pair.staging, CATEGORY, [id]), await rowsOf(pair.live, CATEGORY, [id])];
    await pause(false);
    await diverged(CATEGORY, id);
    await atRest(pair.staging, pair.live);

    expect([await rowsOf(pair.staging, CATEGORY, [id]), await rowsOf(pair.live, CATEGORY, [id])]).toEqual(before);
    const [here, there] = [await held(pair.staging, CATEGORY, id), await held(pair.live, CATEGORY, id)];
    expect(here.leaves).toHaveLength(2);
    expect(there).toEqual(here);
    for (const site of [pair.staging, pair.live]) {
      for (const text of ['As staging has it', 'As live has it']) {
        expect(await tracesOf(site, text)).toContain('replication_contents');
      }
    }
  });

  it('goes on with edits on both, which arrive as versions and move no rows', async () => {
    const id = (await onStaging.create(CATEGORY, { name: 'Before', slug: 'before' })).documentId;
    await equalOnBoth(pair, CATEGORY, [id]);
    await pause(true);
    await onStaging.update(CATEGORY, id, { name: 'Staging 1' });
    await onLive.update(CATEGORY, id, { name: 'Live 1' });
    await pause(false);
    await diverged(CATEGORY, id);
    await onStaging.update(CATEGORY, id, { name: 'Staging 2' });
    await onLive.update(CATEGORY, id, { name: 'Live 2' });
    await atRest(pair.staging, pair.live);
    expect((await rowsOf(pair.staging, CATEGORY, [id]))[0]!.fields.name).toBe('Staging 2');
    expect((await rowsOf(pair.live, CATEGORY, [id]))[0]!.fields.name).toBe('Live 2');
    const [here, there] = [await held(pair.staging, CATEGORY, id), await held(pair.live, CATEGORY, id)];
    expect(here.leaves).toHaveLength(2);
    expect(here.revisions).toHaveLength(5);
    expect(there).toEqual(here);
  });

  it('deleted on one and edited on the other: the edit is not lost', async () => {
    const id = (await onStaging.create(ARTICLE, { title: 'Wanted' })).documentId;
    await equalOnBoth(pair, ARTICLE, [id]);
    await pause(true);
    await onStaging.remove(ARTICLE, id);
    await onLive.update(ARTICLE, id, { title: 'Wanted more' });
    await pause(false);
    await settles(async () => expect((await held(pair.live, ARTICLE, id)).leaves).toHaveLength(2));
    await atRest(pair.staging, pair.live);
    expect((await rowsOf(pair.live, ARTICLE, [id])).map(({ fields }) => fields.title)).toEqual(['Wanted more']);
    expect(await rowsOf(pair.staging, ARTICLE, [id])).toEqual([]);
    expect(await held(pair.staging, ARTICLE, id)).toEqual(await held(pair.live, ARTICLE, id));
  });

  it('different entries edited apart are equal afterwards', async () => {
    const [one, two] = [
      (await onStaging.create(CATEGORY, { name: 'One', slug: 'one' })).documentId,
      (await onStaging.create(CATEGORY, { name: 'Two', slug: 'two' })).documentId,
    ];
    await equalOnBoth(pair, CATEGORY, [one, two]);
    await pause(true);
    await onStaging.update(CATEGORY, one, { name: 'One, from staging' });
    await onLive.update(CATEGORY, two, { name: 'Two, from live' });
    await pause(false);
    const both = await equalOnBoth(pair, CATEGORY, [one, two]);
    expect(both.staging.map(({ fields }) => fields.name).sort()).toEqual(['One, from staging', 'Two, from live']);
  });

  it('made on both with the same documentId, both are held', async () => {
    await share(pair.live, pair.toStaging, everything([CATEGORY], 'BOTH'));
    await atRest(pair.live, pair.staging);
    const id = 'sameidonbothsites0000000';
    await pause(true);
    const create = (name: string) =>
      `await strapi.documents('api::category.category').create({ data: { documentId: args, name: '${name}', slug: 'same' } })`;
    await pair.staging.run(create('Staging made it'), id);
    await pair.live.run(create('Live made it'), id);
    await pause(false);
    await diverged(CATEGORY, id);
    await atRest(pair.staging, pair.live);
    expect((await rowsOf(pair.staging, CATEGORY, [id]))[0]!.fields.name).toBe('Staging made it');
    expect((await rowsOf(pair.live, CATEGORY, [id]))[0]!.fields.name).toBe('Live made it');
  });
});
