import { createAgents } from '../../../server/src/http/agents';
import { createHttpClient } from '../../../server/src/http/client';
import { createGate } from '../../../server/src/http/gate';
import type { Json } from '../../../server/src/replication/entity';
import { Unreachable } from '../../../server/src/replication/errors';
import { createLinkDesk } from '../../../server/src/replication/link/desk';
import { createExchange } from '../../../server/src/replication/link/exchange';
import { LivingIdentity, loadIdentity } from '../../../server/src/replication/link/identity';
import { learnKeysOf } from '../../../server/src/replication/link/key-record';
import { createKeyDesk } from '../../../server/src/replication/link/key-desk';
import { readPrivateKey } from '../../../server/src/replication/link/keys';
import { createReception } from '../../../server/src/replication/link/reception';
import { createVerifier } from '../../../server/src/replication/link/verifier';
import type { Store } from '../../../server/src/replication/ports';
import type { LinkState } from '../../../server/src/replication/tables';
import type { LinkWire } from '../../../server/src/replication/transport/wire';
import { chance, listen, newStore, plainSecrets, RememberingService, ShiftedClock } from '../http/two-sites';

/** One site with all that linking needs, on loopback. */
export const createLinkedSite = async (
  name: string,
  options: { store?: Store; privateKey?: string; clock?: ShiftedClock } = {}
) => {
  const store = options.store ?? newStore();
  const clock = options.clock ?? new ShiftedClock();
  const identityOptions = { secrets: plainSecrets, clock, privateKey: options.privateKey ?? null };
  const identity = new LivingIdentity(await store.transaction((unit) => loadIdentity(unit, identityOptions)));
  const agents = createAgents({ allowPrivateAddresses: true });
  const verifier = createVerifier(store);
  const learn = (instance: string, keys: Json) => store.transaction((unit) => learnKeysOf(unit, instance, keys));
  const client = createHttpClient({ identity, verifier, agents, clock, chance, learn });
  const changes: [string, LinkState][] = [];
  const onChange = (link: string, state: LinkState) => void changes.push([link, state]);
  const network = { down: false, sent: [] as { url: string; body: Json }[] };
  const guard = async <T>(url: string, body: Json, work: () => Promise<T>): Promise<T> => {
    if (network.down) throw new Unreachable('The test has cut the line.');
    network.sent.push({ url, body });
    return work();
  };
  const wire: LinkWire = {
    introduce: (url, request) => guard(url, request, () => client.introduce(url, request)),
    exchangeState: (peer, mine) => guard(peer.url, mine, () => client.exchangeState(peer, mine)),
    hello: (url) => guard(url, null, () => client.hello(url)),
    largestBody: (peer) => guard(peer.url, null, () => client.largestBody(peer)),
  };
  const site = { name, url: '' };
  const exchange = createExchange({ identity, store, clock, wire, site, onChange });
  const revoked: string[] = [];
  const gateParts = () => ({
    identity,
    verifier,
    store,
    clock,
    service: new RememberingService(),
    reception: createReception({ identity, store, clock, site, exchange, onChange }),
    onRevoked: (link: string) => void revoked.push(link),
  });
  // The gate needs the address that it gets by listening.
  const handlers: { gate: ReturnType<typeof createGate> | null } = { gate: null };
  const late = (action: keyof ReturnType<typeof createGate>) => (ctx: never) => handlers.gate![action](ctx);
  const listener = await listen({
    hello: late('hello'),
    messages: late('messages'),
    ask: late('ask'),
    fetch: late('fetch'),
    blob: late('blob'),
    link: late('link'),
    linkState: late('linkState'),
  });
  site.url = listener.url;
  handlers.gate = createGate(gateParts());
  const desk = createLinkDesk({ identity, store, clock, chance, wire, site, exchange, onChange });
  const keys = createKeyDesk({ identity, options: identityOptions, store, clock, verifier, onChange: () => undefined });
  return {
    store,
    clock,
    identity,
    keys,
    verifier,
    /** Links of which something with a revoked key was refused. */
    revoked,
    /** What a thief of the database and of its encryption key has. */
    privateKey: (stored: string) => readPrivateKey(plainSecrets.decrypt(stored)!).privateKey,
    desk,
    exchange,
    wire,
    client,
    changes,
    network,
    url: listener.url,
    peer: { id: identity.instance, url: listener.url },
    stateOf: async (link: string) => (await desk.list()).find((row) => row.id === link)?.state ?? null,
    close: async () => {
      agents.destroy();
      await listener.close();
    },
  };
};

/** One site redeems another's code, and is accepted. */
export const linkByCode = async (issuer: LinkedSite, asker: LinkedSite): Promise<void> => {
  await asker.desk.redeem((await issuer.desk.issueCode()).code);
  await issuer.desk.accept(asker.identity.instance);
};

export type LinkedSite = Awaited<ReturnType<typeof createLinkedSite>>;
