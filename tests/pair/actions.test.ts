import type { Editor } from '../support/content';
import { settles } from '../support/wait';
import { idsOf, rowsOf } from './rows';
import {
  ABOUT,
  ARTICLE,
  AUTHOR,
  BANNER,
  CATEGORY,
  equalOnBoth,
  everything,
  GLOBAL,
  PAGE,
  startPair,
  type Pair,
} from './sites';

let pair: Pair;
let editor: Editor;

beforeAll(async () => {
  pair = await startPair(everything([ARTICLE, AUTHOR, CATEGORY, PAGE, ABOUT, GLOBAL, BANNER]));
  editor = await pair.staging.editor();
});

const equal = (uid: string, id: string) => equalOnBoth(pair, uid, [id]);
const statuses = (rows: { status: string; locale: string | null }[]) =>
  rows.map(({ status, locale }) => [locale, status].filter(Boolean).join(' ')).sort();

/** Dates of the rows that were saved last must be the same, to the millisecond. */
const expectSameUpdate = (
  { staging, live }: Awaited<ReturnType<typeof equal>>,
  which: (row: { locale: string | null; status: string }) => boolean = () => true
) => {
  const times = (rows: typeof staging) => rows.filter(which).map(({ updatedAt }) => updatedAt);
  expect(times(live)).toEqual(times(staging));
};

describe('an article, with draft & publish', () => {
  const zone = (...texts: string[]) => texts.map((body) => ({ __component: 'shared.rich-text', body }));
  const newArticle = async (title: string) =>
    (await editor.create(ARTICLE, { title, description: 'As short as it gets', blocks: zone('first', 'second') }))
      .documentId as string;

  it('is created', async () => {
    const id = await newArticle('Created');
    const both = await equal(ARTICLE, id);
    expect(statuses(both.live)).toEqual(['draft']);
    expectSameUpdate(both);
  });

  it('is updated, and keeps its row and component ids on live', async () => {
    const id = await newArticle('Updated');
    const before = await equal(ARTICLE, id);
    const entry = (await editor.read(ARTICLE, id)).data ?? (await editor.read(ARTICLE, id));
    await editor.update(ARTICLE, id, {
      title: 'Updated again',
      blocks: entry.blocks.map((each: any, index: number) => ({ ...each, body: `text ${index}` })),
    });
    const after = await equal(ARTICLE, id);
    expect(after.live[0]!.fields.title).toBe('Updated again');
    expect(idsOf(after.live)).toEqual(idsOf(before.live));
    expectSameUpdate(after);
  });

  it('has its dynamic zone re-ordered, each component keeping its row', async () => {
    const id = await newArticle('Re-ordered');
    const before = await equal(ARTICLE, id);
    const { data: entry } = await editor.read(ARTICLE, id).then((read) => (read.data ? read : { data: read }));
    await editor.update(ARTICLE, id, { blocks: [...entry.blocks].reverse() });
    const after = await equal(ARTICLE, id);
    expect((after.live[0]!.fields.blocks as any[]).map(({ body }) => body)).toEqual(['second', 'first']);
    const ids = (rows: typeof after.live) => (rows[0]!.ids as any).blocks.map(({ id: row }: { id: number }) => row);
    expect(ids(after.live)).toEqual([...ids(before.live)].reverse());
  });

  it('is cloned', async () => {
    const id = await newArticle('Original');
    const clone = await editor.clone(ARTICLE, id, { title: 'A copy' });
    expect(clone.documentId).not.toBe(id);
    const both = await equal(ARTICLE, clone.documentId);
    expect(both.live[0]!.fields.title).toBe('A copy');
    await equal(ARTICLE, id);
  });

  it('is published, changed and published again', async () => {
    const id = await newArticle('Published');
    await editor.publish(ARTICLE, id);
    const both = await equal(ARTICLE, id);
    expect(statuses(both.live)).toEqual(['draft', 'published']);
    expectSameUpdate(both);
    await editor.update(ARTICLE, id, { title: 'Modified' });
    const modified = await equal(ARTICLE, id);
    expect(modified.live.map(({ fields }) => fields.title)).toEqual(['Modified', 'Published']);
    await editor.publish(ARTICLE, id, { title: 'Published twice' });
    const again = await equal(ARTICLE, id);
    expect(again.live.map(({ fields }) => fields.title)).toEqual(['Published twice', 'Published twice']);
    // Strapi makes a new published row at each publish; live keeps the one it has.
    expect((idsOf(again.live).published as any).id).toBe((idsOf(both.live).published as any).id);
  });

  it('is unpublished', async () => {
    const id = await newArticle('Withdrawn');
    await editor.publish(ARTICLE, id);
    await equal(ARTICLE, id);
    await editor.unpublish(ARTICLE, id);
    expect(statuses((await equal(ARTICLE, id)).live)).toEqual(['draft']);
  });

  it('has its draft discarded', async () => {
    const id = await newArticle('Kept');
    await editor.publish(ARTICLE, id);
    await editor.update(ARTICLE, id, { title: 'Dropped', blocks: zone('only one') });
    await equal(ARTICLE, id);
    await editor.discard(ARTICLE, id);
    const { live } = await equal(ARTICLE, id);
    expect(live.map(({ fields }) => fields.title)).toEqual(['Kept', 'Kept']);
  });

  it('is deleted', async () => {
    const id = await newArticle('Deleted');
    await editor.publish(ARTICLE, id);
    expect((await equal(ARTICLE, id)).live).toHaveLength(2);
    await editor.remove(ARTICLE, id);
    expect((await equal(ARTICLE, id)).live).toEqual([]);
  });

  it('is deleted and made again with the same documentId', async () => {
    const id = await newArticle('Once');
    await equal(ARTICLE, id);
    await editor.remove(ARTICLE, id);
    expect((await equal(ARTICLE, id)).live).toEqual([]);
    await pair.staging.run(
      "return strapi.documents('api::article.article').create({ data: { documentId: args, title: 'Twice' } })",
      id
    );
    expect((await equal(ARTICLE, id)).live.map(({ fields }) => fields.title)).toEqual(['Twice']);
  });

  it('is saved through the REST API, created as published', async () => {
    const { data } = await pair.staging
      .rest()
      .post('/api/articles', { data: { title: 'By REST' } }, { status: 'published' });
    expect(statuses((await equal(ARTICLE, data.documentId)).live)).toEqual(['draft', 'published']);
  });

  it('follows its author and category, set, exchanged and taken away', async () => {
    const author = await editor.create(AUTHOR, { name: 'Ada', email: 'ada@example.com' });
    const other = await editor.create(AUTHOR, { name: 'Bob' });
    const category = await editor.create(CATEGORY, { name: 'Tech', slug: 'tech' });
    const link = (documentId: string) => ({ connect: [{ documentId }] });
    const id = (
      await editor.create(ARTICLE, {
        title: 'Related',
        author: link(author.documentId),
        category: link(category.documentId),
      })
    ).documentId;
    await editor.publish(ARTICLE, id);
    const first = await equal(ARTICLE, id);
    expect(first.live[1]!.fields).toMatchObject({ author: [expect.stringContaining(author.documentId)] });
    await editor.update(ARTICLE, id, {
      author: { disconnect: [{ documentId: author.documentId }], connect: [{ documentId: other.documentId }] },
    });
    expect((await equal(ARTICLE, id)).live[0]!.fields).toMatchObject({
      author: [expect.stringContaining(other.documentId)],
    });
    await editor.update(ARTICLE, id, { author: { disconnect: [{ documentId: other.documentId }] } });
    expect((await equal(ARTICLE, id)).live[0]!.fields.author).toBeUndefined();
    await editor.remove(CATEGORY, category.documentId);
    expect((await equal(ARTICLE, id)).live.every(({ fields }) => fields.category === undefined)).toBe(true);
    expect((await equal(CATEGORY, category.documentId)).live).toEqual([]);
  });

  it('is changed from its category’s side', async () => {
    const one = await newArticle('Told by its category');
    const category = await editor.create(CATEGORY, {
      name: 'Far side',
      slug: 'far-side',
      articles: { connect: [{ documentId: one }] },
    });
    expect((await equal(ARTICLE, one)).live[0]!.fields).toMatchObject({
      category: [expect.stringContaining(category.documentId)],
    });
    await editor.update(CATEGORY, category.documentId, { articles: { disconnect: [{ documentId: one }] } });
    expect((await equal(ARTICLE, one)).live[0]!.fields.category).toBeUndefined();
  });
});

describe('a category, without draft & publish', () => {
  it('is created, updated and deleted', async () => {
    const { documentId } = await editor.create(CATEGORY, { name: 'Plain', slug: 'plain' });
    const created = await equal(CATEGORY, documentId);
    expect(statuses(created.live)).toEqual(['published']);
    await editor.update(CATEGORY, documentId, { name: 'Plainer', description: 'now with words' });
    const updated = await equal(CATEGORY, documentId);
    expect(updated.live[0]!.fields).toMatchObject({ name: 'Plainer', description: 'now with words' });
    expect(idsOf(updated.live)).toEqual(idsOf(created.live));
    expectSameUpdate(updated);
    await editor.remove(CATEGORY, documentId);
    expect((await equal(CATEGORY, documentId)).live).toEqual([]);
  });

  it('is written past the document service', async () => {
    const id = await pair.staging.run(`
      const query = strapi.db.query('api::category.category');
      const row = await query.create({ data: { documentId: 'rawcategory0000000000000', name: 'Raw', slug: 'raw' } });
      await query.update({ where: { id: row.id }, data: { name: 'Rawer' } });
      return row.documentId;
    `);
    expect((await equal(CATEGORY, id)).live[0]!.fields).toMatchObject({ name: 'Rawer' });
    await pair.staging.run(
      "await strapi.db.query('api::category.category').deleteMany({ where: { documentId: args } })",
      id
    );
    expect((await equal(CATEGORY, id)).live).toEqual([]);
  });
});

describe('a page, in two languages and with draft & publish', () => {
  const newPage = async (title: string, more: object = {}) =>
    (
      await editor.create(
        PAGE,
        { title, slug: title.toLowerCase(), order: 1, layout: { theme: 'dark', columns: 2 }, ...more },
        { locale: 'en' }
      )
    ).documentId as string;

  it('is created in one language and gets the other', async () => {
    const id = await newPage('Home');
    expect(statuses((await equal(PAGE, id)).live)).toEqual(['en draft']);
    await editor.update(PAGE, id, { title: 'Startseite', slug: 'startseite' }, { locale: 'de' });
    const both = await equal(PAGE, id);
    expect(statuses(both.live)).toEqual(['de draft', 'en draft']);
    expect(both.live.map(({ fields }) => fields.order)).toEqual([1, 1]);
    expectSameUpdate(both, ({ locale }) => locale === 'de');
  });

  it('has a shared field edited in one language, which the other shows', async () => {
    const id = await newPage('Shared');
    await editor.update(PAGE, id, { title: 'Geteilt', slug: 'geteilt' }, { locale: 'de' });
    const before = await equal(PAGE, id);
    const layout = (before.staging[0]!.ids as any).layout[0];
    await editor.update(
      PAGE,
      id,
      { order: 7, layout: { id: layout.id, theme: 'light', columns: 3 } },
      { locale: 'de' }
    );
    const both = await equal(PAGE, id);
    expect(both.live.map(({ fields }) => fields)).toEqual([
      expect.objectContaining({ title: 'Geteilt', order: 7, layout: [{ theme: 'light', columns: 3 }] }),
      expect.objectContaining({ title: 'Shared', order: 7, layout: [{ theme: 'light', columns: 3 }] }),
    ]);
    expect(idsOf(both.live)).toEqual(idsOf(before.live));
  });

  it('is published in one language, then in all, and unpublished in one', async () => {
    const id = await newPage('News');
    await editor.update(PAGE, id, { title: 'Neues', slug: 'neues' }, { locale: 'de' });
    await editor.publish(PAGE, id, {}, { locale: 'en' });
    expect(statuses((await equal(PAGE, id)).live)).toEqual(['de draft', 'en draft', 'en published']);
    await pair.staging.run("await strapi.documents('api::page.page').publish({ documentId: args, locale: '*' })", id);
    expect(statuses((await equal(PAGE, id)).live)).toEqual(['de draft', 'de published', 'en draft', 'en published']);
    await editor.unpublish(PAGE, id, { locale: 'en' });
    expect(statuses((await equal(PAGE, id)).live)).toEqual(['de draft', 'de published', 'en draft']);
    await editor.update(PAGE, id, { title: 'Neueres' }, { locale: 'de' });
    await editor.discard(PAGE, id, { locale: 'de' });
    expect((await equal(PAGE, id)).live.map(({ fields }) => fields.title)).toEqual(['Neues', 'Neues', 'News']);
  });

  it('has one language discarded that had another value in a shared field: both languages end with one', async () => {
    const id = await newPage('Value');
    await editor.update(PAGE, id, { title: 'Wert', slug: 'wert' }, { locale: 'de' });
    await pair.staging.run("await strapi.documents('api::page.page').publish({ documentId: args, locale: '*' })", id);
    await editor.update(PAGE, id, { order: 9 }, { locale: 'en' });
    await editor.discard(PAGE, id, { locale: 'de' });
    const drafts = (await equal(PAGE, id)).staging.filter(({ status }) => status === 'draft');
    expect(drafts[0]!.fields.order).toBe(drafts[1]!.fields.order);
  });

  it('loses one language, then all', async () => {
    const id = await newPage('Going');
    await editor.update(PAGE, id, { title: 'Gehend', slug: 'gehend' }, { locale: 'de' });
    await pair.staging.run("await strapi.documents('api::page.page').publish({ documentId: args, locale: '*' })", id);
    expect((await equal(PAGE, id)).live).toHaveLength(4);
    await editor.remove(PAGE, id, { locale: 'de' });
    expect(statuses((await equal(PAGE, id)).live)).toEqual(['en draft', 'en published']);
    await editor.remove(PAGE, id);
    expect((await equal(PAGE, id)).live).toEqual([]);
  });

  it('is cloned with all its languages', async () => {
    const id = await newPage('Model');
    await editor.update(PAGE, id, { title: 'Vorlage', slug: 'vorlage' }, { locale: 'de' });
    const { entries } = await pair.staging.run(
      "return strapi.documents('api::page.page').clone({ documentId: args, locale: '*', data: {} })",
      id
    );
    expect(statuses((await equal(PAGE, entries[0].documentId)).live)).toEqual(['de draft', 'en draft']);
  });

  it('is moved in its tree, published below a published parent', async () => {
    const [home, other] = [await newPage('Root'), await newPage('Branch')];
    const id = await newPage('Leaf', { parent: { connect: [{ documentId: home, locale: 'en' }] } });
    await editor.publish(PAGE, home, {}, { locale: 'en' });
    await editor.publish(PAGE, id, {}, { locale: 'en' });
    const before = await equal(PAGE, id);
    expect(before.live[1]!.fields.parent).toEqual([`${home} en`]);
    await editor.update(
      PAGE,
      id,
      { parent: { connect: [{ documentId: other, locale: 'en' }], disconnect: [{ documentId: home, locale: 'en' }] } },
      { locale: 'en' }
    );
    const after = await equal(PAGE, id);
    expect(after.live[0]!.fields.parent).toEqual([`${other} en`]);
    expect(after.live[1]!.fields.parent).toEqual([`${home} en`]);
    await editor.unpublish(PAGE, home, { locale: 'en' });
    await equal(PAGE, id);
    await editor.publish(PAGE, home, {}, { locale: 'en' });
    await equal(PAGE, id);
    await editor.remove(PAGE, other);
    expect((await equal(PAGE, id)).live[0]!.fields.parent).toBeUndefined();
  });
});

describe('a single type', () => {
  it('gets staging’s documentId where live had none', async () => {
    await editor.create(
      ABOUT,
      { title: 'About us', blocks: [{ __component: 'shared.rich-text', body: 'We' }] },
      { single: true }
    );
    const first = await equalOnBoth(pair, ABOUT);
    expect(first.live).toHaveLength(1);
    await editor.update(ABOUT, '', { title: 'About them' }, { single: true });
    expect((await equalOnBoth(pair, ABOUT)).live[0]!.fields.title).toBe('About them');
  });

  it('keeps live’s documentId where live had one, and takes staging’s content', async () => {
    const live = await pair.live.editor();
    const there = await live.create(GLOBAL, { siteName: 'Live', siteDescription: 'was here first' }, { single: true });
    await editor.create(
      GLOBAL,
      { siteName: 'Staging', siteDescription: 'comes later', defaultSeo: { metaTitle: 'S', metaDescription: 'seo' } },
      { single: true }
    );
    await equalFields(GLOBAL);
    const rows = await rowsOf(pair.live, GLOBAL);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ documentId: there.documentId, fields: { siteName: 'Staging' } });
    await editor.update(GLOBAL, '', { siteName: 'Staging again' }, { single: true });
    await equalFields(GLOBAL);
  });

  it('in two languages has its shared fields in both', async () => {
    await editor.create(BANNER, { text: 'Hello', link: '/one' }, { single: true, locale: 'en' });
    await editor.create(BANNER, { text: 'Hallo' }, { single: true, locale: 'de' });
    await editor.update(BANNER, '', { link: '/two' }, { single: true, locale: 'en' });
    const { live } = await equalOnBoth(pair, BANNER);
    expect(live.map(({ locale, fields }) => [locale, fields.text, fields.link])).toEqual([
      ['de', 'Hallo', '/two'],
      ['en', 'Hello', '/two'],
    ]);
  });

  const equalFields = async (uid: string) => {
    await settles(async () => {
      const [here, there] = await Promise.all([rowsOf(pair.staging, uid), rowsOf(pair.live, uid)]);
      expect(there.map(({ fields }) => fields)).toEqual(here.map(({ fields }) => fields));
    });
  };
});
