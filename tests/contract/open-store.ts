import type { Database } from '@strapi/database';
import type { Core } from '@strapi/types';
import type { Store } from '../../server/src/replication/ports';
import { dropAll, migrate } from '../../server/src/strapi/tables/migrations';
import { createStore } from '../../server/src/strapi/tables/store';
import { noContent } from './no-content';
import { openDatabase } from './open-database';

/** The plugin's tables, new and empty, in the database that this run is about. */
export const openStore = async (): Promise<{ db: Database; store: Store; close(): Promise<void> }> => {
  const { db, close } = await openDatabase();
  await dropAll(db.connection);
  await migrate(db.connection);
  return {
    db,
    store: createStore({ db } as unknown as Core.Strapi, () => noContent),
    close: async () => {
      await dropAll(db.connection);
      await close();
    },
  };
};
