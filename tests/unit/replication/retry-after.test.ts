import { keyOf } from '../../../server/src/replication/entity';
import type { Context } from '../../../server/src/replication/context';
import { Unreachable } from '../../../server/src/replication/errors';
import type { Content } from '../../../server/src/replication/ports';
import { newReplica } from '../../../server/src/replication/queue/wanted-replica';
import { linkAnswered, linkFailed, MAX_BACKOFF_MS } from '../../../server/src/replication/transport/deliver';
import type { Wire } from '../../../server/src/replication/transport/wire';
import { deliver } from '../../support/world/deliver';
import { MemoryDatabase } from '../../support/memory/database';
import { memoryStore, ownTables } from '../../support/memory/tables';

const entity = keyOf({ uid: 'api::article.article', id: 'a' });
const NOW = 1_000_000;

/** One delivery to a site that cannot be reached, or says so; what is left of it. */
const deliverTo = async (error: Error) => {
  const store = memoryStore(new MemoryDatabase(ownTables()), () => ({}) as Content);
  const context = {
    store,
    clock: { now: () => NOW },
    chance: { bytes: (length: number) => Buffer.alloc(length), fraction: () => 1 },
    observer: { notice: () => undefined },
    signer: { instance: 'me' },
  } as unknown as Context;
  const wire = { send: () => Promise.reject(error) } as unknown as Wire;
  const link = { id: 'live', state: 'REGISTERED', url: 'http://live.example', paused: 0, retry_at: 0, failures: 30 };
  const replica = { ...newReplica('live', entity), state: 'queued' as const, sent_hash: 'h', wanted_hash: '' };
  await store.transaction(async ({ tables }) => {
    await tables.insert('links', [link as never], 'fail');
    await tables.insert('replicas', [replica], 'fail');
  });
  await deliver(context, wire, 'live');
  return store.transaction(async ({ tables }) => ({
    link: (await tables.find('links', {}))[0]!,
    replica: (await tables.find('replicas', {}))[0]!,
  }));
};

describe('a site that is not to be disturbed', () => {
  it('is left alone as long as it asked, and its queue is as it was', async () => {
    const { link, replica } = await deliverTo(new Unreachable('No more today.', 7 * 3_600_000));
    expect(link.retry_at).toBe(NOW + 7 * 3_600_000);
    expect(replica).toMatchObject({ state: 'queued', attempts: 0, lease: null });
  });

  it('is tried at least every 15 minutes where it asked for nothing', async () => {
    const { link, replica } = await deliverTo(new Unreachable('Nothing listens there.'));
    expect(link.retry_at).toBe(NOW + MAX_BACKOFF_MS);
    expect(replica).toMatchObject({ state: 'queued', attempts: 0 });
  });
});

describe('two requests of one link that are under way at once', () => {
  const LONG = 7 * 3_600_000;

  const openLink = async () => {
    const store = memoryStore(new MemoryDatabase(ownTables()), () => ({}) as Content);
    const context = {
      store,
      clock: { now: () => NOW },
      chance: { fraction: () => 1 },
      observer: { notice: () => undefined },
    } as unknown as Context;
    const link = { id: 'live', state: 'REGISTERED', url: 'http://live.example', retry_at: 0, failures: 0 } as never;
    await store.transaction(({ tables }) => tables.insert('links', [link], 'fail'));
    const now = () => store.transaction(async ({ tables }) => (await tables.find('links', {}))[0]!);
    return { context, link, now };
  };

  /** Both read the link as it was before either ended. */
  const bothEnd = async (...errors: (Error | null)[]) => {
    const { context, link, now } = await openLink();
    for (const error of errors) await (error ? linkFailed(context, link, error) : linkAnswered(context, link));
    return now();
  };

  it('leave it alone as long as the first was told, though the second is answered', async () => {
    const link = await bothEnd(new Unreachable('No more today.', LONG), null);
    expect(link).toMatchObject({ retry_at: NOW + LONG, failures: 1 });
  });

  it('leave it alone as long as the first was told, though the second only fails', async () => {
    const link = await bothEnd(new Unreachable('No more today.', LONG), new Unreachable('The connection broke.'));
    expect(link).toMatchObject({ retry_at: NOW + LONG, failures: 1 });
  });

  it('tell who looks at the page nothing of a defect but that there was one', async () => {
    const { context, link, now } = await openLink();
    await expect(linkFailed(context, link, new Error('select secret from places'))).rejects.toThrow('secret');
    expect((await now()).last_error).toMatch(/^Something went wrong on this site/);
  });

  it('are pauses that grow once for both', async () => {
    const once = await bothEnd(new Unreachable('The connection broke.'));
    const twice = await bothEnd(new Unreachable('The connection broke.'), new Unreachable('The connection broke.'));
    expect(twice).toMatchObject({ retry_at: once.retry_at, failures: once.failures });
  });
});
