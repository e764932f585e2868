import {
  NO_LOCALE,
  type Attribute,
  type Attributes,
  type ComponentIds,
  type Fields,
  type ItemIds,
  type Json,
  type Reference,
  type RowState,
  type Status,
  type TypeSchema,
  type Uid,
} from '../../replication/entity';
import type { Schemas } from '../../replication/ports';
import { isNothing, isoDate, toCanonical } from './values';

/** A row or component as Strapi gives it, populated. */
export type DatabaseRow = Record<string, unknown>;

interface Reading {
  schemas: Schemas;
  /** Whether the entry itself has locales: then its targets' locales follow from its own. */
  localized: boolean;
  /** null: the entry has no drafts. Otherwise of its targets the version of the same status is meant. */
  status: Status | null;
  encodeText: (text: string) => string;
}

const listOf = (value: unknown): DatabaseRow[] =>
  (Array.isArray(value) ? value : value ? [value] : []).filter((item) => item !== null) as DatabaseRow[];

interface Versions {
  reference: Reference;
  linked: Set<Status>;
}

/**
 * Which versions of a target are linked, in the order of the rows. From an entry without drafts, draft and published
 * version are one reference; a single one is named. From an entry with drafts, the version of the other status is.
 */
const referencesOf = (value: unknown, target: Uid | null, reading: Reading): Json[] => {
  const found = new Map<string, Versions>();
  for (const row of listOf(value)) {
    const uid = target ?? (row.__type as Uid);
    if (typeof row.documentId !== 'string') continue;
    const schema = reading.schemas.type(uid);
    const withLocale = !reading.localized && typeof row.locale === 'string' && schema?.localized;
    const reference = { uid, id: row.documentId, ...(withLocale ? { locale: row.locale as string } : {}) };
    const key = JSON.stringify(reference);
    if (!found.has(key)) found.set(key, { reference, linked: new Set() });
    if (schema?.drafts) found.get(key)!.linked.add(isNothing(row.publishedAt) ? 'draft' : 'published');
  }
  return [...found.values()].flatMap((versions) => namedVersions(versions, reading.status) as unknown as Json[]);
};

const namedVersions = ({ reference, linked }: Versions, own: Status | null): Reference[] => {
  const versions = [...linked].sort();
  if (own === null) return versions.length === 1 ? [{ ...reference, status: versions[0]! }] : [reference];
  if (versions.length === 0) return [reference];
  return versions.map((status) => (status === own ? reference : { ...reference, status }));
};

interface Item {
  fields: Fields;
  ids: ItemIds;
}

const itemOf = (row: DatabaseRow, uid: Uid, reading: Reading): Item => {
  const { fields, ids } = contentOf(row, reading.schemas.components(uid) ?? {}, reading);
  return {
    fields,
    ids: { id: row.id === undefined ? null : Number(row.id), ...(Object.keys(ids).length > 0 ? { inner: ids } : {}) },
  };
};

const valueOf = (
  value: unknown,
  attribute: Attribute,
  reading: Reading
): { value: Json; ids?: ItemIds | ItemIds[] } => {
  switch (attribute.kind) {
    case 'value':
      return {
        value: value === null || value === undefined ? null : toCanonical(attribute.type, value, reading.encodeText),
      };
    case 'relation':
      return { value: referencesOf(value, attribute.target, reading) };
    case 'media':
      return { value: referencesOf(value, 'plugin::upload.file', reading) };
    case 'component': {
      const items = listOf(value).map((row) => itemOf(row, attribute.component, reading));
      if (attribute.many) return { value: items.map((item) => item.fields), ids: items.map((item) => item.ids) };
      return items[0] ? { value: items[0].fields, ids: items[0].ids } : { value: null };
    }
    case 'zone': {
      const items = listOf(value).map((row) => {
        const component = row.__component as Uid;
        const { fields, ids } = itemOf(row, component, reading);
        return { fields: { __component: component, ...fields }, ids };
      });
      return { value: items.map((item) => item.fields), ids: items.map((item) => item.ids) };
    }
  }
};

/** The canonical content of a row or a component, and the row ids of the components in it. */
const contentOf = (
  row: DatabaseRow,
  attributes: Attributes,
  reading: Reading
): { fields: Fields; ids: ComponentIds } => {
  const fields: Fields = {};
  const ids: ComponentIds = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    const read = valueOf(row[name], attribute, reading);
    // An empty list is a value where it is JSON, and nothing where it is a list of links or components.
    if (attribute.kind === 'value' ? read.value === null : isNothing(read.value)) continue;
    fields[name] = read.value;
    if (read.ids !== undefined) ids[name] = read.ids;
  }
  return { fields, ids };
};

/** Where a row stands in its entry. A type without draft & publish only has published rows. */
export const rowKeyOf = (row: DatabaseRow, schema: TypeSchema): Pick<RowState, 'locale' | 'status'> => ({
  locale: schema.localized && typeof row.locale === 'string' && row.locale !== '' ? row.locale : NO_LOCALE,
  status: schema.drafts && isNothing(row.publishedAt) ? 'draft' : 'published',
});

/** A populated row as replication sees it. */
export const rowStateOf = (
  row: DatabaseRow,
  schema: TypeSchema,
  schemas: Schemas,
  encodeText: (text: string) => string
): RowState => ({
  ...rowKeyOf(row, schema),
  ...contentOf(row, schema.attributes, {
    schemas,
    localized: schema.localized,
    status: schema.drafts ? rowKeyOf(row, schema).status : null,
    encodeText,
  }),
  dates: {
    createdAt: isoDate(row.createdAt),
    updatedAt: isoDate(row.updatedAt),
    publishedAt: isoDate(row.publishedAt),
  },
});
