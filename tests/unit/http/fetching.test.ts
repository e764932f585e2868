import { createHash, randomBytes } from 'node:crypto';
import type { Json } from '../../../server/src/replication/entity';
import { eventually } from '../../support/wait';
import { createTwoSites } from './two-sites';

type Sites = Awaited<ReturnType<typeof createTwoSites>>;
let sites: Sites;
const start = async (options?: Parameters<typeof createTwoSites>[0]) => (sites = await createTwoSites(options));
afterEach(() => sites?.close());

const QUESTION: Json = { wait: 0, lease: null, answers: [], compared: false };
const message = { receipt: { n: 1 }, message: { text: 'Grüße' } };
const full = { given: { lease: 'ab', messages: [message] }, isEmpty: false, wait: 20_000 };
const empty = { given: { lease: 'ab', messages: [] }, isEmpty: true, wait: 20_000 };

describe('fetching over HTTP', () => {
  it('brings what is handed out to whoever asks, at once', async () => {
    const { client, peer, service, asker } = await start();
    service.given = full;
    const { given, messages, bytes } = await client.fetch(peer, QUESTION);
    expect({ given, messages }).toEqual({ given: full.given, messages: 1 });
    expect(bytes).toBeGreaterThan(40);
    expect(service.asked).toEqual([{ link: asker.instance, question: QUESTION }]);
  });

  it('waits where there is nothing, until there is', async () => {
    const { client, peer, service } = await start();
    service.given = empty;
    const fetched = client.fetch(peer, QUESTION);
    await eventually(() => service.asked.length === 1);
    service.given = full;
    await eventually(() => {
      service.wake();
      return service.asked.length > 1;
    });
    expect((await fetched).given).toEqual(full.given);
    // What was answered is told once.
    expect(service.asked[1]!.question).toEqual(QUESTION);
  });

  it('waits no longer than it was asked to', async () => {
    const { client, peer, service } = await start();
    service.given = { ...empty, wait: 100 };
    expect((await client.fetch(peer, QUESTION)).given).toEqual(empty.given);
  });

  it('keeps nobody from their turn while it waits', async () => {
    const { client, peer, service } = await start({ limits: { concurrent: 1, concurrentPerLink: 1 } });
    service.given = empty;
    const fetched = client.fetch(peer, QUESTION);
    await eventually(() => service.asked.length === 1);
    expect(await client.send(peer, [{ n: 1 }])).toEqual([{ echo: { n: 1 } }]);
    service.given = full;
    await eventually(() => (service.wake(), service.asked.length > 1));
    expect((await fetched).given).toEqual(full.given);
  });

  it('takes nothing up for somebody who is gone', async () => {
    const { client, peer, service } = await start();
    service.given = empty;
    const control = new AbortController();
    const fetched = client.fetch(peer, QUESTION, control.signal).catch((error: unknown) => error as Error);
    await eventually(() => service.asked.length === 1);
    const waited = new Promise<void>((resolve) => (service.onWaited = resolve));
    control.abort();
    expect(await fetched).toMatchObject({ name: 'Unreachable' });
    await waited;
    await client.send(peer, [{ n: 1 }]);
    expect(service.asked).toHaveLength(1);
  });

  it('is not for those who are not linked, and tells those whose link ends while they wait', async () => {
    const { client, peer, service, states, asker } = await start();
    states.set(asker.instance, 'REQUESTING');
    await expect(client.fetch(peer, QUESTION)).rejects.toMatchObject({ code: 'NOT_LINKED' });
    expect(service.asked).toEqual([]);
  });

  it('is limited like all requests', async () => {
    const { client, peer, service } = await start({ quota: { requestsPerSecond: 1 } });
    service.given = full;
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => client.fetch(peer, QUESTION)));
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(1);
    expect(refused.every((one) => (one as PromiseRejectedResult).reason.name === 'Unreachable')).toBe(true);
  });
});

describe('bytes that are fetched over HTTP', () => {
  const blob = randomBytes(2_500_000);
  const hash = createHash('sha256').update(blob).digest('hex');

  it('come in pieces that the answer’s signature covers', async () => {
    const { client, peer, service } = await start();
    service.blobs.set(hash, { bytes: blob, total: blob.length });
    const pieces: Buffer[] = [];
    for (let from = 0; from < blob.length;) {
      const { bytes, total } = await client.readBlob(peer, hash, from);
      expect(total).toBe(blob.length);
      expect(bytes.length).toBeLessThanOrEqual(1024 * 1024);
      pieces.push(bytes);
      from += bytes.length;
    }
    expect(Buffer.concat(pieces).equals(blob)).toBe(true);
    expect((await client.readBlob(peer, hash, blob.length)).bytes).toHaveLength(0);
  });

  it('are refused where there are none', async () => {
    const { client, peer } = await start();
    await expect(client.readBlob(peer, hash, 0)).rejects.toMatchObject({ name: 'Refused', code: 'BLOB_GONE' });
    await expect(client.readBlob(peer, 'ABC', 0)).rejects.toMatchObject({ code: 'BAD_HASH' });
  });
});
