import type { Core } from '@strapi/strapi';
import type { Knex } from 'knex';
import type { Fields, RowWrite } from '../../../server/src/replication/entity';
import type { Content, NewEntry } from '../../../server/src/replication/ports';
import { keepDatesOfAppliedRows } from '../../../server/src/strapi/content/applying';
import { createContent } from '../../../server/src/strapi/content/content';
import { databaseModelOf } from '../../../server/src/strapi/content/models';
import { createSchemas } from '../../../server/src/strapi/content/schemas';
import { createHearsOfRows } from '../../../server/src/strapi/notify/row-listeners';
import { runOnlyOwnLifecyclesWhereOff } from '../../../server/src/strapi/notify/quiet-lifecycles';
import { migrate } from '../../../server/src/strapi/tables/migrations';
import { createStore } from '../../../server/src/strapi/tables/store';
import { MODEL } from './model';
import { startSite, type TestSite } from './site';
import { newFile, newTarget } from './targets';

const EVERYTHING = 'api::everything.everything';
const PLAIN = 'api::plain.plain';
const PAGE = 'api::page.page';
const DATES = { createdAt: '2020-01-02T03:04:05.678Z', updatedAt: '2021-02-03T04:05:06.789Z', publishedAt: null };
const PUBLISHED = { ...DATES, publishedAt: '2021-02-03T04:05:07.891Z' };

let site: TestSite;
let strapi: Core.Strapi;
let content: ReturnType<typeof createContent>;
let targets: string[];
let files: string[];

beforeAll(async () => {
  site = await startSite(MODEL);
  strapi = site.strapi;
  await migrate(strapi.db.connection);
  const before = strapi.db.lifecycles.subscribe({ models: ['part.outer'], afterCreate: () => undefined } as never);
  keepDatesOfAppliedRows(strapi);
  const hearsOfRows = createHearsOfRows(strapi);
  expect(hearsOfRows('part.outer')).toBe(true);
  (before as () => void)();
  expect(hearsOfRows('part.outer')).toBe(false);
  content = createContent(strapi, createSchemas(strapi), { siteUrl: () => 'https://here.example', hearsOfRows });
  targets = [await newTarget(strapi, 'first'), await newTarget(strapi, 'second'), await newTarget(strapi, 'third')];
  files = [await newFile(strapi, 'cat'), await newFile(strapi, 'dog')];
});
afterAll(() => site.stop());

const target = (index: number) => ({ uid: 'api::target.target', id: targets[index]! });
const file = (index: number) => ({ uid: 'plugin::upload.file', id: files[index]! });
const outer = (title: string): Fields => ({
  title,
  body: `![x](media:${files[0]})`,
  inner: { text: 'deep', targets: [target(1), target(0)] },
  inners: [{ text: 'a' }, {}, { text: 'b' }],
  image: [file(1)],
  target: [target(2)],
});
/** Everything but what takes its target from another row. */
const fieldsOf = (name: string): Fields => ({
  aString: name,
  aText: `see media://${files[0]}.`,
  blocks: [{ type: 'paragraph', children: [{ type: 'text', text: 'a' }] }],
  json: { a: [1, null] },
  integer: 42,
  bigint: '9007199254740991',
  decimal: 12.34,
  aBoolean: false,
  aDate: '2020-02-29',
  aTime: '12:34:56.789',
  aDatetime: '2020-02-29T12:34:56.789Z',
  cover: [file(0)],
  gallery: [file(1), file(0), file(1)],
  single: outer('single'),
  list: [outer('one'), outer('two')],
  zone: [
    { __component: 'part.inner', text: 'z' },
    { __component: 'part.outer', ...outer('zone') },
    { __component: 'part.pictures', pictures: [file(1), file(0)] },
    { __component: 'part.inner', text: 'y' },
    { __component: 'part.pictures', pictures: [file(0)] },
  ],
  one: [target(0)],
  toOne: [target(1)],
  toMany: [target(2), target(0)],
  manyToMany: [target(1), target(2), target(0)],
  column: [target(1)],
  anything: [target(2), file(0), target(0)],
  something: [file(1)],
});

const entry = (localId: string, fields: Fields): NewEntry => ({
  localId,
  writes: [
    { kind: 'create', locale: '-', status: 'draft', fields, dates: DATES },
    { kind: 'create', locale: '-', status: 'published', fields, dates: PUBLISHED },
  ],
  telling: { from: { site: 'there', siteName: 'There', revision: null }, keepRemoved: false },
});

const plain = (name: string): NewEntry => ({
  ...entry(name, {}),
  writes: [
    { kind: 'create', locale: '-', status: 'published', fields: { name, target: [target(0)] }, dates: PUBLISHED },
  ],
});

type Row = Record<string, unknown>;

/** A row and all that hangs on it, as the tables have it: without ids, which differ each time. */
const deep = async (trx: Knex.Transaction, uid: string, row: Row): Promise<unknown> => {
  const hanging: Record<string, unknown> = {};
  for (const [name, attribute] of Object.entries(databaseModelOf(strapi, uid).attributes)) {
    if (attribute.type !== 'relation' || attribute.mappedBy !== undefined) continue;
    const isMedia = attribute.relation === 'morphOne' || attribute.relation === 'morphMany';
    const table = isMedia
      ? databaseModelOf(strapi, attribute.target!).attributes[attribute.morphBy!]!.joinTable
      : attribute.joinTable;
    if (!table) continue;
    const where = isMedia
      ? { [table.morphColumn!.idColumn.name]: row.id, [table.morphColumn!.typeColumn.name]: uid, field: name }
      : { [table.joinColumn.name]: row.id, ...table.on };
    const joined = (await trx(table.name).where(where).orderBy('id')) as Row[];
    const others = joined.map(async ({ id: _id, ...columns }) => {
      delete columns[isMedia ? table.morphColumn!.idColumn.name : table.joinColumn.name];
      // What refers to itself has another id each time.
      for (const [name, value] of Object.entries(columns)) {
        if (name.startsWith('inv_') && value === row.id) columns[name] = 'itself';
      }
      const component = columns.component_type as string | undefined;
      if (component === undefined) return columns;
      const { cmp_id: cmpId, ...rest } = columns;
      const [held] = (await trx(databaseModelOf(strapi, component).tableName).where({ id: cmpId })) as Row[];
      return { ...rest, holds: await deep(trx, component, held!) };
    });
    hanging[name] = await Promise.all(others);
  }
  const { id: _id, document_id: _documentId, ...columns } = row;
  return { columns, hanging };
};

/** What `work` leaves in the tables, without leaving it there; and how many inserts it took. */
const leftBy = async (uid: string, ids: readonly string[], work: (content: Content) => Promise<unknown>) => {
  let inserts = 0;
  const count = ({ sql }: { sql: string }) => (inserts += /^insert/i.test(sql) ? 1 : 0);
  const undone = new Error('undone');
  const left: unknown[] = [];
  await strapi.db
    .transaction(async ({ trx }) => {
      trx.on('query', count);
      const own = content(trx);
      await own.lock(uid, ids);
      await work(own);
      const rows = (await trx(databaseModelOf(strapi, uid).tableName)
        .whereIn('document_id', [...ids])
        .orderBy('id')) as Row[];
      const wasMade = rows.map((row) => String(row.document_id));
      for (const id of ids) {
        const own = rows.filter((row) => row.document_id === id);
        own.sort((a, b) => Number(a.published_at !== null) - Number(b.published_at !== null));
        for (const row of own) left.push(await deep(trx, uid, row));
      }
      expect(new Set(wasMade)).toEqual(new Set(ids));
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  return { left, inserts };
};

const oneByOne = (uid: string, entries: readonly NewEntry[]) => async (own: Content) => {
  for (const { localId, writes } of entries) await own.write(uid, localId, writes as RowWrite[]);
};

const isMySql = () => strapi.db.dialect.client === 'mysql';

describe('First rows of several entries, made together', () => {
  const same = async (uid: string, entries: readonly NewEntry[]) => {
    const ids = entries.map(({ localId }) => localId);
    const alone = await leftBy(uid, ids, oneByOne(uid, entries));
    const together = await leftBy(uid, ids, (own) => own.make(uid, entries));
    expect(together.left).toEqual(alone.left);
    return { alone: alone.inserts, together: together.inserts };
  };

  it('are what they are one by one, down to the order of every link, and take few inserts', async () => {
    if (isMySql()) return;
    const entries = ['a', 'b', 'c'].map((name) => entry(`entry-${name}`, fieldsOf(name)));
    const { alone, together } = await same(EVERYTHING, entries);
    // Four types of rows, one table of components, of files, and of links for each of six relations and two of components.
    expect(together).toBeLessThanOrEqual(15);
    expect(alone).toBeGreaterThan(together * 10);
  });

  it('are the same where one of them can only be made alone', async () => {
    if (isMySql()) return;
    const entries = [
      entry('entry-a', fieldsOf('a')),
      entry('entry-b', { ...fieldsOf('b'), ownOne: [target(2)] }),
      entry('entry-c', fieldsOf('c')),
      entry('entry-d', { aString: 'd', column: [] }),
    ];
    await same(EVERYTHING, entries);
  });

  it('are the same in a type without drafts, linked to both versions of a target', async () => {
    if (isMySql()) return;
    await same(PLAIN, [plain('x'), plain('y')]);
  });

  it('are the same with more components than a statement takes rows, of nothing but media', async () => {
    if (isMySql()) return;
    const pictures = Array.from({ length: 300 }, () => ({ __component: 'part.pictures', pictures: [file(0)] }));
    await same(EVERYTHING, [entry('entry-a', { zone: pictures })]);
  });

  it('are the same in locales, also in one that this site does not have, and where they refer to one another’s type', async () => {
    if (isMySql()) return;
    const page = (id: string, fields: Fields, locales = ['en', 'de', 'fr']): NewEntry => ({
      ...entry(id, {}),
      writes: locales.map((locale) => ({ kind: 'create', locale, status: 'draft', fields, dates: DATES })),
    });
    const root = page('page-root', { title: 'Root', order: 1, section: { text: 'x' } }, ['en', 'de']);
    await strapi.db.transaction(async ({ trx }) => content(trx).write(PAGE, root.localId, root.writes));
    const parent = [{ uid: PAGE, id: root.localId }];
    await same(PAGE, [
      page('page-a', { title: 'A', order: 1, parent }),
      page('page-b', { title: 'B', order: 2, parent }),
    ]);
  });

  it('are the same where one refers to itself', async () => {
    if (isMySql()) return;
    const itself = [{ uid: EVERYTHING, id: 'entry-b' }];
    await same(EVERYTHING, [entry('entry-a', { aString: 'a' }), entry('entry-b', { itself }), entry('entry-c', {})]);
  });

  it('are the same in a type whose lifecycles are off, and no hook hears of them', async () => {
    if (isMySql()) return;
    const heard: string[] = [];
    const hear = ({ action }: { action: string }) => void heard.push(action);
    const stop = strapi.db.lifecycles.subscribe({
      models: [PLAIN],
      beforeCreate: hear,
      beforeCreateMany: hear,
      afterCreateMany: hear,
    } as never) as () => void;
    runOnlyOwnLifecyclesWhereOff(strapi, {});
    const loud = content;
    content = createContent(strapi, createSchemas(strapi), {
      siteUrl: () => 'https://here.example',
      runsLifecycles: () => false,
      hearsOfRows: () => true,
    });
    try {
      await same(PLAIN, [plain('x'), plain('y')]);
    } finally {
      content = loud;
      stop();
    }
    expect(heard).toEqual([]);
  });

  it('are made one by one where one of them cannot be made, and all but that one are there', async () => {
    if (isMySql()) return;
    const store = createStore(strapi, content);
    const entries = [plain('x'), plain('taken'), plain('y')];
    const ids = entries.map(({ localId }) => localId);
    await strapi.db.connection.raw('create unique index only_once on plains (name)');
    await strapi.db.query(PLAIN).create({ data: { name: 'taken' } as never });
    const failed: string[] = [];
    await store.transaction(async (unit) => {
      await unit.content.lock(PLAIN, ids);
      const together = store.savepoint(unit, () => unit.content.make(PLAIN, entries));
      // A driver's error is none of this realm's.
      expect(await together.then(() => 'made', String)).toMatch(/unique|duplicate/i);
      expect((await unit.content.read(PLAIN, ids)).size).toBe(0);
      for (const { localId, writes } of entries) {
        await store.savepoint(unit, () => unit.content.write(PLAIN, localId, writes)).catch(() => failed.push(localId));
      }
    });
    expect(failed).toEqual(['taken']);
    const rows = await strapi.db.query(PLAIN).findMany({ where: { documentId: { $in: ids } }, orderBy: 'id' });
    expect(rows.map(({ name }) => name)).toEqual(['x', 'y']);
    await strapi.db.connection.raw('drop index only_once');
  });

  it('hold nothing of a default of this site', async () => {
    if (isMySql()) return;
    await same(EVERYTHING, [entry('entry-a', { single: {}, list: [{}] }), entry('entry-b', {})]);
  });

  it('are left to those who hear of each, and to databases that tell the ids of all', async () => {
    const makesTogether = async (uid: string): Promise<boolean> =>
      strapi.db.transaction(async ({ trx }) => content(trx).makesTogether(uid));
    expect(await makesTogether(EVERYTHING)).toBe(!isMySql());
    expect(await makesTogether('plugin::upload.file')).toBe(false);
    const heard = async (subscriber: object) => {
      const stop = strapi.db.lifecycles.subscribe(subscriber as never) as () => void;
      const together = await makesTogether(EVERYTHING);
      stop();
      return !together;
    };
    if (isMySql()) return;
    const listener = () => undefined;
    expect(await heard({ beforeCreate: listener })).toBe(true);
    expect(await heard({ models: [EVERYTHING], afterCreate: listener })).toBe(true);
    expect(await heard({ models: ['part.inner'], afterCreate: listener })).toBe(true);
    expect(await heard(listener)).toBe(true);
    expect(await heard({ models: [PLAIN], afterCreate: listener })).toBe(false);
    expect(await heard({ beforeUpdate: listener })).toBe(false);
    const { lifecycles } = strapi.db.metadata.get(EVERYTHING);
    lifecycles.afterCreate = listener;
    expect(await makesTogether(EVERYTHING)).toBe(false);
    delete lifecycles.afterCreate;
    expect(await makesTogether(EVERYTHING)).toBe(true);
  });
});
