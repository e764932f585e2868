import { keyOf } from '../../../server/src/replication/entity';
import type { Context } from '../../../server/src/replication/context';
import type { Content } from '../../../server/src/replication/ports';
import { newReplica, refreshReplicas } from '../../../server/src/replication/queue/refresh';
import { MemoryDatabase } from '../../support/memory/database';
import { memoryStore, ownTables } from '../../support/memory/tables';

const entity = keyOf({ uid: 'api::article.article', id: 'a' });

/** A site with one link and no rule (any more), and what it remembers of one entry there. */
const afterRuleWent = async (remembered: object) => {
  const store = memoryStore(new MemoryDatabase(ownTables()), () => ({}) as Content);
  const context = { store, clock: { now: () => 1 }, signer: { instance: 'me' } } as unknown as Context;
  return store.transaction(async (unit) => {
    const link = { id: 'live', state: 'REGISTERED' } as never;
    await unit.tables.insert('links', [link], 'fail');
    await unit.tables.insert('replicas', [{ ...newReplica('live', entity), ...remembered }], 'fail');
    await refreshReplicas(context, unit, [entity], []);
    const [replica] = await unit.tables.find('replicas', { entity });
    return replica!;
  });
};

describe('an entry that a link shall not have any more', () => {
  it('is withdrawn where the link may have it, also if what it has was forgotten here', async () => {
    const sent = { level: 'EVERYTHING', wanted: '["r"]', wanted_hash: 'h', sent_hash: 'h' };
    expect(await afterRuleWent(sent)).toMatchObject({ state: 'queued', wanted: null });
  });

  it('is nobody’s business where the link never had it', async () => {
    expect(await afterRuleWent({})).toMatchObject({ state: 'done', wanted: null });
  });
});
