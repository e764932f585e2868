import type { Core } from '@strapi/types';
import { sanitize } from '@strapi/utils';
import { FILE_UID, type Json, type Uid } from '../../replication/entity';
import { modelOf } from '../content/models';

type Populate = Record<string, { select?: string[]; populate?: Populate; on?: Record<Uid, { populate: Populate }> }>;

/** As Strapi populates entries for its own events: relations and media whole, components and zones at any depth. */
export const createEventPopulate = (strapi: Core.Strapi): ((uid: Uid) => Populate) => {
  const cache = new Map<Uid, Populate>();
  const populateOf = (uid: Uid): Populate => {
    const known = cache.get(uid);
    if (known) return known;
    const populate: Populate = {};
    cache.set(uid, populate);
    for (const [name, attribute] of Object.entries(modelOf(strapi, uid)?.attributes ?? {})) {
      if (attribute.type === 'relation' && !attribute.unstable_virtual) populate[name] = {};
      else if (attribute.type === 'media') populate[name] = { select: ['*'] };
      else if (attribute.type === 'component') populate[name] = { populate: populateOf(attribute.component!) };
      else if (attribute.type === 'dynamiczone') {
        const components = attribute.components ?? [];
        populate[name] = { on: Object.fromEntries(components.map((one) => [one, { populate: populateOf(one) }])) };
      }
    }
    return populate;
  };
  return populateOf;
};

/** What listeners and webhooks get with an event, private fields and passwords left out. */
export const payloadOf = async (strapi: Core.Strapi, uid: Uid, entry: Json | object): Promise<object> => {
  const schema = strapi.getModel(uid as never) as never as { uid: Uid; modelName: string };
  const clean = await sanitize.sanitizers.defaultSanitizeOutput(
    { schema: schema as never, getModel: (one: string) => strapi.getModel(one as never) as never },
    entry as never
  );
  return uid === FILE_UID ? { media: clean } : { model: schema.modelName, uid, entry: clean };
};
