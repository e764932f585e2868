import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { createAgents } from '../../../server/src/http/agents';
import { createHttpClient } from '../../../server/src/http/client';
import type { Json } from '../../../server/src/replication/entity';
import { createVerifier } from '../../../server/src/replication/link/verifier';
import { chance, createTwoSites, listenWith, newIdentity, newStore } from './two-sites';

type Sites = Awaited<ReturnType<typeof createTwoSites>>;
let sites: Sites;
const start = async (options?: Parameters<typeof createTwoSites>[0]) => (sites = await createTwoSites(options));
afterEach(() => sites?.close());

describe('messages over HTTP', () => {
  it('arrive as they were sent, and are answered in their order', async () => {
    const { client, peer, service, asker } = await start();
    const messages: Json[] = [{ text: 'Grüße, 世界 🌍' }, { n: 2, deep: [[{ a: null }]] }];
    expect(await client.send(peer, messages)).toEqual(messages.map((message) => ({ echo: message })));
    expect(service.received).toEqual([{ link: asker.instance, messages }]);
  });

  it('go in chunks of the configured size, a larger message alone', async () => {
    const { client, peer, service } = await start({ client: { chunkBytes: 1000 } });
    const messages = ['a', 'b', 'c', 'x'.repeat(5000), 'd'].map((text) => ({ text: text.padEnd(400, text) }));
    await client.send(peer, messages);
    expect(service.received.map((chunk) => chunk.messages.length)).toEqual([2, 1, 1, 1]);
    expect(service.received.flatMap((chunk) => chunk.messages)).toEqual(messages);
  });

  it('are halved where the other side finds them too large; one that is too large alone is refused, and holds up no other', async () => {
    const { client, peer, service } = await start({ limits: { inflated: 5000 } });
    const messages = Array.from({ length: 8 }, (_, n) => ({ n, text: 'x'.repeat(1000) }));
    expect(await client.send(peer, messages)).toHaveLength(8);
    expect(service.received.flatMap((chunk) => chunk.messages)).toEqual(messages);
    const [before, large, after] = [{ n: 1 }, { text: 'x'.repeat(6000) }, { n: 2 }];
    expect(await client.send(peer, [before, large, after])).toEqual([
      { echo: before },
      { status: 'refused', code: 'TOO_LARGE', message: expect.stringContaining('5000 bytes') },
      { echo: after },
    ]);
  });

  it('end where this site stops, however slowly the other one answers, and no more begin', async () => {
    const ending = new AbortController();
    const { client, peer, service } = await start({ client: { ending: ending.signal } });
    let end = () => {};
    service.onReceive = () => {
      ending.abort();
      return new Promise<Json[]>((resolve) => (end = () => resolve([{}]))) as never;
    };
    await expect(client.send(peer, [{ n: 1 }])).rejects.toMatchObject({ message: 'This site was stopped meanwhile.' });
    end();
    await expect(client.send(peer, [{ n: 2 }])).rejects.toMatchObject({ message: 'This site was stopped meanwhile.' });
    expect(service.received).toHaveLength(1);
  });

  it('are refused from a site that is not linked, in its own words', async () => {
    const { client, peer, states, asker, service } = await start();
    states.set(asker.instance, 'UNLINKED');
    await expect(client.send(peer, [{}])).rejects.toMatchObject({ name: 'Refused', code: 'NOT_LINKED' });
    expect(service.received).toEqual([]);
  });

  it('say nothing of a defect but that there was one', async () => {
    const { client, peer, service, defects } = await start();
    service.onReceive = () => {
      throw new Error('SELECT secret FROM places');
    };
    const failure = await client.send(peer, [{}]).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ name: 'Unreachable' });
    expect((failure as Error).message).not.toContain('secret');
    expect(defects).toHaveLength(1);
  });

  it('are refused by a site whose clock is far away, with both times', async () => {
    const { client, peer, clock } = await start();
    clock.shift = 6 * 60_000;
    await expect(client.send(peer, [{}])).rejects.toMatchObject({ code: 'CLOCK' });
    clock.shift = -4 * 60_000;
    await expect(client.send(peer, [{}])).resolves.toHaveLength(1);
  });
});

describe('questions over HTTP', () => {
  it('are answered, with the bytes that they took', async () => {
    const { client, peer } = await start();
    const { answer, bytes } = await client.ask(peer, 'buckets', { level: 1 });
    expect(answer).toEqual({ asked: { level: 1 } });
    expect(bytes).toBeGreaterThan(40);
    expect(bytes).toBeLessThan(200);
  });

  it('about what nobody knows are refused', async () => {
    const { client, peer } = await start();
    await expect(client.ask(peer, 'weather', {})).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' });
  });

  it('about a link are answered also where the link has ended', async () => {
    const { client, peer, states, asker } = await start();
    states.set(asker.instance, 'UNLINKED');
    const answer = await client.exchangeState(peer, { state: 'REGISTERED' });
    expect(answer).toEqual({ link: asker.instance, theirs: { state: 'REGISTERED' } });
  });

  it('are not answered to those whom no link was ever made with', async () => {
    const { client, peer, states } = await start();
    states.clear();
    await expect(client.exchangeState(peer, {})).rejects.toMatchObject({ code: 'NOT_LINKED' });
  });
});

describe('blobs over HTTP', () => {
  const blobOf = (length: number) => {
    const bytes = randomBytes(length);
    return { bytes, hash: createHash('sha256').update(bytes).digest('hex') };
  };
  const source =
    (bytes: Buffer, opened: number[] = []) =>
    async (from: number) => {
      opened.push(from);
      return { stream: Readable.from([bytes.subarray(from)]), size: bytes.length };
    };

  it('arrive in pieces, byte by byte', async () => {
    const { client, peer, service } = await start({ client: { pieceBytes: 1000 } });
    const { bytes, hash } = blobOf(10_500);
    await client.sendBlob(peer, hash, source(bytes));
    expect(service.blobs.get(hash)!.bytes.equals(bytes)).toBe(true);
    expect(await client.blobOffset(peer, hash)).toBe('complete');
  });

  it('go on where they were cut, and are not sent twice', async () => {
    const { client, peer, service } = await start();
    const { bytes, hash } = blobOf(5000);
    service.blobs.set(hash, { bytes: bytes.subarray(0, 3000), total: 5000 });
    expect(await client.blobOffset(peer, hash)).toEqual({ have: 3000 });
    const opened: number[] = [];
    await client.sendBlob(peer, hash, source(bytes, opened));
    await client.sendBlob(peer, hash, source(bytes, opened));
    expect(opened).toEqual([3000]);
    expect(service.blobs.get(hash)!.bytes.equals(bytes)).toBe(true);
  });

  it('may be empty', async () => {
    const { client, peer, service } = await start();
    const { bytes, hash } = blobOf(0);
    await client.sendBlob(peer, hash, source(bytes));
    expect(service.blobs.get(hash)!.total).toBe(0);
  });

  it('go in smaller pieces where the other side takes no larger ones', async () => {
    const { client, peer, service } = await start({ limits: { piece: 40_000 }, client: { pieceBytes: 200_000 } });
    const { bytes, hash } = blobOf(300_000);
    await client.sendBlob(peer, hash, source(bytes));
    expect(service.blobs.get(hash)!.bytes.equals(bytes)).toBe(true);
  });

  it('are named by a SHA-256, or refused: also where the answer has no body', async () => {
    const { client, peer } = await start();
    await expect(client.blobOffset(peer, 'ABC')).rejects.toMatchObject({ code: 'BAD_HASH' });
  });
});

describe('a client does not believe', () => {
  const clientTo = async (handler: Parameters<typeof listenWith>[0], options: { timeoutMs?: number } = {}) => {
    const store = newStore();
    const identity = await newIdentity(store);
    const stranger = await newIdentity(newStore());
    const listener = await listenWith(handler);
    const agents = createAgents({ allowPrivateAddresses: true });
    const verifier = createVerifier(store);
    const client = createHttpClient({ identity, verifier, agents, clock: { now: Date.now }, chance, ...options });
    sites = { close: async () => (agents.destroy(), listener.close()) } as unknown as Sites;
    return { client, peer: { id: stranger.instance, url: listener.url } };
  };

  it('an answer that nobody signed, whatever it says', async () => {
    const { client, peer } = await clientTo((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('[{"outcome":"applied"}]');
    });
    await expect(client.send(peer, [{}])).rejects.toMatchObject({ name: 'Unreachable' });
  });

  it('a refusal that nobody signed', async () => {
    const { client, peer } = await clientTo((_request, response) => {
      response.statusCode = 403;
      response.end('{"error":{"code":"NOT_LINKED","message":"Go away."}}');
    });
    await expect(client.send(peer, [{}])).rejects.toMatchObject({ name: 'Unreachable' });
  });

  it('the answer to another request, though the peer signed it', async () => {
    const { client, peer } = await start();
    let recorded: { headers: Record<string, string | string[] | undefined>; body: Buffer } | null = null;
    // Something in between that answers the second request with the answer to the first.
    const between = await listenWith((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', async () => {
        if (!recorded) {
          const answer = await fetch(peer.url.replace('/api', '') + request.url, {
            method: request.method,
            headers: request.headers as Record<string, string>,
            body: Buffer.concat(chunks),
          }).catch(() => null);
          // fetch inflates: the recorded body is made again from what was said.
          recorded = answer && {
            headers: Object.fromEntries(answer.headers),
            body: Buffer.from(await answer.arrayBuffer()),
          };
        }
        response.writeHead(200, recorded!.headers as never);
        response.end(recorded!.body);
      });
    });
    try {
      await client.exchangeState({ ...peer, url: between.url }, { n: 1 });
      await expect(client.exchangeState({ ...peer, url: between.url }, { n: 2 })).rejects.toMatchObject({
        name: 'Unreachable',
      });
    } finally {
      await between.close();
    }
  });

  it('a redirect, and does not follow it', async () => {
    const paths: string[] = [];
    const { client, peer } = await clientTo((request, response) => {
      paths.push(request.url!);
      response.writeHead(307, { location: '/elsewhere' });
      response.end();
    });
    await expect(client.send(peer, [{}])).rejects.toThrow(/redirects/);
    expect(paths).toEqual(['/api/replication/v1/messages']);
  });

  it('an answer that drips for longer than it waits', async () => {
    const { client, peer } = await clientTo(
      (_request, response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      },
      { timeoutMs: 300 }
    );
    await expect(client.send(peer, [{}])).rejects.toThrow(/no complete answer/);
  });

  it('that a busy or broken site refuses: it keeps the Retry-After', async () => {
    const { client, peer } = await clientTo((_request, response) => {
      response.writeHead(503, { 'retry-after': '7' });
      response.end();
    });
    await expect(client.send(peer, [{}])).rejects.toMatchObject({ name: 'Unreachable', retryAfterMs: 7000 });
  });

  it('that a private address is a site, unless the configuration says so', async () => {
    const { peer } = await clientTo((_request, response) => response.end());
    const store = newStore();
    const agents = createAgents({ allowPrivateAddresses: false });
    const client = createHttpClient({
      identity: await newIdentity(store),
      verifier: createVerifier(store),
      agents,
      clock: { now: Date.now },
      chance,
    });
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433', '0x7f.1']) {
      const url = peer.url.replace('127.0.0.1', host);
      await expect(client.send({ ...peer, url }, [{}])).rejects.toThrow(/allowPrivateAddresses/);
    }
    agents.destroy();
  });
});
