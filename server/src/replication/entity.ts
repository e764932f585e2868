/**
 * What is replicated: entries, the rows that show them, and the schemas that give their fields a meaning.
 * An *entry* is what Strapi calls a document. In messages it is called *entity*.
 */

/** A content type's or component's uid, such as `api::article.article`. */
export type Uid = string;

/** The locale of an entry whose type has no locales. Keys never hold NULL. */
export const NO_LOCALE = '-';

export type Status = 'draft' | 'published';

/** A pointer to an entry: `id` is canonical (equal on all sites) unless the name says `local`. */
export interface EntityRef {
  uid: Uid;
  id: string;
}

/** The forms that names of entities have; both parts of one fit the columns they are kept in. */
export const UID_FORM = /^(api|plugin)::[a-z0-9-]+\.[a-z0-9-]+$/;
export const ENTITY_ID_FORM = /^[A-Za-z0-9_.:-]+$/;
export const MOST_NAME = 190;

/** An entry by the id it has here. */
export interface LocalEntry {
  uid: Uid;
  localId: string;
}

/** `uid/id`: an entity as one string, the key in tables and maps. */
export type EntityKey = string & { readonly __brand: 'EntityKey' };

export const keyOf = (entity: EntityRef): EntityKey => `${entity.uid}/${entity.id}` as EntityKey;

export const entityOf = (key: EntityKey): EntityRef => {
  const slash = key.indexOf('/');
  return { uid: key.slice(0, slash), id: key.slice(slash + 1) };
};

/** The uid under which Strapi keeps the files of its media library. */
export const FILE_UID = 'plugin::upload.file';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Canonical content of a row or a component: what is the same on every site.
 *
 * - null and missing are one, and so is `[]` but in JSON and blocks: such attributes are left out;
 * - relations and media are lists of {@link Reference}, also where there can be only one, from the owning side only;
 * - a component is `{…}`, a repeatable one a list of these, a dynamic zone a list of `{__component, …}`;
 * - dates are ISO 8601 strings as Strapi gives them; decimals and big integers are strings as the database gives them;
 * - upload URLs inside text, rich text, blocks and JSON are tokens (`upload-tokens.ts`);
 * - row ids, `createdBy`, `updatedBy`, `localizations` and review stages are never here.
 */
export interface Fields {
  [attribute: string]: Json;
}

/**
 * A relation's or media field's target. `locale` only where the source has no locales and the target has.
 *
 * Without `status` it names the versions that Strapi links by itself: of a row with drafts the version of its own status,
 * of a row without drafts every version there is. With `status` it names that version and no other.
 */
export interface Reference extends EntityRef {
  locale?: string;
  status?: Status;
}

export type Attribute =
  | { kind: 'value'; type: string }
  | { kind: 'relation'; target: Uid | null; many: boolean }
  | { kind: 'media'; many: boolean }
  | { kind: 'component'; component: Uid; many: boolean }
  | { kind: 'zone'; components: Uid[] };

export type Attributes = { [name: string]: Attribute };

/** What this site knows of a content type: only what is replicated (no private, excluded or inverse-side attribute). */
export interface TypeSchema {
  uid: Uid;
  single: boolean;
  localized: boolean;
  drafts: boolean;
  attributes: Attributes;
  /** Names of the attributes all locales share. Empty where the type has no locales. */
  shared: string[];
  /** Names of fields that are this site's own by its configuration: they are none of the attributes. */
  localFields?: readonly string[];
  /** Changes whenever the definition of the type or of a component it uses does. */
  fingerprint: string;
}

/** What gives attributes of components a meaning: the attributes of a component, or null where it is not known here. */
export type Components = (uid: Uid) => Attributes | null;

export interface RowDates {
  createdAt: string | null;
  updatedAt: string | null;
  publishedAt: string | null;
}

/** The row ids of an entry's components, mirroring its fields. Local: never hashed, never sent. */
export interface ComponentIds {
  [attribute: string]: ItemIds | ItemIds[];
}
export interface ItemIds {
  id: number | null;
  inner?: ComponentIds;
}

/** Which component rows a write keeps, mirroring its fields; `id: null` makes a new row. */
export interface KeptItems {
  [attribute: string]: KeptItem | KeptItem[];
}
export interface KeptItem {
  id: number | null;
  /** Attributes that are not as they are in the row that is kept. Without it, all are written. */
  changed?: string[];
  inner?: KeptItems;
}

/** Which of an entry's rows. */
export interface RowKey {
  locale: string;
  status: Status;
}

/** Whether both are the same version of the same locale. */
export const isSameRow = (a: RowKey, b: RowKey): boolean => a.locale === b.locale && a.status === b.status;

/** A row as it is in the database, or as we last left it there. References carry local ids. */
export interface RowState extends RowKey {
  fields: Fields;
  dates: RowDates;
  ids: ComponentIds;
}

/** What to do to one row. References carry local ids. */
export type RowWrite =
  | { kind: 'create'; locale: string; status: Status; fields: Fields; dates: RowDates }
  | {
      kind: 'update';
      locale: string;
      status: Status;
      /** Only the attributes that change, whole; null clears one. */
      fields: { [attribute: string]: Json };
      /** The component rows to keep, of the components in `fields`. */
      ids: KeptItems;
      dates: RowDates;
    }
  | { kind: 'remove'; locale: string; status: Status };
