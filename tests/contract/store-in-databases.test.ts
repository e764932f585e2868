import type { Database } from '@strapi/database';
import type { Store, Unit } from '../../server/src/replication/ports';
import { client } from './open-database';
import { openStore } from './open-store';

let db: Database;
let close: () => Promise<void>;
let store: Store;

beforeAll(async () => {
  ({ db, store, close } = await openStore());
});
beforeEach(() => store.transaction(({ tables }) => tables.remove('settings', {})));
afterAll(() => close());

const setting = (name: string, value = '0'): { name: string; value: string } => ({ name, value });
const passing = (): Error => Object.assign(new Error('deadlock, on purpose'), { code: '40P01' });
const names = (): Promise<string[]> =>
  store.transaction(async ({ tables }) =>
    (await tables.find('settings', {}, { orderBy: 'name' })).map((row) => row.name)
  );

test('inside, Strapi’s own queries join the transaction', async () => {
  await store.transaction(async () => {
    expect(db.inTransaction()).toBe(true);
  });
  expect(db.inTransaction()).toBe(false);
});

test('a transaction that is called from inside another one of Strapi’s is its own', async () => {
  let ours: Promise<void> | undefined;
  await expect(
    db.transaction(async () => {
      // Not awaited, like a worker that is woken by a save: on SQLite it comes in when the save is over.
      ours = store.transaction(({ tables }) => tables.insert('settings', [setting('ours')], 'fail'));
      throw new Error('the save fails');
    })
  ).rejects.toThrow('the save fails');
  await ours;
  expect(await names()).toEqual(['ours']);
});

test('what passes is tried again, from the beginning', async () => {
  let attempts = 0;
  await store.transaction(async ({ tables }) => {
    attempts += 1;
    await tables.insert('settings', [setting('a')], 'fail');
    if (attempts < 3) throw passing();
  });
  expect(attempts).toBe(3);
  expect(await names()).toEqual(['a']);
});

test('what does not pass in several attempts is busy, not a failure', async () => {
  await expect(store.transaction(async () => Promise.reject(passing()))).rejects.toMatchObject({ code: 'BUSY' });
});

test('other errors are not tried again', async () => {
  let attempts = 0;
  await expect(
    store.transaction(async () => {
      attempts += 1;
      throw new Error('no use');
    })
  ).rejects.toThrow('no use');
  expect(attempts).toBe(1);
});

test('after a deadlock inside a savepoint nothing more can be written, though the caller went on', async () => {
  let attempts = 0;
  await store.transaction(async (unit) => {
    attempts += 1;
    await unit.tables.insert('settings', [setting('before')], 'fail');
    await store
      .savepoint(unit, async () => {
        if (attempts === 1) throw passing();
      })
      .catch(() => undefined);
    const later = unit.tables.insert('settings', [setting('later')], 'fail');
    if (attempts === 1) await expect(later).rejects.toThrow();
    else await later;
  });
  expect(attempts).toBe(2);
  expect(await names()).toEqual(['before', 'later']);
});

// On SQLite there is one connection, so there is nobody to wait for.
const withSeveralConnections = client === 'sqlite' ? [] : [client];

test.each([['one transaction at a time'], ...withSeveralConnections.map((name) => [`crossing locks on ${name}`])])(
  'two that take the same rows in opposite order both commit: %s',
  async (kind) => {
    await store.transaction(({ tables }) => tables.insert('settings', [setting('a'), setting('b')], 'fail'));
    let inside = 0;
    const bothInside = deferred();
    const raise = async ({ tables }: Unit, name: string): Promise<void> => {
      const [row] = await tables.find('settings', { name });
      await tables.update('settings', { name }, { value: String(Number(row?.value) + 1) });
    };
    const crossing = (first: string, second: string): Promise<void> =>
      store.transaction(async (unit) => {
        await unit.tables.lock('settings', { name: first });
        inside += 1;
        if (inside >= 2 || kind.startsWith('one')) bothInside.resolve();
        await bothInside.promise;
        await unit.tables.lock('settings', { name: second });
        await raise(unit, first);
        await raise(unit, second);
      });
    await Promise.all([crossing('a', 'b'), crossing('b', 'a')]);
    const rows = await store.transaction(({ tables }) => tables.find('settings', {}));
    expect(rows.map((row) => row.value)).toEqual(['2', '2']);
  }
);

test('reads after a lock see what was committed while waiting for it', async () => {
  await store.transaction(({ tables }) => tables.insert('settings', [setting('n')], 'fail'));
  await Promise.all(
    Array.from({ length: 10 }, () =>
      store.transaction(async ({ tables }) => {
        await tables.count('settings', {});
        await tables.lock('settings', { name: 'n' });
        const [row] = await tables.find('settings', { name: 'n' });
        await tables.update('settings', { name: 'n' }, { value: String(Number(row?.value) + 1) });
      })
    )
  );
  expect((await store.transaction(({ tables }) => tables.find('settings', {})))[0]?.value).toBe('10');
});

const deferred = (): { promise: Promise<void>; resolve(): void } => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
};
