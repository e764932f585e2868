import type { Core } from '@strapi/strapi';
import { contentTypes } from '@strapi/utils';
import { FILE_UID, type Uid } from '../../replication/entity';
import { type AttributeDefinition, type Model, modelOf } from './models';

/** Types that describe a site and not its content: accounts, permissions, locales, editorial processes. */
const LOCAL_PREFIXES = [
  'admin::',
  'strapi::',
  'plugin::users-permissions.',
  'plugin::i18n.',
  'plugin::review-workflows.',
  'plugin::content-releases.',
  'plugin::upload.',
  'plugin::replication.',
];

/** What every row has of its own: carried as keys and dates, or local. */
const LOCAL_ATTRIBUTES: ReadonlySet<string> = new Set([
  'id',
  'documentId',
  'locale',
  'localizations',
  'createdAt',
  'updatedAt',
  'publishedAt',
  'firstPublishedAt',
  'createdBy',
  'updatedBy',
  'strapi_stage',
  'strapi_assignee',
]);

/** Whether entries of this type can be replicated at all. Tables that a plugin hides from editors are its own business. */
export const isReplicableType = (strapi: Core.Strapi, uid: Uid): boolean => {
  if (uid === FILE_UID) return true;
  if (LOCAL_PREFIXES.some((prefix) => uid.startsWith(prefix))) return false;
  const model = modelOf(strapi, uid);
  if (!model || model.modelType !== 'contentType') return false;
  return uid.startsWith('api::') || model.pluginOptions?.['content-manager']?.visible !== false;
};

/** A relation that is stored on the other side. Media stand on this side for us, though the database keeps them at the file. */
export const isInverseSide = (attribute: AttributeDefinition): boolean =>
  attribute.type === 'relation' &&
  (Boolean(attribute.mappedBy) || attribute.relation === 'morphOne' || attribute.relation === 'morphMany');

export const isMorph = (attribute: AttributeDefinition): boolean =>
  attribute.relation === 'morphToOne' || attribute.relation === 'morphToMany';

/** Whether an attribute's value is content: what is private, secret, of Strapi's own or stored elsewhere is not. */
export const isReplicableAttribute = (strapi: Core.Strapi, model: Model, name: string): boolean => {
  const attribute = model.attributes[name];
  if (!attribute || LOCAL_ATTRIBUTES.has(name)) return false;
  if (attribute.type === 'password' || attribute.unstable_virtual) return false;
  if (contentTypes.isPrivateAttribute(model as never, name)) return false;
  if (attribute.type !== 'relation') return true;
  if (isInverseSide(attribute)) return false;
  return isMorph(attribute) || (attribute.target !== undefined && isReplicableType(strapi, attribute.target));
};
