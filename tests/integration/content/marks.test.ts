import type { Core } from '@strapi/strapi';
import { createReadOnly, type ReadOnly } from '../../../server/src/strapi/capture/read-only';
import { subscribeMarks } from '../../../server/src/strapi/capture/marks';
import { keepDatesOfAppliedRows } from '../../../server/src/strapi/content/applying';
import { createContent } from '../../../server/src/strapi/content/content';
import { createSchemas } from '../../../server/src/strapi/content/schemas';
import { migrate } from '../../../server/src/strapi/tables/migrations';
import { MODEL } from './model';
import { startSite, type TestSite } from './site';

const EVERYTHING = 'api::everything.everything';
const TARGET = 'api::target.target';
const PAGE = 'api::page.page';
const PLAIN = 'api::plain.plain';
const FILE = 'plugin::upload.file';
const DATES = { createdAt: '2020-01-02T03:04:05.678Z', updatedAt: '2021-02-03T04:05:06.789Z', publishedAt: null };

let site: TestSite;
let strapi: Core.Strapi;
let content: ReturnType<typeof createContent>;
let readOnly: ReadOnly;
let pokes = 0;
const untracked = new Set<string>();

beforeAll(async () => {
  site = await startSite(MODEL, (loading) => {
    strapi = loading;
  });
  strapi = site.strapi;
  const schemas = createSchemas(strapi);
  readOnly = createReadOnly(strapi, schemas);
  strapi.documents.use(((context: unknown, next: () => Promise<unknown>) =>
    readOnly.documentMiddleware(context, next)) as never);
  await migrate(strapi.db.connection);
  keepDatesOfAppliedRows(strapi);
  readOnly.subscribe();
  const marking = subscribeMarks(strapi, schemas, { tracked: (uid) => !untracked.has(uid), poke: () => (pokes += 1) });
  content = createContent(strapi, schemas, { siteUrl: () => '' });
  marking.startMarking();
  readOnly.startRefusing();
});
afterAll(() => site.stop());

const documents = (uid: string) => strapi.documents(uid as never) as any;

/** The marks of a change, as `action type id locale status`, without repetition. */
const marksOf = async (change: () => unknown): Promise<string[]> => {
  await strapi.db.connection('replication_marks').delete();
  await change();
  const rows = await strapi.db.connection('replication_marks').orderBy('id');
  return [
    ...new Set(
      rows.map((row) => [row.action, row.uid.split('.')[1], row.document_id, row.locale, row.status].join(' '))
    ),
  ];
};

const newTarget = async (data: object = { name: 'x' }): Promise<string> =>
  (await documents(TARGET).create({ data, status: 'published' })).documentId;
const newThing = async (data: object): Promise<string> => (await documents(EVERYTHING).create({ data })).documentId;

describe('Every change of a row leaves a mark', () => {
  it('when an entry is created, changed, published, unpublished, discarded and deleted', async () => {
    let id = '';
    expect(await marksOf(async () => (id = await newThing({ aString: 'a' })))).toEqual([
      `create everything ${id} - draft`,
    ]);
    expect(await marksOf(() => documents(EVERYTHING).update({ documentId: id, data: { aString: 'b' } }))).toEqual([
      `update everything ${id} - draft`,
    ]);
    expect(await marksOf(() => documents(EVERYTHING).publish({ documentId: id }))).toEqual([
      `create everything ${id} - published`,
    ]);
    expect(await marksOf(() => documents(EVERYTHING).publish({ documentId: id }))).toEqual([
      `delete everything ${id} - published`,
      `create everything ${id} - published`,
    ]);
    expect(await marksOf(() => documents(EVERYTHING).discardDraft({ documentId: id }))).toEqual([
      `delete everything ${id} - draft`,
      `create everything ${id} - draft`,
    ]);
    expect(await marksOf(() => documents(EVERYTHING).unpublish({ documentId: id }))).toEqual([
      `delete everything ${id} - published`,
    ]);
    expect(await marksOf(() => documents(EVERYTHING).delete({ documentId: id }))).toEqual([
      `delete everything ${id} - draft`,
    ]);
  });

  it('when only a component or a media field changes', async () => {
    const id = await newThing({ single: { title: 'a' }, zone: [{ __component: 'part.inner', text: 'a' }] });
    const { single } = await documents(EVERYTHING).findOne({ documentId: id, populate: ['single'] });
    const mark = [`update everything ${id} - draft`];
    expect(
      await marksOf(() =>
        documents(EVERYTHING).update({ documentId: id, data: { single: { id: single.id, title: 'b' } } })
      )
    ).toEqual(mark);
    expect(await marksOf(() => documents(EVERYTHING).update({ documentId: id, data: { zone: [] } }))).toEqual(mark);
    const file = await strapi.db.query(FILE).create({
      data: {
        name: 'f',
        hash: 'f_1',
        ext: '.png',
        mime: 'image/png',
        size: 1,
        url: '/uploads/f_1.png',
        provider: 'local',
        folderPath: '/',
      },
    });
    expect(await marksOf(() => documents(EVERYTHING).update({ documentId: id, data: { cover: file.id } }))).toEqual(
      mark
    );
    expect(
      await marksOf(() => strapi.db.query(FILE).update({ where: { id: file.id }, data: { caption: 'c' } }))
    ).toEqual([`update file ${file.documentId} - published`]);
    expect(await marksOf(() => strapi.db.query(FILE).delete({ where: { id: file.id } }))).toEqual([
      `delete file ${file.documentId} - published`,
      ...mark,
    ]);
  });

  it('when an entry without drafts is linked to a version that its target gets', async () => {
    const target = (await documents(TARGET).create({ data: { name: 'x' } })).documentId;
    const plain = (await documents(PLAIN).create({ data: { name: 'p', target } })).documentId;
    expect(await marksOf(() => documents(TARGET).publish({ documentId: target }))).toEqual([
      `create target ${target} - published`,
      `update plain ${plain} - published`,
    ]);
  });

  it('when an entry loses one link to its target and gets another, edited from the target’s side', async () => {
    const target = await newTarget();
    const thing = await newThing({ manyToMany: target });
    const [row] = await strapi.db.query(EVERYTHING).findMany({ where: { documentId: thing } });
    const [draft] = await strapi.db.query(TARGET).findMany({ where: { documentId: target, publishedAt: null } });
    const exchange = () =>
      strapi.db.query(TARGET).update({ where: { id: draft!.id }, data: { manyToManyBack: [], manyBack: [row!.id] } });
    expect(await marksOf(exchange)).toEqual([`update target ${target} - draft`, `update everything ${thing} - draft`]);
  });

  it('when many are changed at once, by whatever condition', async () => {
    const made = await marksOf(() =>
      strapi.db
        .query(PLAIN)
        .createMany({ data: ['p1', 'p2', 'p3'].map((name) => ({ name, documentId: name, publishedAt: new Date() })) })
    );
    expect(made).toEqual(['p1', 'p2', 'p3'].map((id) => `create plain ${id} - published`));
    expect(
      await marksOf(() =>
        strapi.db.query(PLAIN).updateMany({ where: { name: { $in: ['p1', 'p2'] } }, data: { name: 'q' } })
      )
    ).toEqual(['p1', 'p2'].map((id) => `update plain ${id} - published`));
    expect(await marksOf(() => strapi.db.query(PLAIN).deleteMany({ where: { name: 'q' } }))).toEqual(
      ['p1', 'p2'].map((id) => `delete plain ${id} - published`)
    );
  });

  it('when a shared field of one locale is copied to the others', async () => {
    await strapi.plugin('i18n').service('locales').create({ code: 'fr', name: 'French' });
    const { documentId } = await documents(PAGE).create({ locale: 'en', data: { title: 'a', order: 1 } });
    await documents(PAGE).update({ documentId, locale: 'fr', data: { title: 'b' } });
    expect(await marksOf(() => documents(PAGE).update({ documentId, locale: 'en', data: { order: 2 } }))).toEqual(
      expect.arrayContaining([`update page ${documentId} en draft`, `update page ${documentId} fr draft`])
    );
    expect(await marksOf(() => documents(PAGE).delete({ documentId, locale: 'fr' }))).toEqual([
      `delete page ${documentId} fr draft`,
    ]);
  });

  it('also for the entries whose links were edited from the other side', async () => {
    const [first, second] = [await newThing({}), await newThing({})];
    const target = await newTarget();
    const touched = await marksOf(() =>
      documents(TARGET).update({
        documentId: target,
        data: { manyBack: { connect: [first] }, manyToManyBack: [second] },
      })
    );
    expect(touched).toEqual([
      `update target ${target} - draft`,
      `update everything ${first} - draft`,
      `update everything ${second} - draft`,
    ]);
    expect(
      await marksOf(() =>
        documents(TARGET).update({ documentId: target, data: { manyBack: { connect: [], disconnect: [] } } })
      )
    ).toEqual([`update target ${target} - draft`]);
    expect(await marksOf(() => documents(TARGET).update({ documentId: target, data: { manyToManyBack: [] } }))).toEqual(
      [`update target ${target} - draft`, `update everything ${second} - draft`]
    );
  });

  it('also for the entry that loses its target to another', async () => {
    const target = await newTarget();
    const first = await newThing({ ownOne: target });
    const second = await newThing({});
    expect(await marksOf(() => documents(EVERYTHING).update({ documentId: second, data: { ownOne: target } }))).toEqual(
      [`update everything ${second} - draft`, `update everything ${first} - draft`]
    );
    expect((await documents(EVERYTHING).findOne({ documentId: first, populate: ['ownOne'] })).ownOne).toBeNull();
  });

  it('also for the entries that refer to what is deleted or unpublished, at whatever depth', async () => {
    const target = await newTarget();
    const plain = (await documents(PLAIN).create({ data: { target } })).documentId;
    const direct = await newThing({ one: target });
    const column = await newThing({
      column: (await strapi.db.query(TARGET).findOne({ where: { documentId: target, publishedAt: null } })).id,
    });
    const morph = await newThing({ anything: [{ documentId: target, __type: TARGET }] });
    const deep = await newThing({ zone: [{ __component: 'part.outer', inners: [{ targets: [target] }] }] });
    expect(await marksOf(() => documents(TARGET).unpublish({ documentId: target }))).toEqual([
      `delete target ${target} - published`,
      `update plain ${plain} - published`,
    ]);
    const drafts = [direct, column, morph, deep].map((id) => `update everything ${id} - draft`);
    expect((await marksOf(() => documents(TARGET).delete({ documentId: target }))).sort()).toEqual(
      [`delete target ${target} - draft`, `update plain ${plain} - published`, ...drafts].sort()
    );
  });

  it('not where the type is not tracked, nor where the change is rolled back', async () => {
    untracked.add(PLAIN);
    expect(await marksOf(() => documents(PLAIN).create({ data: { name: 'a' } }))).toEqual([]);
    untracked.clear();
    const failing = strapi.db.transaction(async () => {
      await newThing({});
      throw new Error('never mind');
    });
    expect(await marksOf(() => expect(failing).rejects.toThrow('never mind'))).toEqual([]);
  });

  it('not where replication itself writes; but what a hook of the site writes to another entry meanwhile does', async () => {
    const other = await newThing({});
    const unsubscribe = strapi.db.lifecycles.subscribe({
      models: [PLAIN],
      async afterCreate() {
        await strapi.db.query(EVERYTHING).update({ where: { documentId: other }, data: { aString: 'by a hook' } });
      },
    } as never) as unknown as () => void;
    const apply = (): Promise<unknown> =>
      strapi.db.transaction(({ trx }) =>
        content(trx).write(PLAIN, 'applied', [
          {
            kind: 'create',
            locale: '-',
            status: 'published',
            fields: { name: 'x' },
            dates: { ...DATES, publishedAt: DATES.updatedAt },
          },
        ])
      );
    expect(await marksOf(apply)).toEqual([`update everything ${other} - draft`]);
    unsubscribe();
  });

  it('not on what such a write changes along in other entries: that is answered', async () => {
    const target = await newTarget();
    const plain = (await documents(PLAIN).create({ data: { name: 'p', target } })).documentId;
    let written: unknown;
    const withdraw = async () => {
      written = await strapi.db.transaction(({ trx }) =>
        content(trx).write(TARGET, target, [{ kind: 'remove', locale: '-', status: 'published' }])
      );
    };
    expect(await marksOf(withdraw)).toEqual([]);
    expect(written).toEqual({ removed: [], along: [{ uid: PLAIN, localId: plain }] });
  });

  it('that says who did it, never by e-mail, and on which version', async () => {
    const base = 'ab'.repeat(32);
    const request = (state: object, query: object = {}) => ({ state, query, params: {} });
    const save = (store: object): Promise<unknown> =>
      strapi.requestContext.run(store as never, () => newThing({}) as never) as unknown as Promise<unknown>;
    await marksOf(async () => {
      await save(
        request(
          { auth: { strategy: { name: 'admin' } }, user: { id: 3, firstname: 'Ada', lastname: 'L', email: 'a@b.c' } },
          { plugins: { replication: { base } } }
        )
      );
      await save(request({ auth: { strategy: { name: 'api-token' }, credentials: { id: 7, name: 'CI' } } }));
      await save(
        request(
          { auth: { strategy: { name: 'users-permissions' } }, user: { id: 9, username: 'me@example.com' } },
          { plugins: { replication: { base: 'nonsense' } } }
        )
      );
      await newThing({});
    });
    const rows = await strapi.db.connection('replication_marks').orderBy('id').select('actor', 'base');
    expect(rows.map((row) => [JSON.parse(row.actor), row.base])).toEqual([
      [{ id: 'admin:3', name: 'Ada L' }, base],
      [{ id: 'api-token:7', name: 'CI' }, null],
      [{ id: 'user:9', name: 'User 9' }, null],
      [null, null],
    ]);
  });

  it('and wakes the recorder after commit', async () => {
    const before = pokes;
    await newThing({});
    expect(pokes).toBeGreaterThan(before);
  });
});

describe('An entry that is edited elsewhere', () => {
  let id: string;

  beforeAll(async () => {
    id = (await documents(EVERYTHING).create({ data: { aString: 'a' }, status: 'published' })).documentId;
    const entity = `${EVERYTHING}/${id}`;
    await strapi.db.connection('replication_entries').insert({
      entity,
      uid: EVERYTHING,
      local_id: id,
      head: null,
      shows: 'EVERYTHING',
      locked: 1,
      locked_at: null,
      version: 1,
      held_until: 0,
    });
    readOnly.forget();
  });

  it.each(['update', 'publish', 'unpublish', 'discardDraft', 'delete'])('refuses %s', async (action) => {
    const act = documents(EVERYTHING)[action]({ documentId: id, data: { aString: 'b' } });
    await expect(act).rejects.toMatchObject({
      details: { code: 'READ_ONLY' },
      message: 'This entry is edited at another site and is read-only here.',
    });
  });

  it('refuses what goes past the document service', async () => {
    const refused = { details: { code: 'READ_ONLY' } };
    const query = strapi.db.query(EVERYTHING);
    await expect(query.update({ where: { documentId: id }, data: { aString: 'b' } })).rejects.toMatchObject(refused);
    await expect(query.updateMany({ where: { aString: 'a' }, data: { aString: 'b' } })).rejects.toMatchObject(refused);
    await expect(query.delete({ where: { documentId: id } })).rejects.toMatchObject(refused);
    await expect(query.deleteMany({ where: {} })).rejects.toMatchObject(refused);
    await expect(query.create({ data: { documentId: id } })).rejects.toMatchObject(refused);
  });

  it('can be cloned, and written by replication', async () => {
    await documents(EVERYTHING).clone({ documentId: id });
    await strapi.db.transaction(({ trx }) =>
      content(trx).write(EVERYTHING, id, [
        { kind: 'update', locale: '-', status: 'draft', fields: { aString: 'c' }, ids: {}, dates: DATES },
      ])
    );
    expect(await documents(EVERYTHING).findOne({ documentId: id })).toMatchObject({
      aString: 'c',
      updatedAt: DATES.updatedAt,
    });
  });

  it('leaves other entries of its type alone', async () => {
    const other = await newThing({ aString: 'a' });
    await documents(EVERYTHING).update({ documentId: other, data: { aString: 'b' } });
  });
});
