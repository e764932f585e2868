import { ENTITY_ID_FORM, FILE_UID, MOST_NAME, UID_FORM } from './entity';
import type { Attribute, Attributes, Components, EntityRef, Fields, Json, Reference, RowState, Uid } from './entity';
import { isNothingFor, isRecord } from './history/canonical';
import { loadMatches, type Matches } from './matching/matches';
import type { Content, Schemas, Tables, Unit } from './ports';
import { mapStrings, renameFiles, TEXT_TYPES } from './upload-tokens';

/**
 * Canonical ids and local ones. They are equal, but for single types (one entry on each site, whatever its documentId, so
 * its canonical id is its uid) and for entries that two sites had under two ids and that were matched.
 *
 * For one transaction: what is matched meanwhile is seen by the next one.
 */
export class Identity {
  private readonly singles = new Map<string, string | null>();

  private constructor(
    private readonly schemas: Schemas,
    private readonly tables: Tables,
    private readonly content: Content,
    private readonly matches: Matches
  ) {}

  static async of({ schemas }: { schemas: Schemas }, { tables, content }: Unit): Promise<Identity> {
    return new Identity(schemas, tables, content, await loadMatches(tables));
  }

  canonical({ uid, id }: EntityRef): EntityRef {
    if (this.isSingle(uid)) return { uid, id: uid };
    return { uid, id: this.matches.entityAt(uid, id) ?? id };
  }

  /** The documentId an entity has here, or null where a single type has no entry yet. */
  async local({ uid, id }: EntityRef): Promise<string | null> {
    if (!this.isSingle(uid)) return this.matches.localOf(uid, id) ?? id;
    if (!this.singles.has(uid)) this.singles.set(uid, await this.findSingle(uid));
    return this.singles.get(uid)!;
  }

  /** Remembers which documentId a single type's entry gets. */
  assign(uid: string, localId: string): void {
    if (this.isSingle(uid)) this.singles.set(uid, localId);
  }

  /** By a match it has a name already, which is neither its own nor this one: no document can have two. */
  isCalledOtherwise(uid: Uid, { id, localId }: { id: string; localId: string }): boolean {
    const called = this.canonical({ uid, id: localId }).id;
    return !this.isSingle(uid) && called !== localId && called !== id;
  }

  /** Text whose files are named by their local ids, named by their canonical ones. */
  canonicalText(text: string): string {
    if (!this.matches.hasAny(FILE_UID)) return text;
    return renameFiles(text, (id) => this.canonical({ uid: FILE_UID, id }).id);
  }

  /** The other way. */
  localText(text: string): string {
    if (!this.matches.hasAny(FILE_UID)) return text;
    return renameFiles(text, (id) => this.matches.localOf(FILE_UID, id) ?? id);
  }

  isSingle(uid: string): boolean {
    return this.schemas.type(uid)?.single ?? false;
  }

  private async findSingle(uid: string): Promise<string | null> {
    const [known] = await this.tables.find('entries', { uid }, { limit: 1 });
    if (known) {
      const present = await this.content.presence(uid, [known.local_id]);
      if (present.has(known.local_id)) return known.local_id;
    }
    const [existing] = await this.content.list(uid, null, 1);
    return existing ?? known?.local_id ?? null;
  }
}

type MapReference = (reference: Reference, attribute: Attribute) => Reference | null;

/**
 * Every reference in fields, with the attribute's own kind deciding what is one; and, where `text` is given, every text
 * that may name files.
 */
export const mapReferences = (
  attributes: Attributes,
  components: Components,
  fields: Fields,
  map: MapReference,
  text?: (text: string) => string
): Fields => {
  const result: Fields = {};
  for (const [name, value] of Object.entries(fields)) {
    const mapped = mapValue(attributes, components, name, value, map, text);
    if (!isNothingFor(attributes[name], mapped)) result[name] = mapped;
  }
  return result;
};

const mapValue = (
  attributes: Attributes,
  components: Components,
  name: string,
  value: Json,
  map: MapReference,
  text?: (text: string) => string
): Json => {
  const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  switch (attribute?.kind) {
    case 'relation':
    case 'media':
      return Array.isArray(value)
        ? (value.flatMap((item) => (isReference(item) ? (map(item, attribute) ?? []) : [])) as unknown as Json)
        : value;
    case 'component': {
      const inner = components(attribute.component);
      if (!inner) return value;
      const one = (item: Json) => (isRecord(item) ? mapReferences(inner, components, item, map, text) : item);
      return Array.isArray(value) ? value.map(one) : one(value);
    }
    case 'zone':
      return Array.isArray(value)
        ? value.map((item) => {
            const inner = isRecord(item) && typeof item.__component === 'string' ? components(item.__component) : null;
            return inner && isRecord(item) ? mapReferences(inner, components, item, map, text) : item;
          })
        : value;
    case 'value':
      return text && TEXT_TYPES.has(attribute.type) ? mapStrings(value, text) : value;
    default:
      return value;
  }
};

/** A row as its head would name what it refers to. */
export const inCanonicalIds = (
  { schemas }: { schemas: Schemas },
  identity: Identity,
  uid: string,
  row: RowState
): RowState => ({
  ...row,
  fields: mapReferences(
    schemas.type(uid)!.attributes,
    schemas.components,
    row.fields,
    (reference) => ({ ...reference, ...identity.canonical(reference) }),
    (text) => identity.canonicalText(text)
  ),
});

/** What could not be an entry's name is none: it comes from outside, and becomes a key in tables. */
export const isReference = (value: unknown): value is Reference & { [key: string]: Json } =>
  isRecord(value) &&
  matches(UID_FORM, value.uid) &&
  matches(ENTITY_ID_FORM, value.id) &&
  (value.locale === undefined || typeof value.locale === 'string') &&
  (value.status === undefined || value.status === 'draft' || value.status === 'published');

const matches = (pattern: RegExp, value: unknown): boolean =>
  typeof value === 'string' && value.length <= MOST_NAME && pattern.test(value);

/** All references in fields, in order. */
export const referencesIn = (attributes: Attributes, components: Components, fields: Fields): Reference[] => {
  const found: Reference[] = [];
  mapReferences(attributes, components, fields, (reference) => {
    found.push(reference);
    return reference;
  });
  return found;
};
