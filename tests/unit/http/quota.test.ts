import { createTwoSites } from './two-sites';

type Sites = Awaited<ReturnType<typeof createTwoSites>>;
let sites: Sites;
afterEach(() => sites.close());

const NOON = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 43_200_000;
/** Both clocks at noon of a day to come, so that no test runs over midnight. */
const start = async (quota: Parameters<typeof createTwoSites>[0]) => {
  const now = { at: NOON };
  sites = await createTwoSites({ ...quota, client: { clock: { now: () => now.at } } });
  Object.assign(sites.clock, { now: () => now.at });
  return now;
};
const usage = () => sites.stores.server.transaction(({ tables }) => tables.find('link_usage', {}));
const text = (length: number) => 'x'.repeat(length);
const late = (retryAfterMs: number) => ({ name: 'Unreachable', retryAfterMs });

describe('a link that asks too often', () => {
  it('is told when to come again, and let in then', async () => {
    const now = await start({ quota: { requestsPerSecond: 2 } });
    for (let n = 0; n < 4; n += 1) await sites.client.send(sites.peer, [{ n }]);
    await expect(sites.client.send(sites.peer, [{ n: 4 }])).rejects.toMatchObject(late(1000));
    expect(sites.service.received).toHaveLength(4);
    now.at += 1000;
    await sites.client.send(sites.peer, [{ n: 5 }]);
    expect(sites.service.received).toHaveLength(5);
  });
});

describe('a link that has sent what it may in a day', () => {
  it('is put off until tomorrow (UTC), and then goes on', async () => {
    const now = await start({ quota: { messagesPerDay: 3 } });
    await sites.client.send(sites.peer, [{ n: 1 }, { n: 2 }]);
    // What crosses the limit is still taken.
    await sites.client.send(sites.peer, [{ n: 3 }, { n: 4 }]);
    await expect(sites.client.send(sites.peer, [{ n: 5 }])).rejects.toMatchObject(late(43_200_000));
    await expect(sites.client.send(sites.peer, [{ n: 5 }])).rejects.toThrow(/no more messages .* tomorrow/);
    expect(sites.service.received).toHaveLength(2);
    now.at += 43_200_000;
    await sites.client.send(sites.peer, [{ n: 5 }]);
    expect(await usage()).toMatchObject([{ messages: 1 }]);
  });

  it('is put off whatever it sends: bytes of files count like messages', async () => {
    await start({ quota: { bytesPerDay: 2_000 } });
    const stored = Buffer.from(text(2_500));
    const { Readable } = await import('node:stream');
    const bytes = async (from: number) => ({ stream: Readable.from([stored.subarray(from)]), size: stored.length });
    await sites.client.sendBlob(sites.peer, 'a'.repeat(64), bytes);
    await expect(sites.client.send(sites.peer, [{ n: 1 }])).rejects.toThrow(/no more data/);
    await expect(sites.client.ask(sites.peer, 'buckets', {})).rejects.toThrow(/no more data/);
    await expect(sites.client.blobOffset(sites.peer, 'b'.repeat(64))).rejects.toMatchObject({ name: 'Unreachable' });
  });

  it('can still tell that it ends, or its new key', async () => {
    await start({ quota: { messagesPerDay: 1 } });
    await sites.client.send(sites.peer, [{ n: 1 }]);
    await expect(sites.client.send(sites.peer, [{ n: 2 }])).rejects.toMatchObject({ name: 'Unreachable' });
    await expect(sites.client.exchangeState(sites.peer, { state: 'UNLINKED' })).resolves.toBeDefined();
  });

  it('is so in every process, and after a restart', async () => {
    await start({ quota: { messagesPerDay: 2 } });
    await sites.client.send(sites.peer, [{ n: 1 }, { n: 2 }]);
    const second = await sites.another();
    await expect(sites.client.send(second, [{ n: 3 }])).rejects.toThrow(/no more messages/);
  });

  it('adds up over processes that count at the same time', async () => {
    await start({ quota: { messagesPerDay: 40 } });
    const second = await sites.another();
    for (let n = 0; n < 10; n += 1) {
      await Promise.all([sites.client.send(sites.peer, [{ n }]), sites.client.send(second, [{ n }])]);
    }
    expect(await usage()).toMatchObject([{ messages: 20 }]);
  });
});
