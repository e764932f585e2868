import type { Components, Fields, Reference, Status, TypeSchema } from '../entity';
import { mapReferences } from '../identity';

/*
 * Which version of an entry with drafts does an entry without drafts refer to? The rows say what is linked now. Where all
 * there is of the target is linked, the reference names the entry, and its later versions with it; where one version is
 * left out, the reference names the other.
 */

export interface Linked {
  schema: TypeSchema;
  components: Components;
  head: Fields;
  /** References say which version is linked, also where there is only one. */
  shown: Fields;
  row: Fields;
  /** Somebody here changed the row, or gave or took a version of something that it is linked to. */
  touched: boolean;
  /** The version that is linked is all there is of the target. */
  isOnlyVersion: (reference: Reference) => boolean;
}

/** What was shown and what is there, with references as the head would name them. */
export const nameVersions = (linked: Linked): { was: Fields; is: Fields } => {
  const { schema, components, head, shown, row, touched, isOnlyVersion } = linked;
  if (schema.drafts) return { was: shown, is: row };
  const named = (fields: Fields) => {
    const found = new Map<string, Status | undefined>();
    mapReferences(schema.attributes, components, fields, (reference) => {
      found.set(keyOfTarget(reference), reference.status);
      return reference;
    });
    return found;
  };
  const inHead = named(head);
  const inShown = named(shown);
  /** A polymorphic link names a row: when the target gets another version, Strapi does not link it. */
  const each = (fields: Fields, name: (reference: Reference, key: string) => Status | undefined): Fields =>
    mapReferences(schema.attributes, components, fields, (reference, attribute) => {
      if (attribute.kind !== 'relation' || attribute.target === null) return reference;
      return withStatus(reference, name(reference, keyOfTarget(reference)));
    });
  const now = (reference: Reference, key: string): Status | undefined => {
    const unchanged = inShown.has(key) && inShown.get(key) === reference.status;
    if (!touched && unchanged && inHead.has(key)) return inHead.get(key);
    if (!isOnlyVersion(reference)) return reference.status;
    return inHead.get(key) === reference.status ? reference.status : undefined;
  };
  return {
    was: each(shown, (reference, key) => (inHead.has(key) ? inHead.get(key) : now(reference, key))),
    is: each(row, now),
  };
};

const keyOfTarget = ({ uid, id, locale }: Reference): string => `${uid}/${id}/${locale ?? ''}`;

const withStatus = ({ status: _as, ...reference }: Reference, status: Status | undefined): Reference =>
  status === undefined ? reference : { ...reference, status };
