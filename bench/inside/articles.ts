/**
 * Makes and edits articles inside a Strapi process. These functions are sent there as their source: each sees its
 * parameters only, so what they share is written out in each.
 */

export const ARTICLE = 'api::article.article';

export interface Range {
  from: number;
  to: number;
}

/** The id that the bench gives its n-th article. */
export const articleId = (n: number): string => `b${n.toString().padStart(23, '0')}`;

export const articleIds = ({ from, to }: Range): string[] =>
  Array.from({ length: to - from }, (_, index) => articleId(from + index));

/** Published articles of plain fields, two rows each. */
export const makePlain = async (strapi: any, { from, to }: Range): Promise<void> => {
  const query = strapi.db.query('api::article.article');
  const at = new Date('2026-01-01T00:00:00.000Z').toISOString();
  for (let start = from; start < to; start += 100) {
    const rows: object[] = [];
    for (let n = start; n < Math.min(start + 100, to); n += 1) {
      const row = {
        documentId: `b${n.toString().padStart(23, '0')}`,
        title: `Article ${n}`,
        description: `What article ${n} is about, in a sentence or two.`,
        slug: `article-${n}`,
        createdAt: at,
        updatedAt: at,
      };
      rows.push({ ...row, publishedAt: null }, { ...row, publishedAt: at });
    }
    await strapi.db.transaction(() => query.createMany({ data: rows }));
  }
};

/** Published articles with all that those of the example blog have: blocks, files, author, category, cover. */
export const makeRich = async (strapi: any, { from, to }: Range): Promise<void> => {
  const articles = strapi.documents('api::article.article');
  const examples = (
    await articles.findMany({
      sort: 'id:asc',
      populate: {
        cover: true,
        author: true,
        category: true,
        blocks: {
          on: {
            'shared.media': { populate: ['file'] },
            'shared.quote': true,
            'shared.rich-text': true,
            'shared.slider': { populate: ['files'] },
          },
        },
      },
    })
  ).filter(({ slug, blocks }: any) => blocks.length > 0 && !String(slug).startsWith('article-'));
  if (examples.length === 0) throw new Error('The example blog has no articles here to be copied.');
  await strapi.db.transaction(async () => {
    for (let n = from; n < to; n += 1) {
      const { description, cover, author, category, blocks } = examples[n % examples.length];
      await articles.create({
        status: 'published',
        data: {
          documentId: `b${n.toString().padStart(23, '0')}`,
          title: `Article ${n}`,
          slug: `article-${n}`,
          description,
          cover: cover?.id,
          author: author?.documentId,
          category: category?.documentId,
          blocks: blocks.map(({ id, file, files, ...block }: any) => ({
            ...block,
            ...(file ? { file: file.id } : {}),
            ...(files ? { files: files.map((each: any) => each.id) } : {}),
          })),
        },
      });
    }
  });
};
