import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { applyConfiguredLinks, readConfiguredLinks } from '../../../server/src/replication/link/configured';
import { loadIdentity } from '../../../server/src/replication/link/identity';
import { readKeyChain } from '../../../server/src/replication/link/key-record';
import { instanceIdOf, readPrivateKey } from '../../../server/src/replication/link/keys';
import { newStore, plainSecrets } from '../http/two-sites';
import { createLinkedSite } from './linked-site';
import type { LinkedSite } from './linked-site';

const clock = { now: () => 1_700_000_000_000 };
const lockedOut = { ...plainSecrets, missing: () => 'Set admin.secrets.encryptionKey.' };

describe('an identity', () => {
  it('is made once, and is the same after a restart', async () => {
    const store = newStore();
    const load = () => store.transaction((unit) => loadIdentity(unit, { secrets: plainSecrets, clock }));
    const first = await load();
    const second = await load();
    expect(second).toMatchObject({ instance: first.instance, key: first.key, keys: first.keys });
    expect(first.instance).toBe(instanceIdOf(first.publicKey));
    expect(second.sign(Buffer.from('x'))).toBe(first.sign(Buffer.from('x')));
    const rows = await store.transaction(({ tables }) => tables.find('signing_keys', {}));
    expect(rows).toHaveLength(1);
    expect(rows[0]!.private_key).toMatch(/^locked:/);
  });

  it('is not made where its private key could not be kept: it says which line is missing', async () => {
    const store = newStore();
    const load = store.transaction((unit) => loadIdentity(unit, { secrets: lockedOut, clock }));
    await expect(load).rejects.toThrow('Set admin.secrets.encryptionKey.');
    expect(await store.transaction(({ tables }) => tables.count('settings', {}))).toBe(0);
  });

  it('says so where its private key was stored under another encryption key', async () => {
    const store = newStore();
    await store.transaction((unit) => loadIdentity(unit, { secrets: plainSecrets, clock }));
    const secrets = { ...plainSecrets, decrypt: () => null };
    const load = store.transaction((unit) => loadIdentity(unit, { secrets, clock }));
    await expect(load).rejects.toMatchObject({ code: 'WRONG_SECRET' });
  });

  it('comes from the configuration as PEM or as a seed, and then stores nothing secret', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(16).toString('base64');
    const ids = [pem, pem.replaceAll('\n', '\\n'), seed].map(async (given) => {
      const store = newStore();
      const identity = await store.transaction((unit) =>
        loadIdentity(unit, { secrets: lockedOut, clock, privateKey: given })
      );
      const [row] = await store.transaction(({ tables }) => tables.find('signing_keys', {}));
      expect(row!.private_key).toBeNull();
      return identity.instance;
    });
    expect(new Set(await Promise.all(ids)).size).toBe(1);
    expect(() => readPrivateKey('nonsense')).toThrow(/REPLICATION_PRIVATE_KEY/);
  });

  it('keeps its id when its key changes: the old key endorses the new one', async () => {
    const store = newStore();
    const first = await store.transaction((unit) => loadIdentity(unit, { secrets: plainSecrets, clock }));
    const privateKey = randomBytes(32).toString('base64');
    const second = await store.transaction((unit) => loadIdentity(unit, { secrets: plainSecrets, clock, privateKey }));
    expect(second.instance).toBe(first.instance);
    expect(second.key).not.toBe(first.key);
    expect(readKeyChain(second.keys).map(({ key }) => key)).toEqual([first.key, second.key]);
  });

  it('is not taken by a chain of keys with a foreign, unendorsed or altered link', async () => {
    const identityOf = () => {
      const store = newStore();
      return store.transaction((unit) => loadIdentity(unit, { secrets: plainSecrets, clock }));
    };
    const [mine, foreign] = [await identityOf(), await identityOf()];
    const [record] = mine.keys;
    expect(() => readKeyChain([record, foreign.keys[0]])).toThrow(/does not endorse/);
    expect(() => readKeyChain([{ ...record, instance: foreign.instance }])).toThrow(/not signed by its own key/);
    expect(() => readKeyChain([{ ...record, created: 5 }])).toThrow(/not signed by its own key/);
    expect(() => readKeyChain([{ ...record, public_key: foreign.publicKey }])).toThrow(/key id/);
    expect(() => readKeyChain([])).toThrow();
    expect(() => readKeyChain([{ ...record, extra: 1 }])).toThrow();
  });
});

describe('links from the configuration', () => {
  let sites: LinkedSite[] = [];
  afterEach(async () => {
    await Promise.all(sites.map((site) => site.close()));
    sites = [];
  });
  const site = async (...given: Parameters<typeof createLinkedSite>) => {
    const made = await createLinkedSite(...given);
    sites.push(made);
    return made;
  };
  const configure = (here: LinkedSite, links: unknown) =>
    here.store.transaction((unit) => applyConfiguredLinks(unit, readConfiguredLinks(links), here.identity, 1));

  it('are there at once, locked, on both sides, without a person', async () => {
    const [a, b] = [await site('A'), await site('B')];
    const list = JSON.stringify([a, b].map(({ url, identity }) => ({ url, publicKey: identity.publicKey })));
    expect(await configure(a, list)).toEqual([b.identity.instance]);
    expect(await configure(b, list)).toEqual([a.identity.instance]);
    expect(await configure(b, list)).toEqual([]);
    expect(await a.client.send(b.peer, [{ n: 1 }])).toEqual([{ echo: { n: 1 } }]);
    await expect(a.desk.unlink(b.identity.instance)).rejects.toMatchObject({ code: 'LINK_LOCKED' });
    await a.exchange.poll();
    const [key] = await b.store.transaction(({ tables }) => tables.find('signing_keys', { id: a.identity.key }));
    expect(JSON.parse(key!.record)).toEqual(a.identity.keys[0]);
  });

  it('end when their line goes', async () => {
    const [a, b] = [await site('A'), await site('B')];
    await configure(a, [{ url: b.url, publicKey: b.identity.publicKey }]);
    await configure(b, [{ url: a.url, publicKey: a.identity.publicKey }]);
    expect(await configure(a, '')).toEqual([b.identity.instance]);
    expect(await a.stateOf(b.identity.instance)).toBe('UNLINKED');
    await expect(b.client.send(a.peer, [{}])).rejects.toMatchObject({ code: 'NOT_LINKED' });
  });

  it('are refused with the line that is wrong', () => {
    expect(() => readConfiguredLinks('[{')).toThrow(/not JSON/);
    expect(() => readConfiguredLinks([{ url: 'https://x.example', publicKey: 'abc' }])).toThrow(/publicKey/);
    expect(() => readConfiguredLinks([{ url: 'ftp://x', publicKey: 'A'.repeat(43) }])).toThrow(/https/);
    expect(readConfiguredLinks(undefined)).toEqual([]);
  });

  it('go on when a site’s key changes: the linked site learns the new one from the chain', async () => {
    const [a, b] = [await site('A'), await site('B')];
    await b.desk.redeem((await a.desk.issueCode()).code);
    await a.desk.accept(b.identity.instance);
    const renewed = await site('B', { store: b.store, privateKey: randomBytes(32).toString('base64') });
    expect(renewed.identity.key).not.toBe(b.identity.key);
    expect(await renewed.client.send(a.peer, [{ n: 1 }])).toEqual([{ echo: { n: 1 } }]);
  });

  it('do not give a stranger’s keys a way in', async () => {
    const [a, stranger] = [await site('A'), await site('S')];
    await expect(stranger.client.send(a.peer, [{}])).rejects.toMatchObject({ name: 'Unreachable' });
    const keys = stranger.identity.keys as never;
    await expect(stranger.client.introduce(a.url, { v: 1, keys })).rejects.toMatchObject({ code: 'NOT_LINKED' });
    expect(await a.store.transaction(({ tables }) => tables.count('signing_keys', {}))).toBe(1);
  });
});
