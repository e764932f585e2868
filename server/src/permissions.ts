import type { Core } from '@strapi/types';
import { ACTIONS } from './contracts';

/** Lets Settings → Roles and admin tokens grant each of the plugin's actions. Called in bootstrap. */
export const registerPermissions = async (strapi: Core.Strapi): Promise<void> => {
  await strapi
    .service('admin::permission')
    .actionProvider.registerMany([
      action(ACTIONS.read, 'See sites, sharing rules and the status of entries'),
      action(ACTIONS.links, 'Link, pause and unlink sites', 'links'),
      action(ACTIONS.leave, 'Disconnect this site and remove its replication data', 'links'),
      action(ACTIONS.rules, 'Change sharing rules', 'rules'),
      action(ACTIONS.queue, 'Send again, compare and repair', 'queue'),
      action(ACTIONS.brakes, 'Say how it goes on where sharing is paused', 'brakes'),
    ]);
};

const action = (id: string, displayName: string, subCategory = 'general') => ({
  section: 'plugins',
  pluginName: 'replication',
  uid: id.slice('plugin::replication.'.length),
  displayName,
  subCategory,
});
