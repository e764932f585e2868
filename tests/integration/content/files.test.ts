import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Core } from '@strapi/strapi';
import type { Fields, RowState, RowWrite } from '../../../server/src/replication/entity';
import type { Files, Store } from '../../../server/src/replication/ports';
import { keepDatesOfAppliedRows } from '../../../server/src/strapi/content/applying';
import { createContent } from '../../../server/src/strapi/content/content';
import { createFiles } from '../../../server/src/strapi/content/files';
import { createSchemas } from '../../../server/src/strapi/content/schemas';
import { migrate } from '../../../server/src/strapi/tables/migrations';
import { createStore } from '../../../server/src/strapi/tables/store';
import { startSite, type TestSite } from './site';

const FILE = 'plugin::upload.file';
const DATES = { createdAt: '2020-01-02T03:04:05.678Z', updatedAt: '2021-02-03T04:05:06.789Z', publishedAt: null };

let site: TestSite;
let strapi: Core.Strapi;
let store: Store;
let files: Files;

beforeAll(async () => {
  site = await startSite({});
  strapi = site.strapi;
  await migrate(strapi.db.connection);
  keepDatesOfAppliedRows(strapi);
  store = createStore(strapi, createContent(strapi, createSchemas(strapi), { siteUrl: () => '' }));
  files = createFiles(strapi, store);
});
afterAll(() => site.stop());

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const upload = (name: string): string => path.join(site.directory, 'public/uploads', name);
const read = (id: string): Promise<RowState[]> =>
  store.transaction(async ({ content }) => (await content.read(FILE, [id])).get(id) ?? []);
const write = (id: string, ...writes: RowWrite[]) =>
  store.transaction(({ content }) => content.write(FILE, id, writes));
const SENDER = 'the other site';
const stage = (bytes: Buffer): Promise<boolean> =>
  files.stage(sha256(bytes), Readable.from([bytes]), 0, bytes.length, SENDER);

const fieldsOf = (name: string, main: Buffer, thumbnail: Buffer): Fields => ({
  name: `${name}.png`,
  alternativeText: 'a picture',
  hash: `${name}_1a2b`,
  ext: '.png',
  mime: 'image/png',
  size: 1.5,
  width: 10,
  height: 20,
  folder: ['Outer', 'Inner'],
  sha256: sha256(main),
  formats: {
    thumbnail: {
      name: `thumbnail_${name}.png`,
      hash: `thumbnail_${name}_1a2b`,
      ext: '.png',
      mime: 'image/png',
      width: 1,
      height: 2,
      size: 0.1,
      sha256: sha256(thumbnail),
    },
  },
});

describe('Files', () => {
  it('arrive in pieces, are placed under their name, and read back as they were written', async () => {
    const [main, thumbnail] = [randomBytes(5_000), randomBytes(500)];
    const fields = fieldsOf('cat', main, thumbnail);
    const hash = sha256(main);
    expect(await files.missing([hash])).toEqual([hash]);
    await files.stage(hash, Readable.from([main.subarray(0, 2_000)]), 0, 5_000, SENDER);
    expect(await files.staged(hash, SENDER)).toBe(2_000);
    await expect(files.stage(hash, Readable.from([main]), 0, 5_000, SENDER)).rejects.toMatchObject({
      code: 'WRONG_OFFSET',
    });
    await files.stage(hash, Readable.from([main.subarray(2_000)]), 2_000, 5_000, SENDER);
    expect(await files.missing([hash])).toEqual([]);
    await stage(thumbnail);

    await files.place('cat', fields);
    await files.place('cat', fields);
    await write('cat', { kind: 'create', locale: '-', status: 'published', fields, dates: DATES });
    expect(await read('cat')).toEqual([{ locale: '-', status: 'published', fields, dates: DATES, ids: {} }]);
    expect(fs.readFileSync(upload('cat_1a2b.png'))).toEqual(main);
    expect(fs.readFileSync(upload('thumbnail_cat_1a2b.png'))).toEqual(thumbnail);
    const row = await strapi.db.query(FILE).findOne({ where: { documentId: 'cat' }, populate: ['folder'] });
    expect(row).toMatchObject({
      url: '/uploads/cat_1a2b.png',
      provider: 'local',
      folder: { name: 'Inner' },
      formats: { thumbnail: { url: '/uploads/thumbnail_cat_1a2b.png' } },
    });
    expect(await buffer((await files.open(hash, 4_000))!.stream)).toEqual(main.subarray(4_000));
  });

  it('stay known when only their caption changes', async () => {
    await write('cat', {
      kind: 'update',
      locale: '-',
      status: 'published',
      fields: { caption: 'c', folder: null },
      ids: {},
      dates: DATES,
    });
    const [row] = await read('cat');
    expect(row!.fields.caption).toBe('c');
    expect(row!.fields.folder).toBeUndefined();
  });

  it('keep their URL when their bytes are replaced, and do not look edited before the row is written', async () => {
    const before = (await read('cat'))[0]!;
    const [main, thumbnail] = [randomBytes(3_000), randomBytes(300)];
    const fields = fieldsOf('cat', main, thumbnail);
    await stage(main);
    await stage(thumbnail);
    await files.place('cat', fields);
    expect((await read('cat'))[0]).toEqual(before);
    await write('cat', {
      kind: 'update',
      locale: '-',
      status: 'published',
      fields: { sha256: fields.sha256!, formats: fields.formats! },
      ids: {},
      dates: DATES,
    });
    expect((await read('cat'))[0]!.fields).toMatchObject({ sha256: sha256(main), formats: fields.formats });
    expect(fs.readFileSync(upload('cat_1a2b.png'))).toEqual(main);
  });

  it('keep what the provider has told of bytes that stay where they are', async () => {
    const [row] = await strapi.db.query(FILE).findMany({ where: { documentId: 'cat' } });
    const thumbnail = { ...row.formats.thumbnail, provider_metadata: { public_id: 'small' }, path: null };
    const data = { provider_metadata: { public_id: 'cat' }, formats: { thumbnail } };
    await strapi.db.query(FILE).update({ where: { id: row.id }, data });
    await files.hash(['cat']);
    const formats = (await read('cat'))[0]!.fields.formats as { thumbnail: Fields };
    await write('cat', {
      kind: 'update',
      locale: '-',
      status: 'published',
      // The other site calls its own bytes otherwise: ours were there before.
      fields: { hash: 'theirs', formats: { thumbnail: { ...formats.thumbnail, width: 7, hash: 'thumbnail_theirs' } } },
      ids: {},
      dates: DATES,
    });
    expect(await strapi.db.query(FILE).findOne({ where: { documentId: 'cat' } })).toMatchObject({
      hash: 'cat_1a2b',
      ext: '.png',
      provider_metadata: { public_id: 'cat' },
      formats: { thumbnail: { ...thumbnail, width: 7 } },
    });
  });

  it('that were uploaded or replaced here are hashed before they are read', async () => {
    const bytes = randomBytes(100);
    fs.writeFileSync(upload('dog_1.png'), bytes);
    const { id, documentId } = await strapi.db.query(FILE).create({
      data: {
        name: 'dog',
        hash: 'dog_1',
        ext: '.png',
        mime: 'image/png',
        size: 1,
        url: '/uploads/dog_1.png',
        provider: 'local',
        folderPath: '/',
      },
    });
    await expect(read(documentId)).rejects.toMatchObject({ code: 'FILE_NOT_HASHED', localIds: [documentId] });
    await files.hash([documentId]);
    expect((await read(documentId))[0]!.fields.sha256).toBe(sha256(bytes));
    const others = randomBytes(100);
    fs.writeFileSync(upload('dog_1.png'), others);
    await strapi.db.query(FILE).update({ where: { id }, data: { name: 'dog' } });
    await expect(read(documentId)).rejects.toMatchObject({ code: 'FILE_NOT_HASHED' });
    await files.hash([documentId]);
    expect((await read(documentId))[0]!.fields.sha256).toBe(sha256(others));
  });

  it('are entries without bytes where these are lost', async () => {
    const { documentId } = await strapi.db.query(FILE).create({
      data: {
        name: 'lost',
        hash: 'lost',
        ext: '.png',
        mime: 'image/png',
        size: 1,
        url: '/uploads/lost.png',
        provider: 'local',
        folderPath: '/',
      },
    });
    await files.hash([documentId]);
    expect((await read(documentId))[0]!.fields).toMatchObject({ name: 'lost' });
    expect((await read(documentId))[0]!.fields.sha256).toBeUndefined();
  });

  it('come without bytes where these are lost on the other site', async () => {
    const { sha256: lost, formats, ...fields } = fieldsOf('bare', randomBytes(10), randomBytes(10));
    expect([lost, formats]).not.toContain(undefined);
    await write('bare', { kind: 'create', locale: '-', status: 'published', fields, dates: DATES });
    expect((await read('bare'))[0]!.fields).toMatchObject({ name: 'bare.png', folder: ['Outer', 'Inner'] });
    await files.hash(['bare']);
    expect((await read('bare'))[0]!.fields.sha256).toBeUndefined();
    // And they may come later.
    const [main, thumbnail] = [randomBytes(50), randomBytes(5)];
    await Promise.all([stage(main), stage(thumbnail)]);
    const whole = fieldsOf('bare', main, thumbnail);
    await files.place('bare', whole);
    await write('bare', { kind: 'update', locale: '-', status: 'published', fields: whole, ids: {}, dates: DATES });
    expect((await read('bare'))[0]!.fields.sha256).toBe(sha256(main));
  });

  it('are taken by a provider that tells a lot of them', async () => {
    const provider = strapi.plugin('upload').service('provider');
    const { upload: give } = provider;
    const told = { uuid: 'u', image_info: { text: 'x'.repeat(1_000) } };
    provider.upload = async (file: { provider_metadata: unknown }) => {
      await give.call(provider, file);
      file.provider_metadata = told;
    };
    try {
      const [main, thumbnail] = [randomBytes(50), randomBytes(5)];
      await Promise.all([stage(main), stage(thumbnail)]);
      const fields = fieldsOf('told', main, thumbnail);
      await files.place('told', fields);
      await write('told', { kind: 'create', locale: '-', status: 'published', fields, dates: DATES });
    } finally {
      provider.upload = give;
    }
    expect(await strapi.db.query(FILE).findOne({ where: { documentId: 'told' } })).toMatchObject({
      provider_metadata: told,
    });
  });

  it('are refused with other bytes than announced, more of them, under a path, or under the name of another file', async () => {
    const bytes = randomBytes(100);
    await expect(files.stage('0'.repeat(64), Readable.from([bytes]), 0, 100, SENDER)).rejects.toMatchObject({
      code: 'BLOB_MISMATCH',
    });
    await expect(files.stage(sha256(bytes), Readable.from([bytes]), 0, 50, SENDER)).rejects.toMatchObject({
      code: 'BLOB_TOO_LONG',
    });
    await expect(files.stage('../evil', Readable.from([bytes]), 0, 100, SENDER)).rejects.toMatchObject({
      code: 'BLOB_NAME',
    });
    await stage(bytes);
    const fields = fieldsOf('evil', bytes, bytes);
    await expect(files.place('evil', { ...fields, hash: '../../evil' })).rejects.toMatchObject({ code: 'FILE_NAME' });
    await expect(files.place('evil', { ...fields, ext: '/../x' })).rejects.toMatchObject({ code: 'FILE_NAME' });
    await expect(files.place('evil', { ...fieldsOf('cat', bytes, bytes) })).rejects.toMatchObject({
      code: 'FILE_TAKEN',
    });
  });

  it('take their bytes along when they are removed', async () => {
    await write('cat', { kind: 'remove', locale: '-', status: 'published' });
    expect(await read('cat')).toEqual([]);
    const deadline = Date.now() + 5_000;
    while (fs.existsSync(upload('cat_1a2b.png')) && Date.now() < deadline)
      await new Promise((resolve) => setImmediate(resolve));
    expect(fs.existsSync(upload('cat_1a2b.png'))).toBe(false);
  });
});
