/** Sent as source, like `articles.ts`. */

export const CATEGORY = 'api::category.category';

/** Puts all articles, in both versions, into one category; gives its documentId. */
export const fileUnderOne = async (strapi: any): Promise<string> => {
  const category = await strapi.documents('api::category.category').create({ data: { name: 'All', slug: 'all' } });
  const { joinTable } = strapi.db.metadata.get('api::article.article').attributes.category;
  const [from, to] = [joinTable.joinColumn.name, joinTable.inverseJoinColumn.name];
  const articles: { id: number }[] = await strapi.db.connection('articles').select('id').orderBy('id');
  for (let start = 0; start < articles.length; start += 200) {
    const rows = articles.slice(start, start + 200).map(({ id }, index) => ({
      [from]: id,
      [to]: category.id,
      [joinTable.inverseOrderColumnName]: start + index + 1,
    }));
    await strapi.db.connection(joinTable.name).insert(rows);
  }
  return category.documentId;
};
