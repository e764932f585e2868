import { FILE_UID, type Attributes, type Uid } from '../../replication/entity';
import type { Schemas } from '../../replication/ports';

/** `populate` of `strapi.db.query`: nested, and by type for what can be of several types. */
export type Populate = Record<string, PopulateOne>;
interface PopulateOne {
  select?: string[];
  populate?: Populate;
  on?: Record<Uid, PopulateOne>;
}

/**
 * What to load with a row so that it is complete. Of targets only what identifies them. Types are named one by one where
 * there can be several: a link to a type that was removed since would make Strapi throw.
 */
export const createPopulate = (schemas: Schemas): ((uid: Uid) => Populate) => {
  const cache = new Map<Uid, Populate>();
  let references: Record<Uid, PopulateOne> | null = null;

  const referenceTo = (target: Uid): PopulateOne => ({
    select: [
      'id',
      'documentId',
      ...(schemas.type(target)?.localized ? ['locale'] : []),
      ...(schemas.type(target)?.drafts ? ['publishedAt'] : []),
    ],
  });

  const ofAnyType = (): Record<Uid, PopulateOne> => {
    references ??= Object.fromEntries(schemas.types().map((uid) => [uid, referenceTo(uid)]));
    return references;
  };

  const of = (attributes: Attributes): Populate => {
    const populate: Populate = {};
    for (const [name, attribute] of Object.entries(attributes)) {
      if (attribute.kind === 'relation') {
        populate[name] = attribute.target === null ? { on: ofAnyType() } : referenceTo(attribute.target);
      } else if (attribute.kind === 'media') {
        populate[name] = referenceTo(FILE_UID);
      } else if (attribute.kind === 'component') {
        populate[name] = { populate: ofModel(attribute.component) };
      } else if (attribute.kind === 'zone') {
        populate[name] = {
          on: Object.fromEntries(attribute.components.map((uid) => [uid, { populate: ofModel(uid) }])),
        };
      }
    }
    return populate;
  };

  /** Kept before it is complete, so that a component that contains itself ends. */
  const ofModel = (uid: Uid): Populate => {
    const known = cache.get(uid);
    if (known) return known;
    const populate: Populate = {};
    cache.set(uid, populate);
    return Object.assign(populate, of(schemas.type(uid)?.attributes ?? schemas.components(uid) ?? {}));
  };

  return ofModel;
};
