import type { Context } from '../../server/src/replication/context';
import { keyOf, type EntityKey, type Json } from '../../server/src/replication/entity';
import { loadRevisions } from '../../server/src/replication/history/repository';
import type { Store } from '../../server/src/replication/ports';
import { newReplica } from '../../server/src/replication/queue/refresh';
import { stateHash } from '../../server/src/replication/queue/state-hash';
import { answerComparison, compareWith } from '../../server/src/replication/reconcile/compare';
import type { Row } from '../../server/src/replication/tables';
import type { Wire } from '../../server/src/replication/transport/wire';
import { openStore } from './open-store';

/** How many entries two sites share here; `LARGE=1` for as many as a large site has. */
const ENTRIES = process.env.LARGE ? 100_000 : 3_000;
const MOST_BYTES = 64 * 1024;

let store: Store;
let close: () => Promise<void>;

/** Both sites are in one database: what the one wants the other to have, and what the other holds because of it. */
const [WANTS, HOLDS] = ['wants', 'holds'] as const;
const entity = (index: number): EntityKey => keyOf({ uid: 'api::article.article', id: `entry${index}` });
const head = (index: number): string => index.toString(16).padStart(64, '0');

const wants = (index: number): Row<'replicas'> => ({
  ...newReplica(WANTS, entity(index)),
  level: 'EVERYTHING',
  wanted: JSON.stringify([head(index)]),
  wanted_hash: stateHash([head(index)], 'EVERYTHING', 'SEND_ONLY'),
});
const holds = (index: number): Row<'replicas'> => ({
  ...newReplica(HOLDS, entity(index)),
  direction: 'RECEIVE_ONLY',
  their_level: 'EVERYTHING',
  their_direction: 'SEND_ONLY',
  common: JSON.stringify([head(index)]),
});
const revision = (index: number): Row<'revisions'> => ({
  id: head(index),
  entity: entity(index),
  origin: 'e154a4b5-094e-8c4a-bf42-866505f3c97e',
  kind: 'edit',
  header: JSON.stringify({ v: 1, entity: entity(index), parents: [], at: new Date(0), parts: { '-/draft': head(1) } }),
  signature: 'A'.repeat(86),
  side: 0,
  anchor: null,
  stored_at: 0,
});

beforeAll(async () => {
  ({ store, close } = await openStore());
  for (let at = 0; at < ENTRIES; at += 5_000) {
    const some = Array.from({ length: Math.min(5_000, ENTRIES - at) }, (_, index) => at + index);
    await store.transaction(async ({ tables }) => {
      await tables.insert('replicas', [...some.map(wants), ...some.map(holds)], 'fail');
      await tables.insert('revisions', some.map(revision), 'fail');
    });
  }
}, 600_000);
afterAll(() => close());

const context = (): Context => ({ store, clock: { now: () => 0 } }) as unknown as Context;
const link = { id: WANTS, url: 'http://there.example' } as Row<'links'>;
let asked = 0;
const wire = {
  ask: async (_peer: unknown, topic: string, question: Json) => {
    asked += 1;
    const answer = await answerComparison(store, HOLDS, topic, question);
    return { answer, bytes: JSON.stringify(question).length + JSON.stringify(answer).length };
  },
} as unknown as Wire;

const timed = async <T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> => {
  const started = performance.now();
  const result = await work();
  return { result, ms: performance.now() - started };
};
const compare = () => timed(() => compareWith(context(), wire, link, false));
const readHeads = () =>
  timed(() =>
    store.transaction(({ tables }) =>
      loadRevisions(
        tables,
        Array.from({ length: ENTRIES }, (_, index) => head(index))
      )
    )
  );
const tell = (line: string) => process.stdout.write(`${line}\n`);

test('two equal sites are compared in little more than it takes to read their heads once, and in 64 KiB', async () => {
  await compare();
  const [{ ms: read }, { result, ms }] = [await readHeads(), await compare()];
  tell(`${ENTRIES} equal entries: ${(ms / read).toFixed(2)} × one read of their heads, ${result.bytes} bytes`);
  expect(result).toMatchObject({ equal: ENTRIES, different: [] });
  expect(result.bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(ms / read).toBeLessThan(process.env.LARGE ? 2.5 : 6);
}, 600_000);

test('what differs is found by what differs, not by what there is', async () => {
  const changed = [1, ENTRIES - 1];
  const other = head(ENTRIES + 1);
  for (const index of changed)
    await store.transaction(({ tables }) =>
      tables.update('replicas', { link: HOLDS, entity: entity(index) }, { common: JSON.stringify([other]) })
    );
  await store.transaction(({ tables }) => tables.remove('replicas', { link: HOLDS, entity: entity(2) }));
  asked = 0;
  const { result } = await compare();
  expect(result.equal).toBe(ENTRIES - 3);
  expect(result.different.map(({ entity: of, here, there }) => [of, here, there]).sort()).toEqual(
    [
      [entity(1), true, true],
      [entity(2), true, false],
      [entity(ENTRIES - 1), true, true],
    ].sort()
  );
  expect(asked).toBeLessThanOrEqual(2 + 2 * 3);
}, 600_000);

test('two sites of which one has nothing are compared in a time that grows as what they have', async () => {
  await store.transaction(({ tables }) => tables.remove('replicas', { link: HOLDS }));
  const { result, ms } = await compare();
  const { ms: read } = await readHeads();
  tell(`${ENTRIES} entries that differ: ${(ms / read).toFixed(1)} × one read of their heads, ${asked} questions`);
  expect(result.different).toHaveLength(ENTRIES);
}, 3_600_000);
