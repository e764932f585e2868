import { createKeyDesk } from '../../../server/src/replication/link/key-desk';
import { changeKey, LivingIdentity, loadIdentity } from '../../../server/src/replication/link/identity';
import { introduceKey, learnKeys } from '../../../server/src/replication/link/key-record';
import { newKeyPair } from '../../../server/src/replication/link/keys';
import { newIdentity, newStore, plainSecrets } from '../http/two-sites';
import { createLinkedSite, linkByCode } from './linked-site';
import type { LinkedSite } from './linked-site';

let a: LinkedSite;
let b: LinkedSite;
beforeEach(async () => {
  [a, b] = [await createLinkedSite('Staging'), await createLinkedSite('Live')];
  await linkByCode(a, b);
});
afterEach(() => Promise.all([a.close(), b.close()]));

const options = { secrets: plainSecrets, clock: { now: Date.now } };
const linkAt = async (site: LinkedSite, other: LinkedSite) =>
  (await site.desk.list()).find(({ id }) => id === other.identity.instance)!;

describe('a key', () => {
  it('is changed by a new one that the old one endorses: the site keeps its id, and the old key verifies', async () => {
    const { key, instance, sign } = b.identity;
    const signature = sign(Buffer.from('before'));
    await b.keys.change();
    expect(b.identity.key).not.toBe(key);
    expect(b.identity.instance).toBe(instance);
    expect(b.identity.keys.map(({ endorsed_by: by }) => by)).toEqual([undefined, key]);
    await b.exchange.poll();
    expect(await a.verifier.verify(instance, key, Buffer.from('before'), signature)).toBe('good');
    const stored = await b.store.transaction(({ tables }) => tables.find('signing_keys', { instance }));
    expect(stored.filter((row) => row.private_key !== null).map(({ id }) => id)).toEqual([b.identity.key]);
  });

  it('is one of so many of an instance at most: whoever has the first may endorse others without end', async () => {
    const first = newKeyPair();
    const base = introduceKey(first, Date.now());
    const branch = (length: number) => {
      const chain = [base];
      let before = first;
      for (let n = 0; n < length; n += 1) {
        const pair = newKeyPair();
        chain.push(introduceKey(pair, Date.now(), { instance: base.instance, pair: before } as never));
        before = pair;
      }
      return chain;
    };
    const learn = (length: number) => a.store.transaction((unit) => learnKeys(unit, branch(length)));
    await learn(49);
    await learn(49);
    await expect(learn(49)).rejects.toMatchObject({ code: 'TOO_MANY_KEYS' });
    const kept = await a.store.transaction(({ tables }) => tables.find('signing_keys', { instance: base.instance }));
    expect(kept).toHaveLength(99);
    expect(await a.store.transaction((unit) => learnKeys(unit, [base]))).toHaveLength(1);
  });

  it('is the same after a restart', async () => {
    await b.keys.change();
    const again = await b.store.transaction((unit) => loadIdentity(unit, options));
    expect(again.key).toBe(b.identity.key);
    expect(again.keys).toEqual(b.identity.keys);
  });

  it('is learned by linked sites in the next exchange, with the fingerprint that is shown', async () => {
    await b.keys.change();
    await b.exchange.poll();
    expect((await linkAt(a, b)).fingerprint).toBe(b.identity.fingerprint);
    expect(await a.client.send(b.peer, [{ n: 1 }])).toEqual([{ echo: { n: 1 } }]);
    expect(await b.client.send(a.peer, [{ n: 2 }])).toEqual([{ echo: { n: 2 } }]);
  });

  it('is learned from the chain where a message comes before the exchange', async () => {
    await b.keys.change();
    expect(await b.client.send(a.peer, [{ n: 1 }])).toEqual([{ echo: { n: 1 } }]);
  });

  it('stays as it was where the change is cut off', async () => {
    const { key } = b.identity;
    await expect(
      b.store.transaction(async (unit) => {
        await changeKey(unit, options);
        throw new Error('The process has died.');
      })
    ).rejects.toThrow();
    expect((await b.store.transaction((unit) => loadIdentity(unit, options))).key).toBe(key);
  });

  it('that comes from the configuration is changed there', async () => {
    const store = newStore();
    const identity = new LivingIdentity(await newIdentity(store));
    const desk = createKeyDesk({
      identity,
      options: { ...options, privateKey: 'given' },
      store,
      clock: { now: Date.now },
      verifier: a.verifier,
      onChange: () => undefined,
    });
    await expect(desk.change()).rejects.toMatchObject({ code: 'KEY_IN_CONFIGURATION' });
  });
});

describe('a key that was revoked', () => {
  const revoke = async () => {
    const [key] = await a.keys.ofLink(b.identity.instance);
    await a.keys.revoke(b.identity.instance, key!.id);
    return key!.id;
  };

  it('opens no request, and its site is told so in words', async () => {
    await revoke();
    await expect(b.client.send(a.peer, [{ n: 1 }])).rejects.toMatchObject({
      code: 'KEY_REVOKED',
      message: expect.stringMatching(/Change the key of this site/),
    });
    expect(a.revoked).toContain(b.identity.instance);
  });

  it('vouches for no answer', async () => {
    await revoke();
    await expect(a.client.send(b.peer, [{ n: 1 }])).rejects.toMatchObject({
      name: 'Unreachable',
      message: expect.stringMatching(/revoked here/),
    });
  });

  it('is shown as revoked; where it was in use, sharing is paused', async () => {
    const id = await revoke();
    expect(await a.keys.ofLink(b.identity.instance)).toMatchObject([
      { id, inUse: true, revokedAt: expect.any(Number) },
    ]);
    expect(await linkAt(a, b)).toMatchObject({ state: 'REGISTERED', paused: 1 });
  });

  it('does no harm to the newer one that was learned before', async () => {
    await b.keys.change();
    await b.exchange.poll();
    const [old] = await a.keys.ofLink(b.identity.instance);
    expect(old!.inUse).toBe(false);
    await a.keys.revoke(b.identity.instance, old!.id);
    expect(await linkAt(a, b)).toMatchObject({ paused: 0 });
    expect(await b.client.send(a.peer, [{ n: 1 }])).toEqual([{ echo: { n: 1 } }]);
  });

  it('endorses no key that is not known yet: whoever stole it could', async () => {
    const stolen = await b.store.transaction(({ tables }) => tables.find('signing_keys', { id: b.identity.key }));
    const thief = introduceKey(newKeyPair(), Date.now(), {
      instance: b.identity.instance,
      pair: { publicKey: b.identity.publicKey, privateKey: b.privateKey(stolen[0]!.private_key!) },
    });
    await revoke();
    const chain = [...b.identity.keys, thief];
    await expect(b.client.introduce(a.url, { v: 1, keys: chain as never })).rejects.toMatchObject({
      code: 'KEY_REVOKED',
    });
    await expect(a.store.transaction((unit) => learnKeys(unit, chain))).rejects.toMatchObject({ code: 'KEY_REVOKED' });
    expect(await a.keys.ofLink(b.identity.instance)).toHaveLength(1);
  });

  it('is got over by a new key and a new code: two people have compared fingerprints', async () => {
    await revoke();
    await b.keys.change();
    await expect(b.client.send(a.peer, [{ n: 1 }])).rejects.toMatchObject({ code: 'KEY_REVOKED' });
    await a.desk.unlink(b.identity.instance);
    await b.desk.unlink(a.identity.instance).catch(() => undefined);
    await b.desk.redeem((await a.desk.issueCode()).code);
    await a.desk.accept(b.identity.instance);
    expect(await b.client.send(a.peer, [{ n: 1 }])).toEqual([{ echo: { n: 1 } }]);
    expect(await a.keys.ofLink(b.identity.instance)).toMatchObject([
      { revokedAt: expect.any(Number), inUse: false },
      { revokedAt: null, inUse: true },
    ]);
  });

  it('cannot be used for a new link either', async () => {
    await revoke();
    await a.desk.unlink(b.identity.instance);
    await b.desk.unlink(a.identity.instance).catch(() => undefined);
    const { code } = await a.desk.issueCode();
    await expect(b.desk.redeem(code)).rejects.toMatchObject({ code: 'KEY_REVOKED' });
  });

  it('belongs to the link that is named, or is none', async () => {
    await expect(a.keys.revoke(b.identity.instance, a.identity.key)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    await expect(a.keys.revoke('nobody', b.identity.key)).rejects.toMatchObject({ code: 'LINK_UNKNOWN' });
  });
});
