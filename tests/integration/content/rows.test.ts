import type { Core } from '@strapi/strapi';
import type { Fields, Json, RowState, RowWrite } from '../../../server/src/replication/entity';
import type { Content } from '../../../server/src/replication/ports';
import { keepDatesOfAppliedRows } from '../../../server/src/strapi/content/applying';
import { createContent } from '../../../server/src/strapi/content/content';
import { lockRows } from '../../../server/src/strapi/content/lock-rows';
import { createSchemas } from '../../../server/src/strapi/content/schemas';
import { migrate } from '../../../server/src/strapi/tables/migrations';
import { MODEL } from './model';
import { startSite, type TestSite } from './site';
import { newFile, newTarget } from './targets';

const EVERYTHING = 'api::everything.everything';
const DATES = { createdAt: '2020-01-02T03:04:05.678Z', updatedAt: '2021-02-03T04:05:06.789Z', publishedAt: null };
const PUBLISHED = { ...DATES, publishedAt: '2021-02-03T04:05:07.891Z' };
/** SQLite has one writer at a time: nothing is locked there. */
const onServers = (process.env.DATABASE_CLIENT ?? 'sqlite') === 'sqlite' ? () => undefined : it;

let site: TestSite;
let strapi: Core.Strapi;
let content: ReturnType<typeof createContent>;

beforeAll(async () => {
  site = await startSite(MODEL);
  strapi = site.strapi;
  await migrate(strapi.db.connection);
  keepDatesOfAppliedRows(strapi);
  content = createContent(strapi, createSchemas(strapi), { siteUrl: () => 'https://here.example' });
});
afterAll(() => site.stop());

const inside = <T>(work: (content: Content) => Promise<T>): Promise<T> =>
  strapi.db.transaction(({ trx }) => work(content(trx))) as Promise<T>;
const read = async (uid: string, id: string): Promise<RowState[]> =>
  (await inside((c) => c.read(uid, [id]))).get(id) ?? [];
const write = (uid: string, id: string, ...writes: RowWrite[]) => inside((c) => c.write(uid, id, writes));

describe('Rows', () => {
  let targets: string[];
  let files: string[];

  beforeAll(async () => {
    targets = [await newTarget(strapi, 'first'), await newTarget(strapi, 'second'), await newTarget(strapi, 'third')];
    files = [await newFile(strapi, 'cat'), await newFile(strapi, 'dog')];
  });

  const target = (index: number) => ({ uid: 'api::target.target', id: targets[index]! });
  const file = (index: number) => ({ uid: 'plugin::upload.file', id: files[index]! });
  const outer = (title: string): Fields => ({
    title,
    body: `![x](media:${files[0]}) media::`,
    inner: { text: 'deep', targets: [target(1), target(0)] },
    inners: [{ text: 'a' }, {}, { text: 'b' }],
    image: [file(1)],
    target: [target(2)],
  });
  const full = (): Fields => ({
    aString: 'text',
    aText: `see media://${files[0]}.`,
    aRichtext: `# Title\n![cat](media:${files[0]})`,
    blocks: [{ type: 'paragraph', children: [{ type: 'text', text: `media:${files[1]}` }] }],
    json: { a: [1, null, { b: `media:${files[1]}` }], empty: [], nothing: null },
    aUid: 'a-uid',
    email: 'somebody@example.com',
    enumeration: 'two',
    integer: 42,
    bigint: '9007199254740991',
    float: 1.5,
    decimal: 12.34,
    aBoolean: false,
    aDate: '2020-02-29',
    aTime: '12:34:56.789',
    aDatetime: '2020-02-29T12:34:56.789Z',
    aTimestamp: '1582979696789',
    cover: [file(0)],
    gallery: [file(1), file(0)],
    single: outer('single'),
    list: [outer('one'), outer('two')],
    zone: [
      { __component: 'part.inner', text: 'z' },
      { __component: 'part.outer', ...outer('zone') },
      { __component: 'part.inner', text: 'y' },
    ],
    one: [target(0)],
    toOne: [target(1)],
    ownOne: [target(2)],
    toMany: [target(2), target(0)],
    manyToMany: [target(1), target(2), target(0)],
    column: [target(1)],
    anything: [target(2), file(0), target(0)],
    something: [file(1)],
  });

  it('hold every kind of attribute as it was written, in a draft and in a published version', async () => {
    await write(
      EVERYTHING,
      'everything-1',
      { kind: 'create', locale: '-', status: 'draft', fields: full(), dates: DATES },
      { kind: 'create', locale: '-', status: 'published', fields: { ...full(), ownOne: [target(2)] }, dates: PUBLISHED }
    );
    const rows = await read(EVERYTHING, 'everything-1');
    expect(rows.map(({ locale, status, dates }) => ({ locale, status, dates }))).toEqual([
      { locale: '-', status: 'draft', dates: DATES },
      { locale: '-', status: 'published', dates: PUBLISHED },
    ]);
    expect(rows[0]!.fields).toEqual(full());
    expect(rows[1]!.fields).toEqual(full());
  });

  it('show upload URLs of this site to its visitors', async () => {
    const row = await strapi.db
      .query(EVERYTHING)
      .findOne({ where: { documentId: 'everything-1' }, populate: { zone: { on: { 'part.outer': true } } } });
    expect(row.aRichtext).toBe('# Title\n![cat](/uploads/cat_1a2b.png)');
    expect(row.aText).toBe('see https://here.example/uploads/cat_1a2b.png.');
    expect(row.json.a[2].b).toBe('/uploads/dog_1a2b.png');
  });

  it('are empty where nothing was written, whatever defaults this site has', async () => {
    await write(EVERYTHING, 'everything-2', {
      kind: 'create',
      locale: '-',
      status: 'draft',
      fields: { single: {}, list: [{}] },
      dates: DATES,
    });
    expect((await read(EVERYTHING, 'everything-2'))[0]!.fields).toEqual({ single: {}, list: [{}] });
  });

  it.each([true, false, 5, 0, 'word', '123', 'null', '', { a: 1 }, [[], null]])(
    'hold the JSON value %j',
    async (json) => {
      const id = `json-${JSON.stringify(json)}`;
      await write(EVERYTHING, id, {
        kind: 'create',
        locale: '-',
        status: 'draft',
        fields: { json } as Fields,
        dates: DATES,
      });
      expect((await read(EVERYTHING, id))[0]!.fields.json).toEqual(json);
    }
  );

  it('are changed in place: row and component ids stay, only what changes is written, dates are exact', async () => {
    const before = (await read(EVERYTHING, 'everything-1'))[0]!;
    const idsOfRows = async () =>
      (await strapi.db.query(EVERYTHING).findMany({ where: { documentId: 'everything-1' }, orderBy: 'id' })).map(
        (row) => row.id
      );
    const rowIds = await idsOfRows();
    const list = before.fields.list as Fields[];
    const listIds = before.ids.list as { id: number }[];
    const zone = before.fields.zone as Fields[];
    const zoneIds = before.ids.zone as { id: number }[];
    const dates = { ...DATES, updatedAt: '2022-01-01T00:00:00.001Z' };
    await write(EVERYTHING, 'everything-1', {
      kind: 'update',
      locale: '-',
      status: 'draft',
      fields: {
        aString: null,
        list: [{ title: 'new' }, { ...list[1], title: 'changed' }],
        zone: [zone[2]!, zone[0]!],
        manyToMany: [target(0), target(1)],
        one: null,
        cover: null,
        anything: null,
        something: null,
        column: null,
      },
      ids: { list: [{ id: null }, listIds[1]!], zone: [zoneIds[2]!, zoneIds[0]!] },
      dates,
    });
    const [after, published] = await read(EVERYTHING, 'everything-1');
    const { aString, one, cover, anything, something, column, ...rest } = full();
    expect(after!.fields).toEqual({
      ...rest,
      list: [{ title: 'new' }, { ...list[1], title: 'changed' }],
      zone: [zone[2], zone[0]],
      manyToMany: [target(0), target(1)],
    });
    expect(after!.dates).toEqual(dates);
    expect((after!.ids.list as { id: number }[])[1]).toEqual(listIds[1]);
    expect(after!.ids.zone).toEqual([zoneIds[2], zoneIds[0]]);
    expect(after!.ids.single).toEqual(before.ids.single);
    expect(published!.fields).toEqual(full());
    expect(await idsOfRows()).toEqual(rowIds);
    expect([aString, one, cover, anything, something, column]).toBeDefined();
  });

  it('can lose everything, and leave no component row behind', async () => {
    await write(EVERYTHING, 'everything-1', {
      kind: 'update',
      locale: '-',
      status: 'draft',
      fields: Object.fromEntries(Object.keys(full()).map((name) => [name, null])),
      ids: {},
      dates: DATES,
    });
    expect((await read(EVERYTHING, 'everything-1'))[0]!.fields).toEqual({});
    await write(
      EVERYTHING,
      'everything-1',
      { kind: 'remove', locale: '-', status: 'draft' },
      { kind: 'remove', locale: '-', status: 'published' }
    );
    await write(EVERYTHING, 'everything-2', { kind: 'remove', locale: '-', status: 'draft' });
    expect(await read(EVERYTHING, 'everything-1')).toEqual([]);
    for (const uid of ['part.outer', 'part.inner']) expect(await strapi.db.query(uid).count()).toBe(0);
    const { n } = (await strapi.db.connection('everythings_cmps').count({ n: '*' }).first()) as { n: unknown };
    expect(Number(n)).toBe(0);
  });

  it('take a row id that is not here as a new component', async () => {
    await write(EVERYTHING, 'everything-3', {
      kind: 'create',
      locale: '-',
      status: 'draft',
      fields: { single: { title: 'a' } },
      dates: DATES,
    });
    await write(EVERYTHING, 'everything-3', {
      kind: 'update',
      locale: '-',
      status: 'draft',
      fields: { single: { title: 'b' } },
      ids: { single: { id: 999_999 } },
      dates: DATES,
    });
    expect((await read(EVERYTHING, 'everything-3'))[0]!.fields).toEqual({ single: { title: 'b' } });
  });

  it('may refer to what is not here, and to their own entry', async () => {
    const itself = [{ uid: EVERYTHING, id: 'everything-4' }];
    await write(
      EVERYTHING,
      'everything-4',
      {
        kind: 'create',
        locale: '-',
        status: 'draft',
        fields: { itself, one: [{ uid: 'api::target.target', id: 'nowhere' }] },
        dates: DATES,
      },
      { kind: 'create', locale: '-', status: 'published', fields: { itself }, dates: PUBLISHED }
    );
    const rows = await read(EVERYTHING, 'everything-4');
    expect(rows.map((row) => row.fields)).toEqual([{ itself }, { itself }]);
    expect(rows[0]!.dates).toEqual(DATES);
  });

  it('are made in locales this site did not have', async () => {
    await write(
      'api::page.page',
      'page-1',
      {
        kind: 'create',
        locale: 'en',
        status: 'draft',
        fields: { title: 'Home', order: 1, section: { text: 'x' } },
        dates: DATES,
      },
      { kind: 'create', locale: 'de', status: 'draft', fields: { title: 'Start', order: 1 }, dates: DATES }
    );
    await write('api::page.page', 'page-2', {
      kind: 'create',
      locale: 'de',
      status: 'draft',
      fields: { title: 'Unten', parent: [{ uid: 'api::page.page', id: 'page-1' }] },
      dates: DATES,
    });
    expect((await read('api::page.page', 'page-1')).map((row) => [row.locale, row.fields.title])).toEqual([
      ['en', 'Home'],
      ['de', 'Start'],
    ]);
    expect((await read('api::page.page', 'page-2'))[0]!.fields.parent).toEqual([
      { uid: 'api::page.page', id: 'page-1' },
    ]);
    expect(await strapi.plugin('i18n').service('locales').findByCode('de')).toMatchObject({ name: 'German (de)' });
  });

  it('name the locale of a target only where their own type has none, and a target once', async () => {
    const fields: Fields = {
      name: 'p',
      pages: [
        { uid: 'api::page.page', id: 'page-1', locale: 'de' },
        { uid: 'api::page.page', id: 'page-1', locale: 'en' },
      ],
      target: [target(0)],
    };
    await write('api::plain.plain', 'plain-1', {
      kind: 'create',
      locale: '-',
      status: 'published',
      fields,
      dates: PUBLISHED,
    });
    const [row] = await read('api::plain.plain', 'plain-1');
    // Of the pages only drafts are there.
    const pages = (fields.pages as object[]).map((page) => ({ ...page, status: 'draft' }));
    expect(row).toMatchObject({ status: 'published', locale: '-', fields: { ...fields, pages }, dates: PUBLISHED });
  });

  it.each(['draft', 'published'] as const)(
    'say and keep it where only the %s version of a target is linked',
    async (status) => {
      const id = `plain-${status}`;
      const one = { ...target(0), status };
      await write('api::plain.plain', id, {
        kind: 'create',
        locale: '-',
        status: 'published',
        fields: { name: 'p', target: [one] },
        dates: PUBLISHED,
      });
      expect((await read('api::plain.plain', id))[0]!.fields.target).toEqual([one]);
      const change = (to: Json) =>
        write('api::plain.plain', id, {
          kind: 'update',
          locale: '-',
          status: 'published',
          fields: { target: to },
          ids: {},
          dates: PUBLISHED,
        });
      await change([target(0)]);
      expect((await read('api::plain.plain', id))[0]!.fields.target).toEqual([target(0)]);
      await change([one]);
      expect((await read('api::plain.plain', id))[0]!.fields.target).toEqual([one]);
    }
  );

  it('from a published row to a target’s draft say so', async () => {
    const [draft] = await strapi.db
      .query('api::target.target')
      .findMany({ where: { documentId: targets[0], publishedAt: null } });
    const { id } = await strapi.db.query(EVERYTHING).create({
      data: {
        documentId: 'everything-6',
        publishedAt: new Date(),
        something: { id: draft!.id, __type: 'api::target.target' },
      } as never,
    });
    const [row] = await read(EVERYTHING, 'everything-6');
    expect(row!.fields.something).toEqual([{ ...target(0), status: 'draft' }]);
    await write(EVERYTHING, 'everything-6', {
      kind: 'update',
      locale: '-',
      status: 'published',
      fields: { something: [] },
      ids: {},
      dates: PUBLISHED,
    });
    await write(EVERYTHING, 'everything-6', {
      kind: 'update',
      locale: '-',
      status: 'published',
      fields: row!.fields,
      ids: {},
      dates: PUBLISHED,
    });
    const again = await strapi.db.query(EVERYTHING).findOne({ where: { id }, populate: ['something'] });
    expect(again.something.id).toBe(draft!.id);
  });

  it('keep the links that other entries hold on them', async () => {
    await write(EVERYTHING, 'everything-5', {
      kind: 'create',
      locale: '-',
      status: 'draft',
      fields: { toOne: [target(0)], manyToMany: [target(0)] },
      dates: DATES,
    });
    await write('api::target.target', targets[0]!, {
      kind: 'update',
      locale: '-',
      status: 'draft',
      fields: { name: 'renamed' },
      ids: {},
      dates: DATES,
    });
    expect((await read(EVERYTHING, 'everything-5'))[0]!.fields).toEqual({
      toOne: [target(0)],
      manyToMany: [target(0)],
    });
  });

  onServers('are not taken for locked where they were replaced since they were looked at', async () => {
    const [row] = await strapi.db.query('api::page.page').findMany({ limit: 1 });
    const lock = (ids: number[]) =>
      strapi.db.transaction(async ({ trx }) => lockRows(strapi, trx, 'api::page.page', ids));
    await lock([Number(row.id), Number(row.id)]);
    await expect(lock([Number(row.id), 2_000_000_000])).rejects.toMatchObject({ name: 'Busy' });
  });

  it('can be told apart and counted without being read', async () => {
    await inside(async (c) => {
      expect((await c.presence('api::page.page', ['page-1', 'nowhere'])).get('page-1')).toEqual([
        { locale: 'en', status: 'draft' },
        { locale: 'de', status: 'draft' },
      ]);
      expect(await c.list('api::page.page', null, 10)).toEqual(['page-1', 'page-2']);
      expect(await c.list('api::page.page', 'page-1', 10)).toEqual(['page-2']);
      expect(await c.total('api::page.page')).toBe(2);
      await c.lock('api::page.page', ['page-1']);
    });
  });
});
