import fs from 'node:fs';
import path from 'node:path';
import type { BrakeAnswer, BrakeCode, BrakeView } from '../../server/src/contracts';
import { defaultDatabase } from '../support/databases';
import { startInstance, type Instance } from '../support/instance';
import { overview } from '../support/link';
import { eventually, settles } from '../support/wait';
import { atRest, CATEGORY, everything, startPair, type Pair } from './sites';

const brakes = async (site: Instance): Promise<BrakeView[]> => (await overview(site)).brakes;
const answer = async (site: Instance, code: BrakeCode, said: BrakeAnswer): Promise<void> => {
  const brake = (await brakes(site)).find((one) => one.code === code);
  if (!brake) throw new Error(`${site.name} asks nothing of the kind ${code}.`);
  await (await site.admin()).post('/replication/brakes/answer', { id: brake.id, answer: said });
};
const save = (site: Instance, name: string) =>
  site.run<string>(
    "return (await strapi.documents('api::category.category').create({ data: { name: args, slug: args } })).documentId",
    name
  );
const names = async (site: Instance): Promise<string[]> =>
  (await site.run<{ name: string }[]>("return strapi.db.query('api::category.category').findMany()"))
    .map(({ name }) => name)
    .sort();
const fromStaging = async ({ live, toStaging }: Pair): Promise<number> =>
  (await live.run<unknown[]>('return strapi.db.connection("replication_revisions").where({ origin: args })', toStaging))
    .length;

describe('`strapi import` of another export into a linked site', () => {
  let pair: Pair;
  let other: Instance;

  /** What another site has, imported as its administrator would, while the site is down. */
  const importFrom = async (...more: string[]) => {
    if (!other.running()) await other.start();
    for (const name of more) await save(other, name);
    await other.kill();
    const file = path.join(other.folder, `export-${more.join()}`);
    await other.strapi('export', '--no-encrypt', '--no-compress', '--file', file);
    await pair.staging.kill();
    await pair.staging.strapi('import', '--force', '--file', `${file}.tar`);
    await pair.staging.start();
    await atRest(pair.staging, pair.live);
  };

  beforeAll(async () => {
    pair = await startPair(everything([CATEGORY]));
    other = await startInstance({ name: 'other', plain: true });
    for (const name of ['one', 'two', 'three']) await save(pair.staging, name);
    await atRest(pair.staging, pair.live);
    expect(await names(pair.live)).toEqual(['one', 'three', 'two']);
  });

  it('deletes and sends nothing, and the page says so', async () => {
    const before = await fromStaging(pair);
    await importFrom('foreign');
    expect(await names(pair.staging)).toEqual(['foreign']);
    expect(await brakes(pair.staging)).toMatchObject([
      { code: 'CHANGED_UNSEEN', subjectName: 'Category', told: { changed: 0, added: 1 } },
      { code: 'VANISHED', subjectName: 'Category', told: { vanished: 3 }, entries: expect.any(Array) },
    ]);
    const vanished = (await brakes(pair.staging)).find(({ code }) => code === 'VANISHED')!;
    expect(vanished.entries.map(({ title }) => title).sort()).toEqual(['one', 'three', 'two']);
    expect(await names(pair.live)).toEqual(['one', 'three', 'two']);
    expect(await fromStaging(pair)).toBe(before);
  });

  it('is undone by putting back what was there; what came stays here, unshared', async () => {
    await answer(pair.staging, 'VANISHED', 'put-back');
    await answer(pair.staging, 'CHANGED_UNSEEN', 'put-back');
    await atRest(pair.staging, pair.live);
    await settles(async () => expect(await names(pair.staging)).toEqual(['foreign', 'one', 'three', 'two']));
    expect(await names(pair.live)).toEqual(['one', 'three', 'two']);
    expect(await brakes(pair.staging)).toEqual([]);
  });

  it('counts on both sites once somebody says so', async () => {
    await importFrom('second');
    await answer(pair.staging, 'VANISHED', 'deleted');
    await answer(pair.staging, 'CHANGED_UNSEEN', 'take-over');
    await atRest(pair.staging, pair.live);
    await settles(async () => expect(await names(pair.live)).toEqual(['foreign', 'second']));
    expect(await names(pair.staging)).toEqual(['foreign', 'second']);
    expect(await brakes(pair.staging)).toEqual([]);
  });
});

describe('`strapi transfer` of another site into a linked one that is running', () => {
  it('deletes and sends nothing, and the page asks within half a minute', async () => {
    const pair = await startPair(everything([CATEGORY]));
    const { staging, live } = pair;
    for (const name of ['one', 'two', 'three']) await save(staging, name);
    await atRest(staging, live);
    const before = await fromStaging(pair);
    const other = await startInstance({ name: 'other', plain: true });
    await save(other, 'foreign');
    await other.kill();

    const token = { name: 'For a test', description: '', lifespan: null, permissions: ['push'] };
    const { data } = await (await staging.admin()).post('/admin/transfer/tokens', token);
    await other.strapi('transfer', '--to', `${staging.url}/admin`, '--to-token', data.accessKey, '--force');
    expect(await names(staging)).toEqual(['foreign']);
    await eventually(async () => (await brakes(staging)).length === 2, {
      within: 60_000,
      what: 'the transfer to be noticed',
    });
    expect(await brakes(staging)).toMatchObject([
      { code: 'CHANGED_UNSEEN', subjectName: 'Category', told: { changed: 0, added: 1 } },
      { code: 'VANISHED', subjectName: 'Category', told: { vanished: 3 } },
    ]);
    await atRest(staging, live);
    expect(await names(live)).toEqual(['one', 'three', 'two']);
    expect(await fromStaging(pair)).toBe(before);

    await answer(staging, 'VANISHED', 'put-back');
    await answer(staging, 'CHANGED_UNSEEN', 'take-over');
    await atRest(staging, live);
    await settles(async () => expect(await names(live)).toEqual(['foreign', 'one', 'three', 'two']));
    expect(await names(staging)).toEqual(['foreign', 'one', 'three', 'two']);
  }, 300_000);
});

/** The same wherever the other tests run. */
const describeOnce = defaultDatabase() === 'sqlite' ? describe : () => undefined;

describeOnce('a site on yesterday’s database file', () => {
  it('notices it, fetches what was edited since, and loses nothing', async () => {
    const pair = await startPair(everything([CATEGORY], 'BOTH'), { database: 'sqlite' });
    const { staging, live } = pair;
    const link = (await overview(live)).links[0]!.id;
    await (await live.admin()).put(`/replication/links/${link}/rules`, { rules: everything([CATEGORY], 'BOTH') });
    const rename = (site: Instance, documentId: string, name: string) =>
      site.run('return strapi.documents("api::category.category").update(args)', { documentId, data: { name } });
    const [a, b] = [await save(staging, 'a'), await save(staging, 'b')];
    await atRest(staging, live);
    await staging.kill();
    const yesterday = path.join(staging.folder, 'yesterday.db');
    fs.copyFileSync(staging.databaseFile!, yesterday);
    await staging.start();
    await rename(staging, a, 'a of today');
    await rename(staging, b, 'b of today');
    await atRest(staging, live);
    expect(await names(live)).toEqual(['a of today', 'b of today']);

    await staging.kill();
    // Written into the file that is there: the place it is at home at is the same.
    fs.writeFileSync(staging.databaseFile!, fs.readFileSync(yesterday));
    for (const rest of ['-wal', '-shm']) fs.rmSync(`${staging.databaseFile!}${rest}`, { force: true });
    await staging.start();
    expect(await names(staging)).toEqual(['a', 'b']);
    // By a person: what two sites change by themselves, one after the other, is taken for hooks that correct each other.
    await (await live.editor()).update(CATEGORY, b, { name: 'b of live' });
    await eventually(async () => (await brakes(staging)).length > 0, { what: 'the restore to be noticed' });
    expect(await brakes(staging)).toMatchObject([{ code: 'DATABASE_RESTORED', told: { site: 'live' } }]);
    await settles(async () => expect(await names(staging)).toEqual(['a of today', 'b of live']));
    expect(await names(live)).toEqual(['a of today', 'b of live']);
    await answer(staging, 'DATABASE_RESTORED', 'go-on');
    expect(await brakes(staging)).toEqual([]);
  });
});
