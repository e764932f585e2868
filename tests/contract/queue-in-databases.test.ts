import type { Database } from '@strapi/database';
import type { Context } from '../../server/src/replication/context';
import { keyOf } from '../../server/src/replication/entity';
import type { Store } from '../../server/src/replication/ports';
import { claim } from '../../server/src/replication/queue/claim';
import { newReplica } from '../../server/src/replication/queue/wanted-replica';
import type { Row } from '../../server/src/replication/tables';
import { somebodyWaits } from './lock-wait';
import { openStore } from './open-store';

let db: Database;
let close: () => Promise<void>;
let store: Store;

beforeAll(async () => {
  ({ db, store, close } = await openStore());
});
afterAll(() => close());

const LINK = 'a-link';
const ENTRY = keyOf({ uid: 'api::article.article', id: 'one' });
const queued = { ...newReplica(LINK, ENTRY), state: 'queued' as const, wanted: '["old"]', wanted_hash: 'old' };
const context = {
  clock: { now: () => 1_000 },
  chance: { bytes: (length: number) => Buffer.alloc(length, 1) },
} as unknown as Context;

beforeEach(() => store.transaction(({ tables }) => tables.insert('replicas', [queued], 'replace')));

/** Begins to write a newer version of the row, and ends when told to. */
const recording = (patch: Partial<Row<'replicas'>>): { begun: Promise<void>; end(): Promise<void> } => {
  let begin!: () => void;
  let finish!: () => void;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const ended = store.transaction(async ({ tables }) => {
    await tables.update('replicas', { link: LINK, entity: ENTRY }, patch);
    begin();
    await finished;
  });
  return {
    begun,
    end: () => {
      finish();
      return ended;
    },
  };
};

const claimed = () => store.transaction((unit) => claim(context, unit, LINK));
test('a courier that claims while a newer version is being recorded takes the newer one', async () => {
  const recorder = recording({ wanted: '["new"]', wanted_hash: 'new' });
  await recorder.begun;
  const taking = claimed();
  await somebodyWaits(db);
  await recorder.end();
  expect((await taking).replicas).toEqual([expect.objectContaining({ wanted: '["new"]', sent_hash: 'new' })]);
  const [row] = await store.transaction(({ tables }) => tables.find('replicas', { link: LINK }));
  expect(row).toMatchObject({ wanted: '["new"]', wanted_hash: 'new', state: 'sending' });
});

test('what is no longer due once its row is free is left alone', async () => {
  const recorder = recording({ state: 'done' });
  await recorder.begun;
  const taking = claimed();
  await somebodyWaits(db);
  await recorder.end();
  expect((await taking).replicas).toEqual([]);
});
