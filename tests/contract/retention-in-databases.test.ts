import { keyOf } from '../../server/src/replication/entity';
import { forgetOldVersions } from '../../server/src/replication/history/retention';
import type { Store } from '../../server/src/replication/ports';
import { openStore } from './open-store';

let close: () => Promise<void>;
let store: Store;

beforeAll(async () => {
  ({ store, close } = await openStore());
});
afterAll(() => close());

const DAY = 24 * 3_600_000;
const NOW = 1_000 * DAY;
const RETENTION = { days: 90, versions: 10 };
/** More than are looked at in a step, with names that collations order in various ways. */
const ENTRIES = Array.from({ length: 230 }, (_, n) =>
  keyOf({ uid: 'api::article.article', id: `${n % 2 ? 'a' : 'B'}${n}` })
);
/** Some have a long history; of those all but the newest version are a year old. */
const isLong = (n: number) => n % 50 === 0;
const VERSIONS = 14;

const entry = (entity: (typeof ENTRIES)[number], head: string) => ({
  entity,
  uid: 'api::article.article',
  local_id: entity,
  head,
  shows: 'EVERYTHING',
  locked: 0,
  locked_at: null,
  version: 0,
  held: null,
  held_until: 0,
});

test('old versions are forgotten step by step, each entry once', async () => {
  await store.transaction(async ({ tables }) => {
    for (const [n, entity] of ENTRIES.entries()) {
      const ids = Array.from({ length: isLong(n) ? VERSIONS : 1 }, (_, v) => `${n}-${v}`);
      const header = (v: number) => JSON.stringify({ parents: v === 0 ? [] : [ids[v - 1]] });
      await tables.insert(
        'revisions',
        ids.map((id, v) => ({
          id,
          entity,
          origin: 'o',
          kind: 'edit',
          header: header(v),
          signature: 's',
          side: 0,
          anchor: null,
          stored_at: v === ids.length - 1 ? NOW : NOW - 365 * DAY + v,
        })),
        'fail'
      );
      await tables.insert(
        'contents',
        ids.map((id) => ({ hash: id, bytes: Buffer.from(id), size: id.length })),
        'fail'
      );
      await tables.insert(
        'parts',
        ids.map((id) => ({ revision: id, name: '-/draft', commitment: id, salt: 's', content: id })),
        'fail'
      );
      await tables.insert('entries', [entry(entity, ids.at(-1)!)], 'fail');
      await tables.insert('leaves', [{ entity, revision: ids.at(-1)! }], 'fail');
    }
  });

  const steps: string[] = [];
  const context = { store, clock: { now: () => NOW } };
  for (let after = await forgetOldVersions(context, RETENTION, null); after !== null;) {
    steps.push(after);
    after = await forgetOldVersions(context, RETENTION, after);
  }
  expect(steps).toHaveLength(2);

  const left = await store.transaction(({ tables }) => tables.find('contents', {}, { columns: ['hash'] }));
  const expected = ENTRIES.flatMap((_, n) => {
    const all = Array.from({ length: isLong(n) ? VERSIONS : 1 }, (_one, v) => `${n}-${v}`);
    return all.slice(-RETENTION.versions);
  });
  expect(left.map(({ hash }) => hash).sort()).toEqual(expected.sort());
  const known = await store.transaction(({ tables }) => tables.count('revisions', {}));
  expect(known).toBe(ENTRIES.length + 5 * (VERSIONS - 1));
});
