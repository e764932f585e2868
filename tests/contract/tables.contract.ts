import type { NewRow, Store, Unit } from '../../server/src/replication/ports';
import { keyOf, type EntityKey } from '../../server/src/replication/entity';
import { COUNTED, PRIMARY_KEYS, type Row, type TableName } from '../../server/src/replication/tables';
import { columnsOf } from '../../server/src/strapi/tables/columns';

/** What every adapter of the ports `Tables` and `Store` does. `open` gives empty tables. */
export const tablesContract = (name: string, open: () => Promise<{ store: Store; close(): Promise<void> }>): void => {
  describe(`Tables and Store: ${name}`, () => {
    let store: Store;
    let close: () => Promise<void>;

    beforeAll(async () => {
      ({ store, close } = await open());
    });
    afterAll(() => close());
    afterEach(async () => {
      await store.transaction(async ({ tables }) => {
        for (const table of Object.keys(PRIMARY_KEYS) as TableName[]) await tables.remove(table, {});
      });
    });

    const inTransaction = <T>(work: (unit: Unit) => Promise<T>): Promise<T> => store.transaction(work);
    const put = (...names: string[]): Promise<void> =>
      inTransaction(({ tables }) => tables.insert('settings', names.map(setting), 'fail'));
    const names = async (): Promise<string[]> =>
      (await inTransaction(({ tables }) => tables.find('settings', {}, { orderBy: 'name' }))).map((row) => row.name);

    test.each(Object.keys(PRIMARY_KEYS) as TableName[])(
      '%s gives back what was put in, type by type',
      async (table) => {
        const row = sampleRow(table);
        const found = await inTransaction(async ({ tables }) => {
          await tables.insert(table, [row as NewRow<TableName>], 'fail');
          return tables.find(table, {});
        });
        expect(found).toHaveLength(1);
        const { id, ...rest } = found[0] as unknown as { id?: unknown };
        const counted = COUNTED.has(table);
        expect(counted ? rest : found[0]).toEqual(row);
        if (counted) expect(typeof id).toBe('number');
      }
    );

    test('nulls come back as nulls', async () => {
      await inTransaction(({ tables }) => tables.insert('parts', [part('r', { salt: null, content: null })], 'fail'));
      const [row] = await inTransaction(({ tables }) => tables.find('parts', { salt: null }));
      expect(row).toMatchObject({ salt: null, content: null });
    });

    test('times beyond 32 bits and long texts survive', async () => {
      const value = 'ü€😀\n'.repeat(40_000);
      await inTransaction(async ({ tables }) => {
        await tables.insert('settings', [{ name: 'long', value }], 'fail');
        await tables.insert('nonces', [{ instance: 'i', nonce: 'n', expires_at: 9_007_199_254_740_991 }], 'fail');
      });
      await inTransaction(async ({ tables }) => {
        expect((await tables.find('settings', { name: 'long' }))[0]?.value).toBe(value);
        expect((await tables.find('nonces', {}))[0]?.expires_at).toBe(9_007_199_254_740_991);
      });
    });

    test('bytes come back as a Buffer, byte by byte', async () => {
      const bytes = Buffer.alloc(300_000, 'x');
      for (let i = 0; i < 256; i += 1) bytes[i] = i;
      await inTransaction(({ tables }) => tables.insert('contents', [{ hash: 'h', bytes, size: null }], 'fail'));
      const [row] = await inTransaction(({ tables }) => tables.find('contents', { hash: 'h' }));
      expect(Buffer.isBuffer(row?.bytes)).toBe(true);
      expect(row?.bytes.equals(bytes)).toBe(true);
    });

    test('only the columns that are asked for are read, in whatever order', async () => {
      const some = ['x', 'y', 'z'].map((nonce, index) => ({ instance: 'i', nonce, expires_at: 3 - index }));
      await inTransaction(({ tables }) => tables.insert('nonces', some, 'fail'));
      const options = { columns: ['nonce', 'expires_at'], orderBy: 'expires_at' } as const;
      const rows = await inTransaction(({ tables }) => tables.find('nonces', {}, options));
      expect(rows).toEqual(['z', 'y', 'x'].map((nonce, index) => ({ nonce, expires_at: index + 1 })));
      const unknown = inTransaction(({ tables }) => tables.find('nonces', {}, { columns: ['none' as 'nonce'] }));
      await expect(unknown).rejects.toThrow(/none/);
    });

    test('keys are told apart by case, accents and every character', async () => {
      await put('a', 'A', 'á', 'ä');
      expect(
        (await inTransaction(({ tables }) => tables.find('settings', { name: 'a' }))).map((row) => row.name)
      ).toEqual(['a']);
    });

    test('text is ordered by its characters’ codes, not by a language', async () => {
      await put('b', 'B', 'a', '_', 'ä', '-');
      expect(await names()).toEqual(['-', 'B', '_', 'a', 'b', 'ä']);
    });

    test('a condition is a value, a list, null, a bound or an exclusion', async () => {
      const rows = await inTransaction(async ({ tables }) => {
        await tables.insert(
          'log',
          [1, 2, 3, 4].map((at) => ({
            at,
            entity: null,
            link: at === 4 ? null : `l${at}`,
            type: 't',
            outcome: 'o',
            detail: null,
          })),
          'fail'
        );
        const at = async (where: Parameters<typeof tables.find<'log'>>[1]): Promise<number[]> =>
          (await tables.find('log', where, { orderBy: 'at' })).map((row) => row.at);
        return {
          value: await at({ at: 2 }),
          list: await at({ at: [1, 3, 3, 9] }),
          empty: await at({ at: [] }),
          none: await at({ link: null }),
          most: await at({ at: { lte: 2 } }),
          more: await at({ at: { gt: 2 } }),
          between: await at({ at: { gt: 1, lte: 3 } }),
          after: await at({ link: { gt: 'l1' } }),
          not: await at({ at: { not: 2 } }),
          notWithNull: await at({ link: { not: 'l1' } }),
          both: await at({ at: [1, 2], link: 'l2' }),
          undefinedIsNoCondition: await at({ at: 1, link: undefined }),
        };
      });
      expect(rows).toEqual({
        value: [2],
        list: [1, 3],
        empty: [],
        none: [4],
        most: [1, 2],
        more: [3, 4],
        between: [2, 3],
        after: [2, 3],
        not: [1, 3, 4],
        notWithNull: [2, 3, 4],
        both: [2],
        undefinedIsNoCondition: [1],
      });
    });

    test('rows come in the order asked for, nulls smallest, as many as asked for', async () => {
      await inTransaction(async ({ tables }) => {
        await tables.insert(
          'log',
          ['b', null, 'a'].map((link) => ({ at: 1, entity: null, link, type: 't', outcome: 'o', detail: null })),
          'fail'
        );
        const links = async (descending: boolean, limit?: number): Promise<(string | null)[]> =>
          (await tables.find('log', {}, { orderBy: 'link', descending, limit })).map((row) => row.link);
        expect(await links(false)).toEqual([null, 'a', 'b']);
        expect(await links(true)).toEqual(['b', 'a', null]);
        expect(await links(true, 1)).toEqual(['b']);
      });
    });

    test('counts, also by columns', async () => {
      await inTransaction(async ({ tables }) => {
        await tables.insert(
          'replicas',
          [replica('x', 'e1', 'done'), replica('x', 'e2', 'queued'), replica('y', 'e1', 'done')],
          'fail'
        );
        expect(await tables.count('replicas', {})).toBe(3);
        expect(await tables.count('replicas', { link: 'x', state: ['done', 'held'] })).toBe(1);
        const byState = await tables.countBy('replicas', ['state'], {});
        expect(sorted(byState)).toEqual([
          { key: ['done'], count: 2 },
          { key: ['queued'], count: 1 },
        ]);
        expect(sorted(await tables.countBy('replicas', ['link', 'state'], { link: 'x' }))).toEqual([
          { key: ['x', 'done'], count: 1 },
          { key: ['x', 'queued'], count: 1 },
        ]);
      });
    });

    test('thousands of rows go in and come out by lists longer than a statement may be', async () => {
      const many = Array.from({ length: 25_000 }, (_, n) => `n${String(n).padStart(5, '0')}`);
      await inTransaction(async ({ tables }) => {
        await tables.insert('settings', many.map(setting), 'fail');
        expect(await tables.count('settings', { name: many })).toBe(many.length);
        const first = await tables.find('settings', { name: [...many].reverse() }, { orderBy: 'name', limit: 3 });
        expect(first.map((row) => row.name)).toEqual(many.slice(0, 3));
        const last = await tables.find('settings', { name: many }, { orderBy: 'name', descending: true, limit: 2 });
        expect(last.map((row) => row.name)).toEqual(many.slice(-2).reverse());
        expect(await tables.update('settings', { name: many }, { value: 'new' })).toBe(many.length);
        expect(await tables.countBy('settings', ['value'], { name: many })).toEqual([
          { key: ['new'], count: many.length },
        ]);
        await tables.insert('settings', [...many, 'one more'].map(setting), 'replace');
        await tables.lock('settings', { name: many });
        expect(await tables.remove('settings', { name: many })).toBe(many.length);
      });
      expect(await names()).toEqual(['one more']);
    });

    test('a second row under one key fails, and the first stays', async () => {
      await put('a');
      await expect(
        inTransaction(({ tables }) => tables.insert('settings', [{ name: 'a', value: 'second' }], 'fail'))
      ).rejects.toBeDefined();
      expect((await inTransaction(({ tables }) => tables.find('settings', {})))[0]?.value).toBe('value of a');
    });

    test('a second row under one key can be ignored: the first stays, the others come in', async () => {
      await put('a');
      await inTransaction(({ tables }) =>
        tables.insert(
          'settings',
          [
            { name: 'a', value: 'second' },
            { name: 'b', value: '1' },
            { name: 'b', value: '2' },
          ],
          'ignore'
        )
      );
      const rows = await inTransaction(({ tables }) => tables.find('settings', {}, { orderBy: 'name' }));
      expect(rows.map((row) => row.value)).toEqual(['value of a', '1']);
    });

    test('a second row under one key can replace the first, the last of a batch counts', async () => {
      await put('a');
      await inTransaction(({ tables }) =>
        tables.insert(
          'settings',
          [
            { name: 'a', value: '1' },
            { name: 'b', value: '1' },
            { name: 'a', value: '2' },
          ],
          'replace'
        )
      );
      const rows = await inTransaction(({ tables }) => tables.find('settings', {}, { orderBy: 'name' }));
      expect(rows.map((row) => row.value)).toEqual(['2', '1']);
    });

    test('rows that are nothing but a key can be ignored and replaced', async () => {
      const leaf = { entity: entity('e'), revision: 'r' };
      await inTransaction(async ({ tables }) => {
        for (const onConflict of ['fail', 'ignore', 'replace'] as const)
          await tables.insert('leaves', [leaf], onConflict);
        expect(await tables.find('leaves', {})).toEqual([leaf]);
      });
    });

    test('an update says how many rows met the condition, also where the value was the same', async () => {
      await put('a', 'b');
      await inTransaction(async ({ tables }) => {
        expect(await tables.update('settings', { name: ['a', 'b', 'c'] }, { value: 'x' })).toBe(2);
        expect(await tables.update('settings', { name: 'a' }, { value: 'x' })).toBe(1);
        expect(await tables.update('settings', { name: 'a', value: 'y' }, { value: 'z' })).toBe(0);
        expect(await tables.update('settings', { name: [] }, { value: 'z' })).toBe(0);
      });
    });

    test('the ids of marks only grow, also when the newest was removed', async () => {
      const add = (): Promise<number> =>
        inTransaction(async ({ tables }) => {
          await tables.insert('marks', [sampleRow('marks') as NewRow<'marks'>], 'fail');
          const [newest] = await tables.find('marks', {}, { orderBy: 'id', descending: true, limit: 1 });
          return newest?.id ?? 0;
        });
      const first = await add();
      await inTransaction(({ tables }) => tables.remove('marks', { id: [first] }));
      expect(await add()).toBeGreaterThan(first);
    });

    test('what is no column never reaches the database', async () => {
      const wrong = { 'name" or 1=1 --': 'x' };
      await inTransaction(async ({ tables }) => {
        await expect(tables.find('settings', wrong as never)).rejects.toThrow('has no column');
        await expect(tables.find('settings', {}, { orderBy: 'nothing' as never })).rejects.toThrow('has no column');
        await expect(tables.update('settings', {}, wrong as never)).rejects.toThrow('has no column');
        await expect(tables.insert('settings', [{ ...setting('a'), ...wrong }], 'fail')).rejects.toThrow(
          'has no column'
        );
      });
    });

    test('a transaction that fails leaves nothing', async () => {
      const failure = new Error('on purpose');
      await put('a');
      await expect(
        inTransaction(async ({ tables }) => {
          await tables.insert('settings', [setting('b')], 'fail');
          await tables.update('settings', { name: 'a' }, { value: 'changed' });
          await tables.remove('settings', { name: 'a' });
          throw failure;
        })
      ).rejects.toBe(failure);
      expect(await inTransaction(({ tables }) => tables.find('settings', {}))).toEqual([setting('a')]);
    });

    test('a savepoint that fails undoes itself and nothing else', async () => {
      await inTransaction(async (unit) => {
        await unit.tables.insert('settings', [setting('before')], 'fail');
        await expect(
          store.savepoint(unit, async ({ tables }) => {
            await tables.insert('settings', [setting('inside')], 'fail');
            await tables.insert('settings', [setting('before')], 'fail');
          })
        ).rejects.toBeDefined();
        expect(await store.savepoint(unit, async ({ tables }) => tables.count('settings', {}))).toBe(1);
        await unit.tables.insert('settings', [setting('later')], 'fail');
      });
      expect(await names()).toEqual(['before', 'later']);
    });

    test('savepoints nest', async () => {
      await inTransaction((unit) =>
        store.savepoint(unit, async (outer) => {
          await outer.tables.insert('settings', [setting('outer')], 'fail');
          await store
            .savepoint(outer, async (inner) => {
              await inner.tables.insert('settings', [setting('inner')], 'fail');
              throw new Error('on purpose');
            })
            .catch(() => undefined);
        })
      );
      expect(await names()).toEqual(['outer']);
    });

    test('transactions at the same time lose no change', async () => {
      await inTransaction(({ tables }) => tables.insert('entries', [sampleRow('entries')], 'fail'));
      const once = (): Promise<void> =>
        inTransaction(async ({ tables }) => {
          await tables.lock('entries', {});
          const [row] = await tables.find('entries', {});
          await tables.update('entries', {}, { version: (row?.version ?? 0) + 1 });
        });
      await Promise.all(Array.from({ length: 20 }, once));
      const [row] = await inTransaction(({ tables }) => tables.find('entries', {}));
      expect(row?.version).toBe(sampleRow('entries').version + 20);
    });
  });
};

const setting = (name: string): Row<'settings'> => ({ name, value: `value of ${name}` });
const entity = (id: string): EntityKey => keyOf({ uid: 'api::thing.thing', id });

const sampleRow = <T extends TableName>(table: T): Row<T> => {
  const row: Record<string, unknown> = {};
  for (const [column, kind] of Object.entries(columnsOf(table))) {
    if (column === 'id' && COUNTED.has(table)) continue;
    if (kind === 'bytes') row[column] = Buffer.from([0, 1, 2, 255]);
    else row[column] = kind.startsWith('number') ? 1_790_000_000_000 : `${column} ä "'\\`;
  }
  return row as unknown as Row<T>;
};

const part = (revision: string, more: Partial<Row<'parts'>>): Row<'parts'> => ({
  ...sampleRow('parts'),
  revision,
  ...more,
});
const replica = (link: string, id: string, state: Row<'replicas'>['state']): Row<'replicas'> => ({
  ...sampleRow('replicas'),
  link,
  entity: entity(id),
  state,
});

const sorted = <T extends { key: string[] }>(rows: T[]): T[] =>
  [...rows].sort((a, b) => (a.key.join() < b.key.join() ? -1 : 1));
