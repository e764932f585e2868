import fs from 'node:fs';
import path from 'node:path';
import { APP } from './app';
import type { Instance } from './instance';
import { queryString, type Query } from './rest';

/** Reads content as a visitor with a token would, as deep as it goes, in a form in which two sites can be compared. */

interface AttributeSchema {
  type: string;
  target?: string;
  mappedBy?: string;
  component?: string;
  components?: string[];
}
interface Schema {
  kind: 'collectionType' | 'singleType';
  info: { singularName: string; pluralName: string };
  options: { draftAndPublish?: boolean };
  pluginOptions?: { i18n?: { localized?: boolean } };
  attributes: Record<string, AttributeSchema>;
}

const readSchema = (...names: string[]): Schema =>
  JSON.parse(fs.readFileSync(path.join(APP, 'src', ...names), 'utf8')) as Schema;

/** A content type of the playground (`api::x.x`) or a component (`category.name`). */
export const schemaOf = (uid: string): Schema => {
  if (!uid.startsWith('api::')) return readSchema('components', ...`${uid}.json`.split(/\.(?=.*\.json)/));
  const name = uid.slice('api::'.length).split('.')[0];
  return readSchema('api', name, 'content-types', name, 'schema.json');
};

/** Everything a component holds, and of entries referred to what they hold themselves. */
const populateOf = (uid: string, depth: number): Query =>
  Object.fromEntries(
    Object.entries(schemaOf(uid).attributes).flatMap(([name, attribute]): [string, unknown][] => {
      const inside = (component: string): unknown => {
        const populate = populateOf(component, depth);
        return Object.keys(populate).length ? { populate } : true;
      };
      switch (attribute.type) {
        case 'media':
          return [[name, true]];
        case 'component':
          return [[name, inside(attribute.component as string)]];
        case 'dynamiczone':
          return [[name, { on: Object.fromEntries((attribute.components ?? []).map((each) => [each, inside(each)])) }]];
        case 'relation': {
          if (!attribute.target) return [[name, true]];
          const populate =
            depth > 0 && attribute.target.startsWith('api::') ? populateOf(attribute.target, depth - 1) : {};
          return [[name, Object.keys(populate).length ? { populate } : true]];
        }
        default:
          return [];
      }
    })
  );

/** A request's line must stay short: a type with very many relations is read one level less deep. */
const deepest = (uid: string): Query => {
  const populate = populateOf(uid, 1);
  return queryString(populate).length < 7_000 ? populate : populateOf(uid, 0);
};

export type Status = 'draft' | 'published';

export interface ReadOptions {
  status?: Status;
  locale?: string;
  documentId?: string;
  /** How many relations deep; one, unless that makes the request too long. */
  depth?: number;
}

/**
 * Row ids are each site's own, and so is the order on a relation's inverse side: Strapi keeps it by the moment at which
 * each link was made. Nothing else is left out.
 */
export const comparable = (value: unknown, uid?: string): unknown => {
  if (Array.isArray(value)) return value.map((item) => comparable(item, uid));
  if (value === null || typeof value !== 'object') return value;
  const { id: _local, ...rest } = value as Record<string, unknown>;
  const component = typeof rest.__component === 'string' ? rest.__component : uid;
  const attributes = component === undefined ? {} : schemaOf(component).attributes;
  return Object.fromEntries(
    Object.entries(rest).map(([name, inner]) => {
      const attribute = attributes[name];
      const of = attribute?.component ?? (attribute?.target?.startsWith('api::') ? attribute.target : undefined);
      const read = comparable(inner, of);
      return [name, attribute?.mappedBy && Array.isArray(read) ? byDocumentId(read) : read];
    })
  );
};

const byDocumentId = (entries: any[]): any[] =>
  [...entries].sort((a, b) => (a.documentId < b.documentId ? -1 : a.documentId > b.documentId ? 1 : 0));

/** All rows of a type in one status and locale, in the order of their documentIds. */
export const readAll = async (site: Instance, uid: string, options: ReadOptions = {}): Promise<any[]> => {
  const { kind, info } = schemaOf(uid);
  const query: Query = {
    populate: options.depth === undefined ? deepest(uid) : populateOf(uid, options.depth),
    status: options.status,
    locale: options.locale,
    ...(options.documentId ? { filters: { documentId: options.documentId } } : {}),
  };
  if (kind === 'singleType') {
    const answer = await site.rest().get(`/api/${info.singularName}`, query).catch(notThere);
    return answer?.data ? [comparable(answer.data, uid)] : [];
  }
  const rows: unknown[] = [];
  for (let page = 1; ; page += 1) {
    const paged = { ...query, sort: 'documentId', pagination: { page, pageSize: 100 } };
    const { data, meta } = await site.rest().get(`/api/${info.pluralName}`, paged);
    rows.push(...data.map((row: unknown) => comparable(row, uid)));
    if (page >= meta.pagination.pageCount) return rows;
  }
};

const notThere = (error: { status?: number }) => {
  if (error.status === 404) return null;
  throw error;
};

/** Every row of a type: `status locale` leads to the rows. */
export const readEverything = async (
  site: Instance,
  uid: string,
  locales: string[]
): Promise<Record<string, any[]>> => {
  const { options, pluginOptions } = schemaOf(uid);
  const statuses: (Status | undefined)[] = options.draftAndPublish ? ['draft', 'published'] : [undefined];
  const languages = pluginOptions?.i18n?.localized ? locales : [undefined];
  const all: Record<string, any[]> = {};
  for (const status of statuses) {
    for (const locale of languages) {
      all[[status ?? 'published', locale].filter(Boolean).join(' ')] = await readAll(site, uid, { status, locale });
    }
  }
  return all;
};

export const localesOf = async (site: Instance): Promise<string[]> =>
  ((await site.rest().get('/api/i18n/locales')) as { code: string }[]).map(({ code }) => code).sort();

/** Paths at which two values differ, with both values: empty where they are equal. */
export const differences = (one: unknown, other: unknown, at = ''): string[] => {
  if (Object.is(one, other)) return [];
  if (one !== null && other !== null && typeof one === 'object' && typeof other === 'object') {
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...names].flatMap((name) =>
      differences((one as Query)[name], (other as Query)[name], at ? `${at}.${name}` : name)
    );
  }
  return [`${at}: ${JSON.stringify(one)?.slice(0, 120)} ≠ ${JSON.stringify(other)?.slice(0, 120)}`];
};

/** Every file mentioned anywhere in what was read. */
export const filesIn = (value: unknown, found = new Map<string, any>()): Map<string, any> => {
  if (Array.isArray(value)) value.forEach((each) => filesIn(each, found));
  else if (value !== null && typeof value === 'object') {
    const file = value as Record<string, any>;
    if (typeof file.url === 'string' && typeof file.mime === 'string') found.set(file.url, file);
    Object.values(file).forEach((each) => filesIn(each, found));
  }
  return found;
};
