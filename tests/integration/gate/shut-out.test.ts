import { introduceKey } from '../../../server/src/replication/link/key-record';
import { newKeyPair, readPrivateKey } from '../../../server/src/replication/link/keys';
import { changesNothing, fresh, published, refused } from './claims';
import { startHonestAndHostile, type Attack } from './hostile-site';

const AUTHOR = 'api::author.author';
let attack: Attack;
let key: string;
let old: ReturnType<Attack['keyInUse']>;
let held: { id: string; message: ReturnType<Attack['update']> };

const author = (id: string, signer?: typeof old) =>
  attack.update(AUTHOR, id, { parts: published({ name: 'Theirs' }), signer });
const keysPath = () => `/replication/links/${attack.me}/keys`;
const revoke = async (id: string) => (await attack.honest.admin()).post(`${keysPath()}/${id}/revoke`, {});

beforeAll(async () => {
  attack = await startHonestAndHostile();
  old = attack.keyInUse();
  key = old.key;
  const id = fresh();
  held = { id, message: author(id) };
  expect(await attack.send(held.message)).toEqual([{ status: 'applied' }]);
});
afterAll(() => attack.close());

describe('a linked site’s key that was revoked', () => {
  it('was good until then, beside the one that it has endorsed', async () => {
    await attack.changeKey();
    // As every site does at once: until then the old key counts as the one in use.
    await attack.wire.exchangeState(attack.peer, { state: 'REGISTERED', keys: attack.identity.keys as never });
    expect(await attack.send(author(fresh()))).toEqual([{ status: 'applied' }]);
    expect(await attack.send(author(fresh(), old))).toEqual([{ status: 'applied' }]);
    expect((await attack.request({ path: '/v1/messages', signer: old })).status).toBe(200);
  });

  it('is listed, and shut out by an administrator', async () => {
    const { data } = await revoke(key);
    expect(data).toHaveLength(2);
    expect(data.find((one: { id: string }) => one.id === key)).toMatchObject({ revokedAt: expect.any(Number) });
    await expect(revoke('0'.repeat(32))).rejects.toMatchObject({ status: 404 });
  });

  it('opens no request, and the answer says what to do', () =>
    changesNothing(attack, async () => {
      const answer = await attack.request({ path: '/v1/messages', signer: old });
      expect(answer).toMatchObject({ status: 403, code: 'KEY_REVOKED' });
      expect(answer.text).toMatch(/Change the key of this site/);
    }));

  it('brings no version that is not held, though its site may still speak', () =>
    changesNothing(attack, async () => {
      await refused(attack, 'KEY_REVOKED', author(fresh(), old));
      expect(attack.honest.logs()).toMatch(/signed with a key which was revoked here/);
    }));

  it('verifies what is held already, and the newer key goes on', async () => {
    expect(await attack.send(held.message)).toEqual([{ status: 'known' }]);
    expect(await attack.send(author(fresh()))).toEqual([{ status: 'applied' }]);
  });

  it('endorses no other key, whoever shows it', () =>
    changesNothing(attack, async () => {
      const thief = newKeyPair();
      const pair = {
        publicKey: attack.identity.keys[0]!.public_key,
        privateKey: readPrivateKey(attack.firstSeed()).privateKey,
      };
      const record = introduceKey(thief, Date.now(), { instance: attack.me, pair });
      const keys = [attack.identity.keys[0], record] as never;
      await expect(attack.wire.introduce(attack.peer.url, { v: 1, keys })).rejects.toMatchObject({
        code: 'KEY_REVOKED',
      });
    }));

  it('stays shut out after a restart', async () => {
    await attack.honest.restart();
    expect(await attack.request({ path: '/v1/messages', signer: old })).toMatchObject({ code: 'KEY_REVOKED' });
  });
});

describe('a linked site that sends more than it may in a day', () => {
  const send = () => attack.request({ path: '/v1/messages', body: `${JSON.stringify(author(fresh()))}\n` });

  it('is answered 429 and when to come again, also after a restart, and nothing of it is taken', async () => {
    const quota = { requestsPerSecond: 500, messagesPerDay: 2, bytesPerDay: 1_000_000_000 };
    attack.honest.env.REPLICATION_CONFIG = JSON.stringify({ allowPrivateAddresses: true, quota });
    await attack.honest.restart();
    await send();
    await send();
    for (let start = 0; start < 2; start += 1) {
      await changesNothing(attack, async () => {
        const answer = await send();
        expect(answer).toMatchObject({ status: 429, code: 'OVER_QUOTA' });
        const seconds = Number(answer.headers.get('retry-after'));
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThanOrEqual(86_400);
      });
      await attack.honest.restart();
    }
  });

  it('asks no oftener than it may in a second', async () => {
    const quota = { requestsPerSecond: 0.001, messagesPerDay: 1_000_000, bytesPerDay: 1_000_000_000 };
    attack.honest.env.REPLICATION_CONFIG = JSON.stringify({ allowPrivateAddresses: true, quota });
    await attack.honest.restart();
    expect((await send()).status).toBe(200);
    const answer = await send();
    expect(answer).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(1);
  });
});
