import { memoryStore, ownTables } from '../support/memory/tables';
import { MemoryDatabase } from '../support/memory/database';
import { noContent } from './no-content';
import { tablesContract } from './tables.contract';

tablesContract('in memory', async () => ({
  store: memoryStore(new MemoryDatabase(ownTables()), () => noContent),
  close: async () => undefined,
}));
