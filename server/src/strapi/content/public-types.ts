import type { Core } from '@strapi/strapi';
import type { Uid } from '../../replication/entity';

const PERMISSION = 'plugin::users-permissions.permission';

/** Whether everybody may read what is published of a type through this site's own API. */
export const isReadByEverybody = async (strapi: Core.Strapi, uid: Uid): Promise<boolean> => {
  // Without that plugin nobody is anybody's public.
  if (!strapi.plugin('users-permissions')) return false;
  const where = { action: { $in: [`${uid}.find`, `${uid}.findOne`] }, role: { type: 'public' } };
  return (await strapi.db.query(PERMISSION).count({ where })) > 0;
};
