import type { Instance } from '../support/instance';

/** Reads a site's rows past replication, through Strapi's own queries, in a form in which two sites can be compared. */

export interface ReadRow {
  documentId: string;
  locale: string | null;
  status: 'draft' | 'published';
  createdAt: string | null;
  updatedAt: string | null;
  publishedAt: string | null;
  /** Without row ids; relations and media as documentIds, sorted where the other side owns the order. */
  fields: Record<string, unknown>;
  /** Row ids, of the row and of its components: this site's own. */
  ids: unknown;
}

/** Sent to the instance as its source: sees its parameters only. */
const readInside = async (strapi: any, { uid, documentIds }: { uid: string; documentIds: string[] | null }) => {
  const skipped = new Set(['createdBy', 'updatedBy', 'localizations', 'strapi_stage', 'strapi_assignee']);
  const dates = ['createdAt', 'updatedAt', 'publishedAt'];
  const attributesOf = (model: string) =>
    Object.entries<any>(strapi.getModel(model).attributes).filter(
      ([name, { type, private: isPrivate, unstable_virtual: virtual }]) =>
        !skipped.has(name) && type !== 'password' && !isPrivate && !virtual
    );
  const populateOf = (model: string): object =>
    Object.fromEntries(
      attributesOf(model).flatMap(([name, attribute]): [string, unknown][] => {
        switch (attribute.type) {
          case 'relation':
          case 'media':
            return [[name, true]];
          case 'component':
            return [[name, { populate: populateOf(attribute.component) }]];
          case 'dynamiczone':
            return [
              [
                name,
                { on: Object.fromEntries(attribute.components.map((c: string) => [c, { populate: populateOf(c) }])) },
              ],
            ];
          default:
            return [];
        }
      })
    );
  const listOf = (value: any) => (Array.isArray(value) ? value : value ? [value] : []);
  const withDrafts = (model: string) => strapi.getModel(model)?.options?.draftAndPublish === true;
  // Which version of the target is linked counts. Strapi answers only one of both for a to-one relation, whichever: there
  // the target's own row tells, from its side of the relation.
  const referenceOf = (attribute: any) => (row: any) => {
    const oneOfBoth = ['oneToOne', 'manyToOne'].includes(attribute.relation);
    const version =
      withDrafts(row.__type ?? attribute.target) && !oneOfBoth && (row.publishedAt ? 'published' : 'draft');
    return [row.__type, row.documentId, row.locale, version].filter(Boolean).join(' ');
  };
  const convert = (model: string, row: any): { fields: any; ids: any } => {
    const fields: any = {};
    const ids: any = { id: row.id };
    for (const [name, attribute] of attributesOf(model)) {
      const value = row[name];
      if (['id', 'documentId', 'locale', ...dates].includes(name)) continue;
      if (attribute.type === 'relation' || attribute.type === 'media') {
        const list = [...new Set(listOf(value).filter(Boolean).map(referenceOf(attribute)))];
        const inverse = attribute.mappedBy || attribute.morphBy;
        if (list.length > 0) fields[name] = inverse ? list.sort() : list;
      } else if (attribute.type === 'component' || attribute.type === 'dynamiczone') {
        const items = listOf(value).map((item: any) => {
          const inner = convert(attribute.component ?? item.__component, item);
          return {
            fields: { ...(item.__component ? { __component: item.__component } : {}), ...inner.fields },
            ids: inner.ids,
          };
        });
        if (items.length === 0) continue;
        fields[name] = items.map((item: any) => item.fields);
        ids[name] = items.map((item: any) => item.ids);
      } else if (value !== null && value !== undefined) {
        fields[name] = value instanceof Date ? value.toISOString() : value;
      }
    }
    return { fields, ids };
  };
  const rows = await strapi.db.query(uid).findMany({
    where: documentIds ? { documentId: { $in: documentIds } } : {},
    populate: populateOf(uid),
  });
  const day = (value: any) => (value ? new Date(value).toISOString() : null);
  return rows
    .map((row: any) => ({
      documentId: row.documentId,
      locale: row.locale ?? null,
      status: withDrafts(uid) && !row.publishedAt ? 'draft' : 'published',
      createdAt: day(row.createdAt),
      updatedAt: day(row.updatedAt),
      publishedAt: day(row.publishedAt),
      ...convert(uid, row),
    }))
    .sort((a: any, b: any) => {
      const key = (each: any) => `${each.documentId} ${each.locale} ${each.status}`;
      return key(a) < key(b) ? -1 : 1;
    });
};

/** Every row of these entries, or of the whole type. */
export const rowsOf = (site: Instance, uid: string, documentIds: string[] | null = null): Promise<ReadRow[]> =>
  site.run<ReadRow[], { uid: string; documentIds: string[] | null }>(readInside, { uid, documentIds });

/** What has to be equal on two sites. `updatedAt` is not: a save of shared fields touches it in every locale. */
export const comparableRows = (rows: ReadRow[]) => rows.map(({ ids: _ids, updatedAt: _updatedAt, ...rest }) => rest);

/** Row ids of each row and its components, for "they were kept". */
export const idsOf = (rows: ReadRow[]): Record<string, unknown> =>
  Object.fromEntries(rows.map(({ locale, status, ids }) => [[status, locale].filter(Boolean).join(' '), ids]));
