import type { Core } from '@strapi/types';
import { createStore } from '../../server/src/strapi/tables/store';
import { dropAll, migrate } from '../../server/src/strapi/tables/migrations';
import { noContent } from './no-content';
import { openDatabase } from './open-database';
import { tablesContract } from './tables.contract';

tablesContract('in a database', async () => {
  const { db, close } = await openDatabase();
  await dropAll(db.connection);
  await migrate(db.connection);
  return {
    store: createStore({ db } as unknown as Core.Strapi, () => noContent),
    close: async () => {
      await dropAll(db.connection);
      await close();
    },
  };
});
