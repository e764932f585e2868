import { differences, filesIn, localesOf, readEverything } from '../support/deep-read';
import { startInstance, type Instance } from '../support/instance';

describe('reading a site as deep as it goes', () => {
  let site: Instance;

  beforeAll(async () => {
    site = await startInstance({ name: 'read', seed: 'content' });
  });

  it('finds drafts, published versions and every language', async () => {
    const locales = await localesOf(site);
    const pages = await readEverything(site, 'api::page.page', locales);
    expect(Object.entries(pages).map(([name, rows]) => [name, rows.length])).toEqual([
      ['draft de', 4],
      ['draft en', 4],
      ['published de', 4],
      ['published en', 4],
    ]);
  });

  it('finds what zones, components and relations lead to', async () => {
    const articles = await readEverything(site, 'api::article.article', []);
    const about = await readEverything(site, 'api::about.about', []);
    expect(articles['published'].length).toBe(articles['draft'].length - 1);
    const [article] = articles['published'];
    expect(article.author.avatar.url).toMatch(/^\/uploads\//);
    expect(article.blocks.map((block: any) => block.__component)).toContain('shared.slider');
    expect(filesIn([articles, about]).size).toBeGreaterThan(8);
  });

  it('tells where two readings differ', () => {
    expect(differences({ a: [{ b: 1 }], c: null }, { a: [{ b: 2 }], c: null, d: 3 })).toEqual([
      'a.0.b: 1 ≠ 2',
      'd: undefined ≠ 3',
    ]);
  });

  it('can read every kind of attribute', async () => {
    await site.run(async (strapi) => {
      const plain = await strapi.documents('api::kitchen-plain.kitchen-plain').create({ data: { string: 'p' } });
      await strapi.documents('api::kitchen.kitchen').create({
        status: 'published',
        data: {
          string: 's',
          time: '10:20:30.000',
          timestamp: '2026-01-02T03:04:05.000Z',
          decimal: 1.5,
          blocks: [{ type: 'paragraph', children: [{ type: 'text', text: 'x' }] }],
          zone: [{ __component: 'kitchen.deep', nested: { many: [{ label: 'l' }], plains: [plain.documentId] } }],
          tags: [plain.documentId],
          likes: [plain.documentId],
          items: [plain.documentId],
          subject: { __type: 'api::kitchen-plain.kitchen-plain', id: plain.id },
          subjects: [{ __type: 'api::kitchen-plain.kitchen-plain', id: plain.id }],
        },
      });
    });
    const { published } = await readEverything(site, 'api::kitchen.kitchen', []);
    expect(published[0]).toMatchObject({
      string: 's',
      defaulted: 'from the schema',
      zone: [{ nested: { many: [{ label: 'l' }], plains: [{ string: 'p' }] } }],
      tags: [{ string: 'p' }],
      likes: [{ string: 'p' }],
      items: [{ string: 'p' }],
    });
    expect(published[0]).not.toHaveProperty('secret');
  });
});
