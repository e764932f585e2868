import type { Store } from '../../server/src/replication/ports';
import { compareSites, entity, head, HOLDS } from '../support/compared-sites';
import { openStore } from './open-store';

/** How many entries two sites share here; `npm run bench -- F7` compares 100,000. */
const ENTRIES = 3_000;
const MOST_BYTES = 64 * 1024;

let store: Store;
let sites: Awaited<ReturnType<typeof compareSites>>;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ store, close } = await openStore());
  sites = await compareSites(store, ENTRIES);
});
afterAll(() => close());

test('two equal sites are compared by reading what each has once, in 64 KiB', async () => {
  const result = await sites.compare();
  expect(result).toMatchObject({ equal: ENTRIES, different: [] });
  expect(result.bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(result.rows).toBe(2 * ENTRIES);
});

test('what differs is found by what differs, not by what there is', async () => {
  const changed = [1, ENTRIES - 1];
  const other = head(ENTRIES + 1);
  for (const index of changed)
    await store.transaction(({ tables }) =>
      tables.update('replicas', { link: HOLDS, entity: entity(index) }, { common: JSON.stringify([other]) })
    );
  await store.transaction(({ tables }) => tables.remove('replicas', { link: HOLDS, entity: entity(2) }));
  const result = await sites.compare();
  expect(result.equal).toBe(ENTRIES - 3);
  expect(result.different.map(({ entity: of, here, there }) => [of, here, there]).sort()).toEqual(
    [
      [entity(1), true, true],
      [entity(2), true, false],
      [entity(ENTRIES - 1), true, true],
    ].sort()
  );
  expect(result.asked).toBeLessThanOrEqual(2 + 2 * 3);
  // Of the buckets that differ, a 256th and then a 65,536th of all are read again.
  expect(result.rows).toBeLessThan(2.1 * ENTRIES);
});

test('two sites of which one has nothing are compared by what they have', async () => {
  await store.transaction(({ tables }) => tables.remove('replicas', { link: HOLDS }));
  const result = await sites.compare();
  expect(result.different).toHaveLength(ENTRIES);
  // At most 256 buckets are opened; nothing is there, so nothing is asked about their entries.
  expect(result.asked).toBeLessThanOrEqual(2 + 256);
  expect(result.rows).toBe(ENTRIES);
});
