import { becomeAnother, currentKey, loadIdentity } from '../../../server/src/replication/link/identity';
import { seedOf, newKeyPair } from '../../../server/src/replication/link/keys';
import { createPlaceDesk } from '../../../server/src/replication/link/place-desk';
import { differencesOf, settlePlace, type Place } from '../../../server/src/replication/link/place';
import { startLink, untoldOf } from '../../../server/src/replication/link/rows';
import type { Store } from '../../../server/src/replication/ports';
import type { TableName } from '../../../server/src/replication/tables';
import { newIdentity, newStore, plainSecrets, ShiftedClock } from '../http/two-sites';

const HOME: Place = { url: 'https://live.example/api', facts: { path: '/srv/live/data.db', inode: '7' } };
const ELSEWHERE: Place = { url: 'https://staging.example/api', facts: { path: '/srv/staging/data.db', inode: '9' } };

let store: Store;
let instance: string;
const clock = new ShiftedClock();

beforeEach(async () => {
  store = newStore();
  ({ instance } = await newIdentity(store));
  await settle(HOME);
});

const settle = (place: Place, word = '') => store.transaction((unit) => settlePlace(unit, place, word, clock.now()));
const deskAt = (place: Place, on = store, privateKey: string | null = null) =>
  createPlaceDesk({
    store: on,
    clock,
    place,
    identity: { secrets: plainSecrets, clock, privateKey },
    takenUp: () => Promise.resolve(),
  });
const whose = () => store.transaction(async (unit) => (await currentKey(unit))?.instance);
const all = <T extends TableName>(table: T) => store.transaction(({ tables }) => tables.find(table, {}));

const linked = async (): Promise<string> => {
  const other = await newIdentity(newStore());
  await store.transaction((unit) =>
    startLink(unit, { keys: other.keys, url: 'https://other.example/api', name: 'Other' }, 'REGISTERED', clock.now())
  );
  return other.instance;
};

describe('a place', () => {
  it('differs where the URL or a fact of the database does', () => {
    expect(differencesOf(HOME, HOME)).toEqual([]);
    expect(differencesOf(HOME, { ...HOME, url: ELSEWHERE.url })).toEqual(['url']);
    expect(differencesOf(HOME, { ...HOME, facts: { ...HOME.facts, inode: '8' } })).toEqual(['inode']);
    expect(differencesOf(HOME, ELSEWHERE)).toEqual(['url', 'path', 'inode']);
  });

  it('is not compared where one of the two does not know it', () => {
    expect(differencesOf(HOME, { url: '', facts: { path: HOME.facts.path!, inode: '' } })).toEqual([]);
    expect(differencesOf({ url: '', facts: {} }, HOME)).toEqual([]);
  });
});

describe('an identity', () => {
  it('is at home where it first started, and asks nothing there', async () => {
    expect(await settle(HOME)).toBeNull();
    expect(await deskAt(HOME).question()).toBeNull();
  });

  it('asks where its database is found elsewhere, at each start, until somebody answers', async () => {
    for (let start = 0; start < 2; start += 1) {
      expect(await settle(ELSEWHERE)).toMatchObject({
        before: HOME,
        now: ELSEWHERE,
        differs: ['url', 'path', 'inode'],
      });
    }
    expect(await settle(HOME)).toBeNull();
  });

  it('learns what it did not know at its first start, and does not forget what it cannot see for once', async () => {
    await settle({ url: '', facts: { ...HOME.facts, cluster: 'a' } });
    await settle({ url: HOME.url, facts: { cluster: '' } });
    expect(await settle({ url: HOME.url, facts: { cluster: 'b' } })).toMatchObject({ differs: ['cluster'] });
  });

  it('goes on after “moved”, and every linked site is to be told', async () => {
    const link = await linked();
    await deskAt(ELSEWHERE).moved();
    expect(await whose()).toBe(instance);
    expect(await settle(ELSEWHERE)).toBeNull();
    expect(await settle(HOME)).not.toBeNull();
    expect(await store.transaction((unit) => untoldOf(unit, [{ id: link }]))).toEqual(new Set([link]));
  });

  it('is moved by a word in the environment, once for each word', async () => {
    expect(await settle(ELSEWHERE, 'autumn')).toBeNull();
    // A copy of the database together with the environment it had.
    expect(await settle(HOME, 'autumn')).not.toBeNull();
    expect(await settle(HOME, 'winter')).toBeNull();
  });

  it('does not keep a word for later: one that was there without a move is used up', async () => {
    await settle(HOME, 'autumn');
    expect(await settle(ELSEWHERE, 'autumn')).not.toBeNull();
  });

  it('is another one after “copy”: no link, no rule, no queue, and nothing left to sign for the original with', async () => {
    const link = await linked();
    await store.transaction(async ({ tables }) => {
      await tables.insert(
        'rules',
        [
          {
            id: `${link} type api::a.a`,
            scope: 'type',
            uid: 'api::a.a',
            link,
            level: 'EVERYTHING',
            direction: 'BOTH',
            locked: 0,
            created_at: 1,
            dependencies: null,
          },
        ],
        'fail'
      );
    });
    await deskAt(ELSEWHERE).isCopy();
    expect(await whose()).not.toBe(instance);
    for (const table of ['links', 'rules', 'replicas'] as const) expect([table, await all(table)]).toEqual([table, []]);
    const kept = (await all('signing_keys')).filter((key) => key.instance === instance);
    expect(kept).toEqual([expect.objectContaining({ private_key: null, retired_at: expect.any(Number) })]);
    expect(await settle(ELSEWHERE)).toBeNull();
    const identity = await store.transaction((unit) => loadIdentity(unit, { secrets: plainSecrets, clock }));
    expect(identity.formers).toEqual([instance]);
    expect(identity.keys).toHaveLength(1);
  });

  it('is answered once: of two answers the first holds', async () => {
    const answers = await Promise.allSettled([deskAt(ELSEWHERE).isCopy(), deskAt(ELSEWHERE).moved()]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(deskAt(ELSEWHERE).isCopy()).rejects.toMatchObject({ code: 'NOTHING_ASKED' });
    await expect(deskAt(HOME).isCopy()).resolves.toBeUndefined();
  });

  it('stays the original’s where “copy” is cut off at any statement, and still asks', async () => {
    await linked();
    const before = await Promise.all([all('links'), all('signing_keys')]);
    for (let last = 1; ; last += 1) {
      let left = last;
      const cut = failingStore(store, () => (left -= 1) === 0);
      const ended = await deskAt(ELSEWHERE, cut)
        .isCopy()
        .then(
          () => true,
          () => false
        );
      if (ended) break;
      expect(await Promise.all([all('links'), all('signing_keys')])).toEqual(before);
      expect(await settle(ELSEWHERE)).not.toBeNull();
      expect(last).toBeLessThan(200);
    }
    expect(await whose()).not.toBe(instance);
  });

  it('does not become another by a key from the configuration that is the original’s', async () => {
    const other = newStore();
    const pair = newKeyPair();
    const privateKey = Buffer.from(seedOf(pair), 'base64url').toString('base64');
    const options = { secrets: plainSecrets, clock, privateKey };
    await other.transaction((unit) => loadIdentity(unit, options));
    await expect(other.transaction((unit) => becomeAnother(unit, options))).rejects.toMatchObject({
      code: 'KEY_OF_THE_ORIGINAL',
    });
  });
});

/** A store whose process dies at a statement of a transaction. */
const failingStore = (inner: Store, dies: () => boolean): Store => ({
  ...inner,
  transaction: (work) =>
    inner.transaction((unit) =>
      work({
        ...unit,
        tables: new Proxy(unit.tables, {
          get: (tables, name) => {
            const method = tables[name as keyof typeof tables] as (...given: unknown[]) => Promise<unknown>;
            return async (...given: unknown[]) => {
              if (dies()) throw new Error('The process has died.');
              return method.apply(tables, given);
            };
          },
        }),
      })
    ),
});
