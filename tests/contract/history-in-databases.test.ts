import type { Database } from '@strapi/database';
import { keyOf } from '../../server/src/replication/entity';
import { forgetHistory } from '../../server/src/replication/history/purge';
import type { Store, Tables } from '../../server/src/replication/ports';
import { somebodyWaits } from './lock-wait';
import { openStore } from './open-store';

let db: Database;
let close: () => Promise<void>;
let store: Store;

beforeAll(async () => {
  ({ db, store, close } = await openStore());
});
afterAll(() => close());

const HASH = 'the-same-content';
const [FORGOTTEN, KEPT] = ['forgotten', 'kept'].map((id) => keyOf({ uid: 'api::article.article', id })) as [
  ReturnType<typeof keyOf>,
  ReturnType<typeof keyOf>,
];

const save = async (tables: Tables, entity: typeof KEPT): Promise<void> => {
  await tables.insert('contents', [{ hash: HASH, bytes: Buffer.from('tea'), size: 3 }], 'ignore');
  const revision = {
    origin: 'o',
    kind: 'edit',
    header: '{}',
    signature: 's',
    side: 0,
    anchor: null,
    stored_at: 0,
  };
  await tables.insert('revisions', [{ ...revision, id: `of ${entity}`, entity }], 'fail');
  const part = { name: '-/draft', commitment: 'c', salt: 's', content: HASH };
  await tables.insert('parts', [{ ...part, revision: `of ${entity}` }], 'fail');
};

test.each(['forgetting', 'saving'])(
  'two entries share a content; one is forgotten while the other is saved: %s comes first',
  async (first) => {
    await store.transaction(async ({ tables }) => {
      for (const entity of [FORGOTTEN, KEPT]) await forgetHistory(tables, entity);
      await save(tables, FORGOTTEN);
    });
    const work = {
      forgetting: (tables: Tables) => forgetHistory(tables, FORGOTTEN),
      saving: (tables: Tables) => save(tables, KEPT),
    };
    let done!: () => void;
    const firstDone = new Promise<void>((resolve) => (done = resolve));
    const early = store.transaction(async ({ tables }) => {
      await work[first as keyof typeof work](tables);
      done();
      await somebodyWaits(db);
    });
    await firstDone;
    await store.transaction(({ tables }) => work[first === 'saving' ? 'forgetting' : 'saving'](tables));
    await early;
    const contents = await store.transaction(({ tables }) => tables.find('contents', {}));
    expect(contents.map(({ bytes }) => bytes.toString())).toEqual(['tea']);
  }
);
