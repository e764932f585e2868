import type { Core } from '@strapi/strapi';
import type { Attribute, Attributes, Uid } from '../../replication/entity';
import { isRecord } from '../../replication/history/canonical';
import type { Schemas } from '../../replication/ports';
import type { Populate } from '../content/populate';

/*
 * An update of an entry that is edited elsewhere may change the fields that are this site's own. The content manager sends
 * its whole form: what only repeats what is there is left out of it, and where anything else would change nothing is done.
 */

type Data = { [name: string]: unknown };

interface Site {
  strapi: Core.Strapi;
  schemas: Schemas;
  populate: (uid: Uid) => Populate;
}

interface Update {
  documentId?: unknown;
  locale?: unknown;
  data?: unknown;
}

/** What Strapi sets when a row is written. */
export const OF_EVERY_WRITE: ReadonlySet<string> = new Set(['updatedAt', 'updatedBy']);

/** What forms add that is no field. */
const OF_FORMS: ReadonlySet<string> = new Set([
  'id',
  '__component',
  '__temp_key__',
  'createdAt',
  'createdBy',
  'localizations',
]);

/**
 * The part of an update that is this site's own; null where there is none, or where the rest would change something, or
 * might.
 */
export const localPartOf = async (
  { strapi, schemas, populate }: Site,
  uid: Uid,
  local: readonly string[],
  { documentId, locale, data }: Update
): Promise<Data | null> => {
  const schema = schemas.type(uid);
  if (!schema || !isRecord(data) || !local.some((name) => name in data)) return null;
  // Which language Strapi takes where none is named is decided after this.
  if (schema.localized && typeof locale !== 'string') return null;
  const row = await strapi.db.query(uid).findOne({
    where: {
      documentId,
      ...(schema.localized ? { locale } : {}),
      ...(schema.drafts ? { publishedAt: null } : {}),
    },
    populate: populate(uid),
  } as never);
  if (!isRecord(row)) return null;
  const own = (name: string) => local.includes(name) || OF_EVERY_WRITE.has(name);
  const others = Object.keys(data).filter((name) => !own(name));
  const repeats = new Repetition(schemas);
  if (!others.every((name) => repeats.field(schema.attributes, name, data[name], row[name]))) return null;
  return Object.fromEntries(Object.entries(data).filter(([name]) => own(name)));
};

/** Whether what a form sends is what is there. */
class Repetition {
  constructor(private readonly schemas: Schemas) {}

  field(attributes: Attributes, name: string, given: unknown, there: unknown): boolean {
    if (given === undefined || OF_FORMS.has(name) || changesNoRelation(given)) return true;
    const attribute = Object.hasOwn(attributes, name) ? attributes[name]! : null;
    // What replication knows nothing of, such as a relation from its other side, was not read: it cannot be told.
    if (attribute === null) return there === undefined ? given === null : isSameValue(given, there);
    if (isNothing(given) || isNothing(there)) return isSameValue(given, there);
    return this.value(attribute, given, there);
  }

  private value(attribute: Attribute, given: unknown, there: unknown): boolean {
    switch (attribute.kind) {
      case 'relation':
        return false;
      case 'media':
        return isSameValue(listOf(given).map(idOf), listOf(there).map(idOf));
      case 'component':
        return this.items(given, there, () => attribute.component);
      case 'zone':
        return this.items(given, there, ({ __component: uid }) => String(uid));
      case 'value':
        return isSameValue(given, there);
    }
  }

  private items(given: unknown, there: unknown, uidOf: (item: Data) => Uid): boolean {
    const [ours, theirs] = [listOf(given), listOf(there)];
    return ours.length === theirs.length && ours.every((item, index) => this.item(item, theirs[index], uidOf));
  }

  /** An item without the id of what is there takes its place, even if it is the same. */
  private item(given: unknown, there: unknown, uidOf: (item: Data) => Uid): boolean {
    if (!isRecord(given) || !isRecord(there) || given.id !== there.id || uidOf(given) !== uidOf(there)) return false;
    const attributes = this.schemas.components(uidOf(given));
    return (
      attributes !== null && Object.keys(given).every((name) => this.field(attributes, name, given[name], there[name]))
    );
  }
}

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

const idOf = (value: unknown): unknown => (isRecord(value) ? value.id : value);

/** `{ connect: [], disconnect: [] }`: how forms send relations that nobody touched. */
const changesNoRelation = (value: unknown): boolean =>
  isRecord(value) &&
  Object.keys(value).length > 0 &&
  Object.entries(value).every(
    ([name, list]) => (name === 'connect' || name === 'disconnect') && Array.isArray(list) && list.length === 0
  );

/** As JSON, in which forms get and send what is there. */
const isSameValue = (given: unknown, there: unknown): boolean =>
  (isNothing(given) && isNothing(there)) || JSON.stringify(given) === JSON.stringify(there);
