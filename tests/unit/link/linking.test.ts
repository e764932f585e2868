import { readCode, writeCode } from '../../../server/src/replication/link/code';
import {
  answerIntroduction,
  introduce,
  readAnswer,
  readIntroduction,
} from '../../../server/src/replication/link/handshake';
import { keyOf } from '../../../server/src/replication/entity';
import { newReplica } from '../../../server/src/replication/queue/wanted-replica';
import { createLinkedSite, linkByCode } from './linked-site';
import type { LinkedSite } from './linked-site';

let a: LinkedSite;
let b: LinkedSite;
beforeEach(async () => {
  a = await createLinkedSite('Staging');
  b = await createLinkedSite('Live');
});
afterEach(() => Promise.all([a.close(), b.close()]));

const idA = () => a.identity.instance;
const idB = () => b.identity.instance;
const states = async () => [await a.stateOf(idB()), await b.stateOf(idA())];
const redeem = async () => b.desk.redeem((await a.desk.issueCode()).code);
const link = () => linkByCode(a, b);

describe('linking by code', () => {
  it('shows each side the other’s name and fingerprint, and links when the issuer’s administrator accepts', async () => {
    await redeem();
    expect(await states()).toEqual(['REQUESTING', 'REQUESTED']);
    const [seenByA] = await a.desk.list();
    const [seenByB] = await b.desk.list();
    expect(seenByA).toMatchObject({ name: 'Live', url: b.url, fingerprint: (await b.desk.me()).fingerprint });
    expect(seenByB).toMatchObject({ name: 'Staging', url: a.url, fingerprint: (await a.desk.me()).fingerprint });
    await expect(b.client.send(a.peer, [{}])).rejects.toMatchObject({ code: 'NOT_LINKED' });
    await a.desk.accept(idB());
    expect(await states()).toEqual(['REGISTERED', 'REGISTERED']);
    expect(b.changes).toEqual([
      [idA(), 'REQUESTED'],
      [idA(), 'REGISTERED'],
    ]);
    expect(await b.client.send(a.peer, [{ n: 1 }])).toEqual([{ echo: { n: 1 } }]);
    expect(await a.client.send(b.peer, [{ n: 2 }])).toEqual([{ echo: { n: 2 } }]);
  });

  it('never sends the secret', async () => {
    const { code } = await a.desk.issueCode();
    await b.desk.redeem(code);
    expect(JSON.stringify(b.network.sent)).not.toContain(readCode(code).secret);
  });

  it('tells what a code says before anything is done with it', async () => {
    const { code, expiresAt } = await a.desk.issueCode();
    const { id, url, fingerprint } = await a.desk.me();
    expect(await b.desk.readCode(` ${code.slice(0, 50)}\n${code.slice(50)} `)).toEqual({
      id,
      url,
      fingerprint,
      expiresAt,
    });
    expect(fingerprint).toMatch(/^([0-9a-f]{4} ){3}[0-9a-f]{4}$/);
    expect(b.network.sent).toEqual([]);
  });

  it('takes a code once', async () => {
    const { code } = await a.desk.issueCode();
    await b.desk.redeem(code);
    const c = await createLinkedSite('Third');
    await expect(c.desk.redeem(code)).rejects.toMatchObject({ code: 'CODE_USED' });
    expect(await c.desk.list()).toEqual([]);
    expect(await a.desk.list()).toHaveLength(1);
    await c.close();
  });

  it('takes a code once, also of two at the same moment', async () => {
    const { code } = await a.desk.issueCode();
    const c = await createLinkedSite('Third');
    const outcomes = await Promise.allSettled([b.desk.redeem(code), c.desk.redeem(code)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await a.desk.list()).toHaveLength(1);
    await c.close();
  });

  it('takes no code after 15 minutes, whatever the asker’s clock says', async () => {
    const { code } = await a.desk.issueCode();
    a.clock.shift = 15 * 60_000 + 1;
    await expect(b.desk.redeem(code)).rejects.toMatchObject({ code: 'CODE_EXPIRED' });
    expect(await a.desk.list()).toEqual([]);
  });

  it('takes no code that is cut, mistyped or none at all, and says which', async () => {
    const { code } = await a.desk.issueCode();
    await expect(b.desk.redeem('hello')).rejects.toMatchObject({ code: 'NOT_A_CODE' });
    await expect(b.desk.redeem(code.slice(0, -9))).rejects.toMatchObject({ code: 'CODE_DAMAGED' });
    const at = 60;
    const typo = code.slice(0, at) + (code[at] === 'a' ? 'b' : 'a') + code.slice(at + 1);
    await expect(b.desk.redeem(typo)).rejects.toMatchObject({ code: 'CODE_DAMAGED' });
  });

  it('refuses a site’s own code', async () => {
    const { code } = await a.desk.issueCode();
    await expect(a.desk.redeem(code)).rejects.toMatchObject({ code: 'SELF_LINK' });
  });

  it('refuses who knows the code’s name but not its secret, without burning the code', async () => {
    const { code } = await a.desk.issueCode();
    const guessed = writeCode({ ...readCode(code), secret: Buffer.alloc(32).toString('base64url') });
    await expect(b.desk.redeem(guessed)).rejects.toMatchObject({ code: 'CODE_UNKNOWN' });
    await expect(b.desk.redeem(code)).resolves.toMatchObject({ state: 'REQUESTED' });
  });

  it('refuses a proof that was made for another address or by another name', async () => {
    const code = readCode((await a.desk.issueCode()).code);
    const me = { keys: b.identity.keys, name: 'Live', url: b.url };
    const request = introduce(b.identity, me, code) as { from: object };
    for (const change of [{ url: 'https://evil.example/api' }, { name: 'Bank' }]) {
      const changed = { ...request, from: { ...request.from, ...change } };
      await expect(b.client.introduce(a.url, changed as never)).rejects.toMatchObject({ code: 'CODE_UNKNOWN' });
    }
    await expect(b.client.introduce(a.url, request as never)).resolves.toBeDefined();
  });

  it('does not believe an answer of another site than the one that issued the code', async () => {
    const c = await createLinkedSite('Impostor');
    const { code } = await a.desk.issueCode();
    await c.store.transaction(({ tables }) =>
      // The impostor has seen the code, and answers at an address of its own.
      tables.insert(
        'invitations',
        [
          {
            nonce: readCode(code).nonce,
            secret: readCode(code).secret,
            expires_at: readCode(code).expiresAt,
            used_at: null,
          },
        ],
        'fail'
      )
    );
    const turned = writeCode({ ...readCode(code), url: c.url });
    await expect(b.desk.redeem(turned)).rejects.toMatchObject({ name: 'Refused' });
    expect(await b.desk.list()).toEqual([]);

    const parsed = readCode(code);
    const me = { keys: b.identity.keys, name: 'Live', url: b.url };
    const request = readIntroduction(introduce(b.identity, me, parsed));
    const answerOf = (site: LinkedSite, url: string) =>
      answerIntroduction(site.identity, { keys: site.identity.keys, name: 'S', url }, request, parsed.secret);
    expect(readAnswer(answerOf(a, a.url), me, parsed)).toMatchObject({ url: a.url });
    expect(() => readAnswer(answerOf(c, a.url), me, parsed)).toThrow(/Another site/);
    expect(() => readAnswer(answerOf(a, c.url), me, parsed)).toThrow(/not made by the site/);
    const renamed = answerOf(a, a.url) as { from: object };
    expect(() => readAnswer({ ...renamed, from: { ...renamed.from, name: 'Bank' } }, me, parsed)).toThrow(
      /not made by/
    );
    await c.close();
  });

  it('refuses requests that do not have the form of one, and keeps nothing of them', async () => {
    const request = introduce(
      b.identity,
      { keys: b.identity.keys, name: 'B', url: b.url },
      readCode((await a.desk.issueCode()).code)
    );
    const good = request as { [key: string]: never };
    const from = good.from as unknown as { [key: string]: never };
    const bad: unknown[] = [null, [], {}, { v: 1 }, { ...good, v: 2 }, { ...good, extra: 1 }, { ...good, nonce: 'x' }];
    bad.push({ ...good, from: { ...from, keys: [] } }, { ...good, from: { ...from, name: 'x'.repeat(300) } });
    bad.push(
      { ...good, mac: 'A'.repeat(43) },
      { ...good, signature: 'A'.repeat(86) },
      { ...good, from: { ...from, url: 'file:///etc' } }
    );
    for (const body of bad) {
      const failure = await b.client.introduce(a.url, body as never).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'Refused', code: expect.stringMatching(/^(BAD_|CODE_UNKNOWN)/) });
    }
    expect(await a.desk.list()).toEqual([]);
    await expect(b.client.introduce(a.url, request)).resolves.toBeDefined();
  });

  it('is completed by asking, where the word of acceptance was lost', async () => {
    await redeem();
    a.network.down = true;
    await a.desk.accept(idB());
    expect(await states()).toEqual(['REGISTERED', 'REQUESTED']);
    await b.exchange.poll();
    expect(await states()).toEqual(['REGISTERED', 'REGISTERED']);
  });

  it('is completed by telling again, where the asker can’t ask', async () => {
    await redeem();
    b.network.down = true;
    a.network.down = true;
    await a.desk.accept(idB());
    a.network.down = false;
    await a.exchange.poll();
    expect(await b.stateOf(idA())).toBe('REQUESTED');
    a.clock.shift = 60_000;
    await a.exchange.poll();
    expect(await states()).toEqual(['REGISTERED', 'REGISTERED']);
  });

  it('tells the asker when it is refused', async () => {
    await redeem();
    await a.desk.refuse(idB());
    expect(await states()).toEqual(['REFUSED', 'REFUSED']);
    await expect(b.client.send(a.peer, [{}])).rejects.toMatchObject({ code: 'NOT_LINKED' });
  });
});

describe('a link', () => {
  it('says when tested how it is, on both sides', async () => {
    await redeem();
    expect(await b.desk.test(idA())).toMatchObject({ ok: false, state: 'REQUESTED' });
    await a.desk.accept(idB());
    expect(await b.desk.test(idA())).toMatchObject({ ok: true, state: 'REGISTERED' });
    a.clock.shift = 10 * 60_000;
    expect(await b.desk.test(idA())).toMatchObject({ ok: false, message: expect.stringContaining('clocks') });
    a.clock.shift = 0;
    await a.close();
    expect(await b.desk.test(idA())).toMatchObject({
      ok: false,
      message: expect.stringContaining('nothing listens there'),
    });
    a = await createLinkedSite('Another');
  });

  it('ends on both sides, with its rules', async () => {
    await link();
    await a.store.transaction(({ tables }) =>
      tables.insert(
        'rules',
        [
          {
            id: 'r',
            scope: 'instance',
            uid: '',
            link: idB(),
            level: 'EVERYTHING',
            direction: 'BOTH',
            locked: 0,
            created_at: 0,
            dependencies: null,
          },
        ],
        'fail'
      )
    );
    await a.desk.unlink(idB());
    expect(await states()).toEqual(['UNLINKED', 'UNLINKED']);
    expect(await a.store.transaction(({ tables }) => tables.find('rules', {}))).toEqual([]);
    await expect(a.client.send(b.peer, [{}])).rejects.toMatchObject({ code: 'NOT_LINKED' });
    await expect(b.client.send(a.peer, [{}])).rejects.toMatchObject({ code: 'NOT_LINKED' });
  });

  it('ends here at once, and there as soon as it can be told', async () => {
    await link();
    a.network.down = true;
    await a.desk.unlink(idB());
    expect(await states()).toEqual(['UNLINKED', 'REGISTERED']);
    a.network.down = false;
    a.clock.shift = 60_000;
    await a.exchange.poll();
    expect(await states()).toEqual(['UNLINKED', 'UNLINKED']);
    const before = a.network.sent.length;
    a.clock.shift = 200_000;
    await a.exchange.poll();
    expect(a.network.sent).toHaveLength(before);
  });

  it('can be made again after it has ended', async () => {
    await link();
    await b.desk.unlink(idA());
    await link();
    expect(await states()).toEqual(['REGISTERED', 'REGISTERED']);
  });

  describe('made again', () => {
    const rule = { id: 'r', scope: 'instance', uid: '', level: 'EVERYTHING', direction: 'BOTH' } as const;
    const shared = { ...newReplica('', keyOf({ uid: 'plugin::upload.file', id: 'f' })), state: 'queued' } as const;
    const left = (site: LinkedSite) =>
      site.store.transaction(async ({ tables }) => [await tables.find('rules', {}), await tables.find('replicas', {})]);
    const put = (site: LinkedSite, other: string) =>
      site.store.transaction(async ({ tables }) => {
        await tables.insert('rules', [{ ...rule, link: other, locked: 0, created_at: 0, dependencies: null }], 'fail');
        await tables.insert('replicas', [{ ...shared, link: other }], 'fail');
      });

    it('shares nothing by what was written while it ended', async () => {
      await link();
      await b.desk.unlink(idA());
      await put(a, idB());
      await put(b, idA());
      await link();
      expect(await left(a)).toEqual([[], []]);
      expect(await left(b)).toEqual([[], []]);
    });

    it('shares nothing by the rules of one whose end was not heard of', async () => {
      await link();
      await put(a, idB());
      b.network.down = true;
      await b.desk.unlink(idA());
      b.network.down = false;
      expect(await states()).toEqual(['REGISTERED', 'UNLINKED']);
      await link();
      expect(await states()).toEqual(['REGISTERED', 'REGISTERED']);
      expect(await left(a)).toEqual([[], []]);
    });
  });

  it('is not made again by a stale word of its end', async () => {
    await link();
    a.network.down = true;
    await a.desk.unlink(idB());
    a.network.down = false;
    b.network.down = false;
    await b.desk.unlink(idA());
    await link();
    a.clock.shift = 60_000;
    await a.exchange.poll();
    expect(await states()).toEqual(['REGISTERED', 'REGISTERED']);
  });

  it('can be renamed and paused here', async () => {
    await link();
    await a.desk.rename(idB(), '  www  ');
    await a.desk.pause(idB(), true);
    expect(await a.desk.list()).toMatchObject([{ name: 'www', paused: 1, state: 'REGISTERED' }]);
    await a.desk.pauseAll(false);
    expect(await a.desk.list()).toMatchObject([{ paused: 0 }]);
    await a.desk.pauseAll(true);
    expect(await a.desk.list()).toMatchObject([{ paused: 1 }]);
    await expect(a.desk.rename(idB(), ' ')).rejects.toMatchObject({ code: 'BAD_NAME' });
    await expect(a.desk.rename('nobody', 'x')).rejects.toMatchObject({ code: 'LINK_UNKNOWN' });
  });
});
