import { randomBytes } from 'node:crypto';
import type { Core } from '@strapi/types';
import type { Store } from '../../replication/ports';

const KEY = 'trace';

/**
 * `strapi import` and `strapi transfer` replace a site's content without an event, and Strapi's own store of settings
 * with it; the plugin's tables stay. So a word that stands in both tells whether either has run.
 */
export const createImportTrace = (strapi: Core.Strapi, store: Store) => {
  const settings = () => strapi.store({ type: 'plugin', name: 'replication' });
  return {
    /** Whether something was imported since {@link seen} was called last. */
    imported: (): Promise<boolean> =>
      store.transaction(async ({ tables }) => {
        const [row] = await tables.find('settings', { name: KEY });
        return row !== undefined && row.value !== (await settings().get({ key: KEY }));
      }),
    /** A new word each time: an export of this very site has an earlier one. */
    seen: (): Promise<void> =>
      store.transaction(async ({ tables }) => {
        const value = randomBytes(12).toString('hex');
        await tables.insert('settings', [{ name: KEY, value }], 'replace');
        await settings().set({ key: KEY, value });
      }),
  };
};
