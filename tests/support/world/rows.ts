import {
  NO_LOCALE,
  type Attribute,
  type Attributes,
  type ComponentIds,
  type Fields,
  type ItemIds,
  type Json,
  type Reference,
  type RowDates,
  type Status,
  type TypeSchema,
  type Uid,
} from '../../../server/src/replication/entity';
import type { MemoryTransaction } from '../memory/database';
import type { TableShape } from '../memory/table';
import type { Catalogue } from './catalogue';

/** A row of a simulated site's content. Values are never changed in place: they are frozen. */
export interface SiteRow {
  uid: Uid;
  document_id: string;
  locale: string;
  status: Status;
  fields: Fields;
  ids: ComponentIds;
  dates: RowDates;
}

/** Content lies in the same database as the plugin's tables, so that it commits and rolls back with them. */
export const CONTENT_TABLES: Record<string, TableShape> = {
  content: {
    primary: ['uid', 'document_id', 'locale', 'status'],
    indexes: [['uid'], ['uid', 'document_id']],
    counted: false,
  },
};

/**
 * A site's rows in one transaction, with what Strapi's database layer does by itself: a link to a row that is not there
 * vanishes, removing a row removes the links to it, components get row ids.
 */
export class Rows {
  constructor(
    readonly catalogue: Catalogue,
    private readonly transaction: MemoryTransaction,
    private readonly nextComponentId: () => number
  ) {}

  /** As `SELECT … FOR UPDATE`: the rows that are there, not those that others may add. */
  lock(uid: Uid, id: string): void {
    for (const { locale, status } of this.of(uid, id)) {
      this.transaction.claim(`content ${[uid, id, locale, status].join('\u0000')}`);
    }
  }

  of(uid: Uid, id: string): SiteRow[] {
    return this.transaction.find('content', { uid, document_id: id }) as unknown as SiteRow[];
  }

  one(uid: Uid, id: string, locale: string, status: Status): SiteRow | undefined {
    return this.transaction.find('content', { uid, document_id: id, locale, status })[0] as unknown as
      SiteRow | undefined;
  }

  ofType(uid: Uid): SiteRow[] {
    return this.transaction.find('content', { uid }) as unknown as SiteRow[];
  }

  idsOf(uid: Uid): string[] {
    return [...new Set(this.ofType(uid).map((row) => row.document_id))].sort();
  }

  /**
   * Writes a row whole. Links are kept where they can be placed; component rows keep the ids they are given where the
   * row that was there before has them, and get new ones otherwise.
   */
  put(row: Omit<SiteRow, 'ids'>, ids: ComponentIds): SiteRow {
    const schema = this.schema(row.uid);
    const before = this.one(row.uid, row.document_id, row.locale, row.status);
    const known = idsIn(before?.ids ?? {});
    const fields: Fields = {};
    const newIds: ComponentIds = {};
    for (const [name, attribute] of Object.entries(schema.attributes)) {
      const value = row.fields[name];
      if (value === undefined) continue;
      const placed = this.place(attribute, value, schema, row);
      if (placed === null || (Array.isArray(placed) && placed.length === 0)) continue;
      fields[name] = placed;
      const itemIds = this.number(attribute, placed, ids[name], known);
      if (itemIds !== null) newIds[name] = itemIds;
    }
    const written: SiteRow = { ...row, fields: frozen(fields), dates: frozen({ ...row.dates }), ids: frozen(newIds) };
    this.transaction.insert('content', written as unknown as Record<string, unknown>, 'replace');
    return written;
  }

  remove(row: SiteRow): void {
    const linking = this.linking(row.uid, row.document_id);
    this.transaction.claim(foreignKey(row));
    const { uid, document_id, locale, status } = row;
    this.transaction.remove('content', { uid, document_id, locale, status });
    for (const source of linking) {
      if (
        source.uid === uid &&
        source.document_id === document_id &&
        source.locale === locale &&
        source.status === status
      )
        continue;
      const now = this.one(source.uid, source.document_id, source.locale, source.status);
      if (now !== undefined) this.put(now, now.ids);
    }
  }

  /** Rows that link to any row of an entry. */
  linking(uid: Uid, id: string): SiteRow[] {
    return this.catalogue
      .types()
      .flatMap((type) => this.ofType(type))
      .filter((row) => JSON.stringify(row.fields).includes(`"id":"${id}"`) && refersTo(row.fields, uid, id));
  }

  canPlace(reference: Reference, source: TypeSchema, row: { locale: string; status: Status }): boolean {
    return this.targetOf(reference, source, row) !== undefined;
  }

  private targetOf(
    reference: Reference,
    source: TypeSchema,
    row: { locale: string; status: Status }
  ): SiteRow | undefined {
    const target = this.catalogue.type(reference.uid);
    if (target === null) return undefined;
    const locale = source.localized ? row.locale : (reference.locale ?? null);
    return this.of(reference.uid, reference.id).find(
      (there) =>
        (!target.drafts || !source.drafts || there.status === row.status) &&
        (!target.localized || locale === null || there.locale === locale)
    );
  }

  private schema(uid: Uid): TypeSchema {
    const schema = this.catalogue.type(uid);
    if (schema === null) throw new Error(`There is no type ${uid} on this site.`);
    return schema;
  }

  private place(attribute: Attribute, value: Json, source: TypeSchema, row: { locale: string; status: Status }): Json {
    switch (attribute.kind) {
      case 'relation':
      case 'media': {
        const placed = asList(value).filter((reference) => {
          const target = this.targetOf(reference as unknown as Reference, source, row);
          if (target !== undefined) this.transaction.share(foreignKey(target));
          return target !== undefined;
        });
        return attribute.many ? placed : placed.slice(0, 1);
      }
      case 'component': {
        const inner = this.catalogue.components(attribute.component) ?? {};
        if (attribute.many) return asList(value).map((item) => this.placeIn(inner, item as Fields, source, row));
        return value === null ? null : this.placeIn(inner, value as Fields, source, row);
      }
      case 'zone':
        return asList(value).flatMap((item) => {
          const { __component: type } = item as Fields;
          const inner = attribute.components.includes(String(type)) ? this.catalogue.components(String(type)) : null;
          return inner === null
            ? []
            : [{ __component: type as Json, ...this.placeIn(inner, item as Fields, source, row) }];
        });
      case 'value':
        return value;
    }
  }

  private placeIn(
    attributes: Attributes,
    fields: Fields,
    source: TypeSchema,
    row: { locale: string; status: Status }
  ): Fields {
    const result: Fields = {};
    for (const [name, attribute] of Object.entries(attributes)) {
      const value = fields[name];
      if (value === undefined || value === null) continue;
      const placed = this.place(attribute, value, source, row);
      if (!(Array.isArray(placed) && placed.length === 0)) result[name] = placed;
    }
    return result;
  }

  private number(
    attribute: Attribute,
    value: Json,
    ids: ItemIds | ItemIds[] | undefined,
    known: ReadonlySet<number>
  ): ItemIds | ItemIds[] | null {
    if (attribute.kind !== 'component' && attribute.kind !== 'zone') return null;
    const used = new Set<number>();
    const item = (fields: Fields, given: ItemIds | undefined, uid: Uid): ItemIds => {
      const keep = given?.id !== null && given?.id !== undefined && known.has(given.id) && !used.has(given.id);
      const id = keep ? (given.id as number) : this.nextComponentId();
      used.add(id);
      const inner: ComponentIds = {};
      for (const [name, within] of Object.entries(this.catalogue.components(uid) ?? {})) {
        const nested = fields[name];
        if (nested === undefined) continue;
        const numbered = this.number(within, nested, keep ? given.inner?.[name] : undefined, known);
        if (numbered !== null) inner[name] = numbered;
      }
      return { id, ...(Object.keys(inner).length > 0 ? { inner } : {}) };
    };
    if (attribute.kind === 'component' && !attribute.many) {
      return item(value as Fields, Array.isArray(ids) ? ids[0] : ids, attribute.component);
    }
    return asList(value).map((one, index) =>
      item(
        one as Fields,
        Array.isArray(ids) ? ids[index] : undefined,
        attribute.kind === 'zone' ? String((one as Fields).__component) : attribute.component
      )
    );
  }
}

/** Whoever links to a row keeps others from removing it, until their transaction ends. */
const foreignKey = ({ uid, document_id: id, locale, status }: SiteRow): string =>
  `link to ${[uid, id, locale, status].join('\u0000')}`;

export const localeOf = (schema: TypeSchema, locale: string): string => (schema.localized ? locale : NO_LOCALE);

/** Whoever reads a row reads the row itself, so nobody may write to it. */
const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
};

const asList = (value: Json): Json[] => (Array.isArray(value) ? value : value === null ? [] : [value]);

const idsIn = (ids: ComponentIds): Set<number> => {
  const found = new Set<number>();
  const visit = (items: ItemIds | ItemIds[]): void => {
    for (const one of Array.isArray(items) ? items : [items]) {
      if (one.id !== null) found.add(one.id);
      for (const inner of Object.values(one.inner ?? {})) visit(inner);
    }
  };
  for (const items of Object.values(ids)) visit(items);
  return found;
};

const refersTo = (value: Json, uid: Uid, id: string): boolean => {
  if (Array.isArray(value)) return value.some((item) => refersTo(item, uid, id));
  if (value === null || typeof value !== 'object') return false;
  if (value.uid === uid && value.id === id) return true;
  return Object.values(value).some((inner) => refersTo(inner, uid, id));
};
