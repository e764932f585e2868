import type { Editor } from '../support/content';
import { HttpError } from '../support/rest';
import { settles } from '../support/wait';
import { rowsOf } from './rows';
import { ABOUT, ARTICLE, atRest, CATEGORY, equalOnBoth, everything, PAGE, startPair, type Pair } from './sites';

let pair: Pair;
let onStaging: Editor;
let onLive: Editor;
let id: string;

beforeAll(async () => {
  pair = await startPair(everything([ARTICLE, CATEGORY, PAGE, ABOUT]));
  onStaging = await pair.staging.editor();
  onLive = await pair.live.editor();
  id = (await onStaging.create(ARTICLE, { title: 'Edited on staging', description: 'only there' })).documentId;
  await onStaging.publish(ARTICLE, id);
  await equalOnBoth(pair, ARTICLE, [id]);
});

/** Whatever is tried must be answered with whose entry it is, and leave every row as it was. */
const refused = async (attempt: () => Promise<unknown>) => {
  const before = await rowsOf(pair.live, ARTICLE, [id]);
  const error = await attempt().then(
    () => null,
    (thrown: unknown) => thrown
  );
  expect(error).toBeInstanceOf(HttpError);
  const text = JSON.stringify((error as HttpError).body);
  expect(text).toContain('This entry is edited at staging and is read-only here.');
  expect(await rowsOf(pair.live, ARTICLE, [id])).toEqual(before);
  return (error as HttpError).status;
};

const inside = (code: string) => () => pair.live.run(code, id);

describe('an entry that is edited elsewhere is refused here', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['update', () => onLive.update(ARTICLE, id, { title: 'no' })],
    ['publish', () => onLive.publish(ARTICLE, id, { title: 'no' })],
    ['publish as it is', () => onLive.publish(ARTICLE, id)],
    ['unpublish', () => onLive.unpublish(ARTICLE, id)],
    ['discard', () => onLive.discard(ARTICLE, id)],
    ['delete', () => onLive.remove(ARTICLE, id)],
  ])('to the admin panel: %s', async (_, attempt) => {
    expect(await refused(attempt)).toBe(400);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['update', () => pair.live.rest().put(`/api/articles/${id}`, { data: { title: 'no' } })],
    ['publish', () => pair.live.rest().put(`/api/articles/${id}`, { data: { title: 'no' } }, { status: 'published' })],
    ['delete', () => pair.live.rest().delete(`/api/articles/${id}`)],
  ])('to the content API: %s', async (_, attempt) => {
    expect(await refused(attempt)).toBe(400);
  });

  it.each([
    ['update', "strapi.documents('api::article.article').update({ documentId: args, data: { title: 'no' } })"],
    ['publish', "strapi.documents('api::article.article').publish({ documentId: args })"],
    ['unpublish', "strapi.documents('api::article.article').unpublish({ documentId: args })"],
    ['discard', "strapi.documents('api::article.article').discardDraft({ documentId: args })"],
    ['delete', "strapi.documents('api::article.article').delete({ documentId: args })"],
    ['create over it', "strapi.documents('api::article.article').create({ data: { documentId: args, title: 'no' } })"],
  ])('to the document service: %s', async (_, call) => {
    await refused(inside(`await ${call}`));
  });

  it.each([
    ['update', "update({ where: { documentId: args }, data: { title: 'no' } })"],
    ['updateMany', "updateMany({ where: { documentId: args }, data: { title: 'no' } })"],
    ['updateMany of all', "updateMany({ where: {}, data: { title: 'no' } })"],
    ['delete', 'delete({ where: { documentId: args } })'],
    ['deleteMany', 'deleteMany({ where: { documentId: args } })'],
    ['create', "create({ data: { documentId: args, title: 'no' } })"],
    ['createMany', "createMany({ data: [{ documentId: args, title: 'no' }] })"],
  ])('to database queries: %s', async (_, call) => {
    await refused(inside(`await strapi.db.query('api::article.article').${call}`));
  });

  it('when its last row is deleted with others in bulk by the admin panel', async () => {
    await refused(async () =>
      (await pair.live.admin()).post(`/content-manager/collection-types/${ARTICLE}/actions/bulkDelete`, {
        documentIds: [id],
      })
    );
  });
});

it('a single type that is edited elsewhere is not made here either, where it was deleted there', async () => {
  const about = (await onStaging.create(ABOUT, { title: 'Of staging' }, { single: true })).documentId;
  await equalOnBoth(pair, ABOUT, [about]);
  await onStaging.remove(ABOUT, about, { single: true });
  await settles(async () => expect(await rowsOf(pair.live, ABOUT, [about])).toEqual([]));
  await expect(onLive.create(ABOUT, { title: 'Of live' }, { single: true })).rejects.toThrow(HttpError);
  for (const make of [
    'documents(args).create({ data: { title: 1 } })',
    'db.query(args).create({ data: { title: 1 } })',
  ])
    await expect(pair.live.run(`await strapi.${make}`, ABOUT)).rejects.toThrow(/read-only here/);
  await onStaging.create(ABOUT, { title: 'Again' }, { single: true });
  await settles(async () =>
    expect(await pair.live.run('return strapi.documents(args).findFirst()', ABOUT)).toMatchObject({ title: 'Again' })
  );
});

describe('a file that came from elsewhere', () => {
  const bytes = Buffer.from('what staging has uploaded');
  const fileOnLive = (documentId: string) =>
    pair.live.run<{ id: number; url: string } | null>(
      "return strapi.db.query('plugin::upload.file').findOne({ where: { documentId: args }, select: ['id', 'url'] })",
      documentId
    );
  const served = async (url: string) => Buffer.from(await (await fetch(`${pair.live.url}${url}`)).arrayBuffer());

  it('keeps its bytes when somebody tries to delete or replace it in the media library', async () => {
    const file = await onStaging.upload('kept.txt', bytes, 'text/plain');
    await onStaging.create(PAGE, { title: 'With a file', image: file.id });
    await settles(async () => expect(await fileOnLive(file.documentId)).not.toBeNull());
    await atRest(pair.staging, pair.live);
    const { id: here, url } = (await fileOnLive(file.documentId))!;
    await expect(onLive.removeFile(here)).rejects.toThrow(/read-only here/);
    await expect(onLive.replaceFile(here, 'kept.txt', Buffer.from('other'), 'text/plain')).rejects.toThrow(
      /read-only here/
    );
    expect((await served(url)).equals(bytes)).toBe(true);
  });

  it('keeps no look at all rows from coming to its end, when its row was changed past Strapi', async () => {
    await pair.live.run("return strapi.db.connection('files').increment('size', 1)");
    await pair.live.run("return strapi.plugin('replication').service('engine').sweep('full')");
  });
});

describe('what is not from elsewhere is free', () => {
  it('another entry of the same type is created, changed, published and deleted', async () => {
    const { documentId } = await onLive.create(ARTICLE, { title: 'Live’s own' });
    await onLive.update(ARTICLE, documentId, { title: 'Still live’s own' });
    await onLive.publish(ARTICLE, documentId);
    await onLive.unpublish(ARTICLE, documentId);
    await onLive.remove(ARTICLE, documentId);
    await atRest(pair.live, pair.staging);
    expect(await rowsOf(pair.staging, ARTICLE, [documentId])).toEqual([]);
  });

  it('a clone is an entry of its own', async () => {
    const clone = await onLive.clone(ARTICLE, id, { title: 'Live’s copy' });
    await onLive.update(ARTICLE, clone.documentId, { title: 'Live’s changed copy' });
    expect((await rowsOf(pair.live, ARTICLE, [clone.documentId]))[0]!.fields.title).toBe('Live’s changed copy');
    await atRest(pair.live, pair.staging);
    expect(await rowsOf(pair.staging, ARTICLE, [clone.documentId])).toEqual([]);
  });

  it('an entry of live may refer to one of staging’s, which stays as it is', async () => {
    const category = (await onStaging.create(CATEGORY, { name: 'Staging’s', slug: 'stagings' })).documentId;
    await equalOnBoth(pair, CATEGORY, [category]);
    const { documentId } = await onLive.create(ARTICLE, {
      title: 'Own',
      category: { connect: [{ documentId: category }] },
    });
    expect((await rowsOf(pair.live, ARTICLE, [documentId]))[0]!.fields.category).toEqual([
      expect.stringContaining(category),
    ]);
  });

  it('staging itself still edits it, and live follows', async () => {
    await onStaging.update(ARTICLE, id, { title: 'Edited on staging again' });
    await onStaging.publish(ARTICLE, id);
    const { live } = await equalOnBoth(pair, ARTICLE, [id]);
    expect(live.map(({ fields }) => fields.title)).toEqual(['Edited on staging again', 'Edited on staging again']);
  });

  it('everything, after the sites were unlinked: content stays', async () => {
    const before = await rowsOf(pair.live, ARTICLE, [id]);
    await (await pair.live.admin()).delete(`/replication/links/${pair.toStaging}`);
    expect(await rowsOf(pair.live, ARTICLE, [id])).toEqual(before);
    // What had been read-only is decided again in the background.
    await settles(() => onLive.update(ARTICLE, id, { title: 'Live’s from now on' }));
    await onLive.publish(ARTICLE, id);
    expect((await rowsOf(pair.live, ARTICLE, [id])).map(({ fields }) => fields.title)).toEqual([
      'Live’s from now on',
      'Live’s from now on',
    ]);
    expect((await rowsOf(pair.staging, ARTICLE, [id]))[0]!.fields.title).toBe('Edited on staging again');
  });
});
