import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAgents } from '../../../server/src/http/agents';
import { createHttpClient } from '../../../server/src/http/client';
import type { ClientOptions } from '../../../server/src/http/client';
import { createGate } from '../../../server/src/http/gate';
import type { Gate } from '../../../server/src/http/gate';
import type { GateLimits } from '../../../server/src/http/limits';
import type { QuotaLimits } from '../../../server/src/http/quota';
import type { Json } from '../../../server/src/replication/entity';
import { Refused } from '../../../server/src/replication/errors';
import { loadIdentity } from '../../../server/src/replication/link/identity';
import type { Identity, Secrets } from '../../../server/src/replication/link/identity';
import { learnKeys } from '../../../server/src/replication/link/key-record';
import { createVerifier } from '../../../server/src/replication/link/verifier';
import type { Content, Store } from '../../../server/src/replication/ports';
import type { LinkState } from '../../../server/src/replication/tables';
import type { PeerService, Reception } from '../../../server/src/replication/transport/wire';
import { MemoryDatabase } from '../../support/memory/database';
import { memoryStore, ownTables } from '../../support/memory/tables';

// Koa and its router come with Strapi.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const Koa = require('koa');
// eslint-disable-next-line @typescript-eslint/no-require-imports
const Router = require('@koa/router');

export const plainSecrets: Secrets = {
  missing: () => null,
  encrypt: (text) => `locked:${text}`,
  decrypt: (text) => (text.startsWith('locked:') ? text.slice(7) : null),
};

export const newStore = (): Store => memoryStore(new MemoryDatabase(ownTables()), () => ({}) as Content);

export const chance = { bytes: (length: number) => randomBytes(length), fraction: () => Math.random() };

/** A clock that stands where it is set, relative to the real one. */
export class ShiftedClock {
  shift = 0;
  now(): number {
    return Date.now() + this.shift;
  }
}

export const newIdentity = async (store: Store): Promise<Identity> =>
  store.transaction((unit) => loadIdentity(unit, { secrets: plainSecrets, clock: { now: Date.now } }));

/** A service that remembers what it got and keeps blobs in memory. */
export class RememberingService implements PeerService {
  received: { link: string; messages: Json[] }[] = [];
  readonly blobs = new Map<string, { bytes: Buffer; total: number }>();
  /** What to do instead of answering. */
  onReceive: ((messages: Json[]) => Json[]) | null = null;

  async receive(link: string, messages: Json[]): Promise<Json[]> {
    this.received.push({ link, messages });
    return this.onReceive ? this.onReceive(messages) : messages.map((message) => ({ echo: message }));
  }

  async answer(_link: string, topic: string, question: Json): Promise<Json> {
    if (topic !== 'buckets') throw new Refused('UNKNOWN_TOPIC', 'There is no such question.');
    return { asked: question };
  }

  async blobOffset(_link: string, hash: string) {
    const blob = this.blobs.get(hash);
    if (blob && blob.bytes.length === blob.total) return 'complete' as const;
    return { have: blob?.bytes.length ?? 0 };
  }

  /** What is handed out, and how often somebody asked. */
  given: { given: Json; isEmpty: boolean; wait: number } = { given: {}, isEmpty: false, wait: 0 };
  asked: { link: string; question: Json }[] = [];
  /** Ends what waits. */
  wake: () => void = () => undefined;
  onWaited: () => void = () => undefined;

  async handOut(link: string, question: Json) {
    this.asked.push({ link, question });
    return this.given;
  }

  async untilDue(_link: string, ms: number, signal: AbortSignal): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      signal.addEventListener('abort', () => resolve());
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    this.onWaited();
    return !signal.aborted;
  }

  async readBlob(_link: string, hash: string, from: number, most: number) {
    const blob = this.blobs.get(hash);
    if (!blob) throw new Refused('BLOB_GONE', 'There are no such bytes.');
    return { bytes: blob.bytes.subarray(from, from + most), total: blob.total };
  }

  async takeBody(_link: string, hash: string) {
    const blob = this.blobs.get(hash);
    if (!blob) throw new Refused('BODY_MISSING', 'The body has not come.');
    this.blobs.delete(hash);
    return blob.bytes;
  }

  async stageBlob(_link: string, hash: string, piece: AsyncIterable<Buffer>, from: number, total: number) {
    const blob = this.blobs.get(hash) ?? { bytes: Buffer.alloc(0), total };
    if (from !== blob.bytes.length) throw new Refused('WRONG_OFFSET', 'Bytes are added where the last ones ended.');
    for await (const chunk of piece) blob.bytes = Buffer.concat([blob.bytes, chunk]);
    this.blobs.set(hash, blob);
  }
}

export const createTwoSites = async (
  options: { limits?: Partial<GateLimits>; quota?: Partial<QuotaLimits>; client?: Partial<ClientOptions> } = {}
) => {
  const stores = { asker: newStore(), server: newStore() };
  const asker = await newIdentity(stores.asker);
  const server = await newIdentity(stores.server);
  await stores.asker.transaction((unit) => learnKeys(unit, server.keys));
  await stores.server.transaction((unit) => learnKeys(unit, asker.keys));

  const clock = new ShiftedClock();
  const service = new RememberingService();
  const defects: unknown[] = [];
  const states = new Map<string, LinkState>([[asker.instance, 'REGISTERED']]);
  const reception: Reception = {
    introduced: async (request) => ({ introduced: request }),
    heardState: async (link, theirs) => ({ link, theirs }),
    stateOf: async (link) => states.get(link) ?? null,
  };
  const verifier = createVerifier(stores.server);
  const gateOptions = {
    identity: server,
    verifier,
    store: stores.server,
    clock,
    service,
    reception,
    limits: options.limits,
    quota: options.quota,
    onDefect: (error: unknown) => void defects.push(error),
  };
  const listener = await listen(createGate(gateOptions));
  const processes = [listener];
  const agents = createAgents({ allowPrivateAddresses: true });
  const client = createHttpClient({
    identity: asker,
    verifier: createVerifier(stores.asker),
    agents,
    clock: { now: Date.now },
    chance,
    ...options.client,
  });
  const peerOf = (url: string) => ({ id: server.instance, url });
  const peer = peerOf(listener.url);
  return {
    asker,
    server,
    stores,
    client,
    peer,
    service,
    states,
    clock,
    defects,
    url: listener.url,
    verifier,
    /** Another process of the server, on the same database: its address. */
    another: async () => {
      const process = await listen(createGate({ ...gateOptions, verifier: createVerifier(stores.server) }));
      processes.push(process);
      return peerOf(process.url);
    },
    close: async () => {
      agents.destroy();
      for (const process of processes) await process.close();
    },
  };
};

/** A server that mounts the gate as Strapi does, below a REST prefix. */
export const listen = async (gate: Gate) => {
  const router = new Router({ prefix: '/api/replication' });
  router.get('/v1/hello', gate.hello);
  router.post('/v1/messages', gate.messages);
  router.post('/v1/ask/:topic', gate.ask);
  router.post('/v1/fetch', gate.fetch);
  router.get('/v1/blobs/:hash', gate.blob);
  router.put('/v1/blobs/:hash', gate.blob);
  router.post('/v1/link', gate.link);
  router.post('/v1/link/state', gate.linkState);
  const app = new Koa();
  app.silent = true;
  app.use(router.routes());
  return listenWith(app.callback());
};

export const listenWith = async (handler: http.RequestListener) => {
  const server = http.createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
