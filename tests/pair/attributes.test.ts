import { createHash, randomBytes } from 'node:crypto';
import type { Editor } from '../support/content';
import { defaultDatabase } from '../support/databases';
import type { Instance } from '../support/instance';
import { share } from '../support/link';
import { png } from '../support/png';
import { rowsOf, type ReadRow } from './rows';
import { ARTICLE, atRest, equalOnBoth, everything, FILE, KITCHEN, PAGE, PLAIN, startPair, type Pair } from './sites';

let pair: Pair;
let editor: Editor;

beforeAll(async () => {
  pair = await startPair(everything([KITCHEN, PLAIN]));
  editor = await pair.staging.editor();
});

const save = (uid: string, documentId: string, data: object) =>
  pair.staging.run('await strapi.documents(args.uid).update(args)', { uid, documentId, data });
const make = async (uid: string, data: object, more: object = {}): Promise<string> =>
  pair.staging.run('return (await strapi.documents(args.uid).create(args)).documentId', { uid, data, ...more });
const equal = (uid: string, ...ids: string[]) => equalOnBoth(pair, uid, ids);
const draft = (rows: ReadRow[]) => rows.find(({ status }) => status === 'draft')!.fields;

describe('a value of kind', () => {
  const paragraph = (text: string) => [{ type: 'paragraph', children: [{ type: 'text', text, bold: true }] }];

  it.each<[string, unknown, unknown]>([
    ['string', 'one', 'Grüße 🍵 漢字'],
    ['text', 'one\ntwo', ' with  spaces '],
    ['richtext', '# One\n\n- two', '<b>html</b> & "quotes"'],
    [
      'blocks',
      paragraph('one'),
      [
        ...paragraph('two'),
        { type: 'list', format: 'ordered', children: [{ type: 'list-item', children: [{ type: 'text', text: '1' }] }] },
      ],
    ],
    ['json', { a: [1, null, { b: 'c' }] }, [1, 'two', false]],
    ['integer', 0, -2147483648],
    ['biginteger', '9007199254740991', '-1'],
    ['float', 0.1, -1e-7],
    ['decimal', 10.25, -0.5],
    ['boolean', false, true],
    ['date', '2024-02-29', '1969-12-31'],
    ['datetime', '2024-02-29T12:34:56.789Z', '1969-12-31T23:59:59.000Z'],
    ['time', '00:00:00.000', '23:59:59.999'],
    ['timestamp', '2024-02-29T12:34:56.789Z', '2001-01-01T00:00:00.000Z'],
    ['email', 'a@example.com', 'b@example.org'],
    ['uid', 'first-uid', 'second-uid'],
    ['enumeration', 'tea', 'water'],
    ['shade', '#ff0000', 'red'],
    ['defaulted', 'not the default', 'from the schema'],
  ])('%s is set, changed and cleared', async (name, first, second) => {
    const id = await make(KITCHEN, { [name]: first });
    const created = await equal(KITCHEN, id);
    expect(draft(created.live)[name]).not.toBeUndefined();
    await save(KITCHEN, id, { [name]: second });
    const changed = await equal(KITCHEN, id);
    expect(draft(changed.live)[name]).not.toEqual(draft(created.live)[name]);
    await pair.staging.run('await strapi.documents(args.uid).publish(args)', { uid: KITCHEN, documentId: id });
    await equal(KITCHEN, id);
    await save(KITCHEN, id, { [name]: null });
    const cleared = await equal(KITCHEN, id);
    expect(draft(cleared.live)[name]).toBeUndefined();
  });

  it('JSON that is no object, or empty, is the same there', async () => {
    // Strapi itself cannot store a text as JSON on a server: it hands it to the column without quotes. With them it can.
    const bare = defaultDatabase() === 'sqlite' ? ['a text', 'null', '{"looks":"like JSON"}'] : [];
    const texts = [...bare, '"a text"', '"null"', '"123"'];
    for (const json of [...texts, 7, true, [], {}]) {
      const id = await make(KITCHEN, { json });
      await equal(KITCHEN, id);
    }
  });

  it('password and private field stay at home, and what live has there stays too', async () => {
    const id = await make(PLAIN, { string: 'with secrets', password: 'Secret123', secret: 'for staging only' });
    await equal(PLAIN, id);
    const read = (site: Instance) =>
      site.run(
        "return strapi.db.query('api::kitchen-plain.kitchen-plain').findOne({ where: { documentId: args } })",
        id
      );
    expect(await read(pair.live)).toMatchObject({ password: null, secret: null });
    await pair.live.run(
      "await strapi.db.connection('kitchen_plains').where({ document_id: args }).update({ secret: 'for live only' })",
      id
    );
    await save(PLAIN, id, { string: 'changed', secret: 'other' });
    await equal(PLAIN, id);
    expect(await read(pair.live)).toMatchObject({ string: 'changed', secret: 'for live only' });
  });
});

describe('components', () => {
  const simple = (label: string, amount: number | null = null) => ({ label, amount });
  const nested = (title: string) => ({ title, one: simple('one', 1), many: [simple('a', 1), simple('b', 2)] });

  it.each<[string, unknown, unknown]>([
    ['simple', simple('one'), simple('two', 2)],
    ['simples', [simple('a'), simple('b'), simple('c')], [simple('c'), simple('a')]],
    ['nested', nested('one'), { ...nested('two'), many: [simple('only', 3)], one: null }],
    [
      'deeps',
      [{ title: 'x', nested: nested('n'), list: [nested('p'), nested('q')], text: 'words' }],
      [{ title: 'y' }, { title: 'x', list: [nested('q')] }],
    ],
    [
      'zone',
      [
        { __component: 'kitchen.simple', ...simple('z') },
        { __component: 'kitchen.nested', ...nested('n') },
        { __component: 'shared.rich-text', body: 'b' },
      ],
      [
        { __component: 'shared.rich-text', body: 'b' },
        { __component: 'kitchen.simple', ...simple('z2') },
      ],
    ],
  ])('%s: set, changed and cleared', async (name, first, second) => {
    const id = await make(KITCHEN, { [name]: first });
    expect(draft((await equal(KITCHEN, id)).live)[name]).toBeDefined();
    await pair.staging.run('await strapi.documents(args.uid).publish(args)', { uid: KITCHEN, documentId: id });
    await save(KITCHEN, id, { [name]: second });
    await equal(KITCHEN, id);
    await pair.staging.run('await strapi.documents(args.uid).publish(args)', { uid: KITCHEN, documentId: id });
    await equal(KITCHEN, id);
    await save(KITCHEN, id, { [name]: Array.isArray(first) ? [] : null });
    expect(draft((await equal(KITCHEN, id)).live)[name]).toBeUndefined();
  });

  it('leave no orphans behind on live', async () => {
    const count = (site: Instance) =>
      site.run(async (strapi) => {
        const counts: Record<string, number> = {};
        for (const uid of ['kitchen.simple', 'kitchen.nested', 'kitchen.deep', 'shared.rich-text']) {
          counts[uid] = await strapi.db.query(uid).count();
        }
        return counts;
      });
    await atRest(pair.staging, pair.live);
    expect(await count(pair.live)).toEqual(await count(pair.staging));
  });

  it('hold media and relations', async () => {
    const plain = await make(PLAIN, { string: 'in a component' });
    const file = await editor.upload('in-component.txt', randomBytes(64), 'text/plain');
    const id = await make(KITCHEN, {
      nested: { title: 'with', picture: file.id, gallery: [file.id], plains: [plain] },
      zone: [{ __component: 'kitchen.nested', title: 'zone', picture: file.id, plains: [plain] }],
    });
    const { live } = await equal(KITCHEN, id);
    expect(draft(live).nested).toEqual([
      expect.objectContaining({
        picture: [expect.stringContaining(file.documentId)],
        plains: [expect.stringContaining(plain)],
      }),
    ]);
    await save(KITCHEN, id, { nested: null, zone: [] });
    await equal(KITCHEN, id);
  });
});

describe('a relation', () => {
  it.each(['one', 'twin', 'group', 'items', 'pieces', 'tags', 'likes'])(
    'kitchen.%s is set, changed, re-ordered and cleared',
    async (name) => {
      const targets = [
        await make(PLAIN, { string: '1' }),
        await make(PLAIN, { string: '2' }),
        await make(PLAIN, { string: '3' }),
      ];
      const many = ['items', 'pieces', 'tags', 'likes'].includes(name);
      const id = await make(KITCHEN, { [name]: many ? [targets[0], targets[1]] : targets[0] });
      expect(draft((await equal(KITCHEN, id)).live)[name]).toHaveLength(many ? 2 : 1);
      await equal(PLAIN, ...targets);
      await pair.staging.run('await strapi.documents(args.uid).publish(args)', { uid: KITCHEN, documentId: id });
      await equal(KITCHEN, id);
      await save(KITCHEN, id, { [name]: many ? [targets[2], targets[1], targets[0]] : targets[1] });
      await equal(KITCHEN, id);
      await equal(PLAIN, ...targets);
      await save(KITCHEN, id, { [name]: many ? [] : null });
      expect(draft((await equal(KITCHEN, id)).live)[name]).toBeUndefined();
      await equal(PLAIN, ...targets);
    }
  );

  it.each([
    ['twinOf', 'twin'],
    ['members', 'group'],
    ['holder', 'items'],
    ['tagged', 'tags'],
  ])('edited from the other side, as plain.%s, shows in kitchen.%s', async (inverse, name) => {
    const [one, two] = [await make(KITCHEN, { string: 'k1' }), await make(KITCHEN, { string: 'k2' })];
    const many = ['members', 'tagged'].includes(inverse);
    const plain = await make(PLAIN, { string: 'p', [inverse]: many ? [one, two] : one });
    expect(draft((await equal(KITCHEN, one)).live)[name]).toEqual([expect.stringContaining(plain)]);
    await save(PLAIN, plain, { [inverse]: many ? [two] : two });
    await equal(KITCHEN, one, two);
    expect(draft((await equal(KITCHEN, two)).live)[name]).toEqual([expect.stringContaining(plain)]);
    expect(draft((await equal(KITCHEN, one)).live)[name]).toBeUndefined();
    await save(PLAIN, plain, { [inverse]: many ? [] : null });
    await equal(KITCHEN, one, two);
    await equal(PLAIN, plain);
  });

  it('to its own type, to itself and in cycles, draft and published', async () => {
    const [a, b, c] = [
      await make(KITCHEN, { string: 'a' }),
      await make(KITCHEN, { string: 'b' }),
      await make(KITCHEN, { string: 'c' }),
    ];
    await save(KITCHEN, a, { parent: b, friends: [a, b, c], best: a });
    await save(KITCHEN, b, { parent: c, friends: [c, a], best: c });
    await save(KITCHEN, c, { parent: a, best: b });
    await equal(KITCHEN, a, b, c);
    for (const documentId of [a, b, c]) {
      await pair.staging.run('await strapi.documents(args.uid).publish(args)', { uid: KITCHEN, documentId });
    }
    await equal(KITCHEN, a, b, c);
    await pair.staging.run('await strapi.documents(args.uid).unpublish(args)', { uid: KITCHEN, documentId: b });
    await equal(KITCHEN, a, b, c);
    await pair.staging.run('await strapi.documents(args.uid).publish(args)', { uid: KITCHEN, documentId: b });
    await equal(KITCHEN, a, b, c);
    await pair.staging.run('await strapi.documents(args.uid).delete(args)', { uid: KITCHEN, documentId: c });
    await equal(KITCHEN, a, b, c);
  });

  it('from what has no drafts shows on a version that is published later', async () => {
    const id = await make(KITCHEN, { string: 'draft first' });
    const plain = await make(PLAIN, { holder: id, members: [id], simple: { label: 'x' } });
    await equal(PLAIN, plain);
    await pair.staging.run('await strapi.documents(args.uid).publish(args)', { uid: KITCHEN, documentId: id });
    await equal(KITCHEN, id);
    const items = (site: Instance) =>
      site.run<{ items: unknown[] }>(
        "return strapi.documents('api::kitchen.kitchen').findOne({ documentId: args, status: 'published', populate: { items: { fields: ['documentId'] } } })",
        id
      );
    expect((await items(pair.live)).items).toEqual([expect.objectContaining({ documentId: plain })]);
    expect((await items(pair.staging)).items).toHaveLength(1);
  });

  it('of a polymorphic kind, to one and to many types', async () => {
    const [plain, kitchen] = [await make(PLAIN, { string: 'p' }), await make(KITCHEN, { string: 'k' })];
    const to = async (uid: string, documentId: string) => ({
      __type: uid,
      id: await pair.staging.run<number>(
        'return (await strapi.db.query(args.uid).findOne({ where: { documentId: args.documentId } })).id',
        { uid, documentId }
      ),
    });
    const id = await make(KITCHEN, {
      subject: await to(PLAIN, plain),
      subjects: [await to(PLAIN, plain), await to(KITCHEN, kitchen)],
    });
    expect(draft((await equal(KITCHEN, id)).live)).toMatchObject({ subject: [expect.stringContaining(plain)] });
    await save(KITCHEN, id, { subject: await to(KITCHEN, kitchen), subjects: [await to(KITCHEN, kitchen)] });
    await equal(KITCHEN, id);
    await equal(PLAIN, plain);
    await save(KITCHEN, id, { subject: null, subjects: [] });
    await equal(KITCHEN, id);
  });

  it('from what has no drafts to what has', async () => {
    const kitchens = [
      await make(KITCHEN, { string: 'k1' }),
      await make(KITCHEN, { string: 'k2' }, { status: 'published' }),
    ];
    const anything = kitchens.map((documentId) => ({ documentId, __type: KITCHEN }));
    const id = await make(PLAIN, { anything });
    await equal(PLAIN, id);
    await save(PLAIN, id, { anything: [anything[1]] });
    await equal(PLAIN, id);
  });

  it('whose target’s type is shared later is placed then', async () => {
    const never = { article: 'never', page: 'never' } as const;
    const [kitchens, plain] = everything([KITCHEN, PLAIN]);
    await share(pair.staging, pair.toLive, [{ ...kitchens!, dependencies: never }, plain!]);
    const article = await make(ARTICLE, { title: 'Not yet there' }, { status: 'published' });
    const page = await make(PAGE, { title: 'Nor this' }, { locale: 'en' });
    const id = await make(
      KITCHEN,
      { string: 'waits', article, page: { documentId: page, locale: 'en' } },
      { status: 'published' }
    );
    await atRest(pair.staging, pair.live);
    const before = await rowsOf(pair.live, KITCHEN, [id]);
    expect(before).toHaveLength(2);
    expect(draft(before)).not.toHaveProperty('article');
    await save(KITCHEN, id, { string: 'waits, edited' });
    await atRest(pair.staging, pair.live);
    await share(pair.staging, pair.toLive, everything([KITCHEN, PLAIN, ARTICLE, PAGE]));
    await equal(ARTICLE, article);
    const { live } = await equal(KITCHEN, id);
    expect(draft(live)).toMatchObject({
      article: [expect.stringContaining(article)],
      page: [expect.stringContaining(page)],
    });
  });
});

describe('a file', () => {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const download = async (site: Instance, url: string) => {
    const answer = await fetch(new URL(url, site.url));
    expect(answer.status).toBe(200);
    return sha256(new Uint8Array(await answer.arrayBuffer()));
  };
  const fileRow = (site: Instance, documentId: string) =>
    site.run(
      "return strapi.db.query('plugin::upload.file').findOne({ where: { documentId: args }, populate: ['folder'] })",
      documentId
    );
  const withoutLocal = ({ id: _id, folder, folderPath: _path, createdAt: _c, updatedAt: _u, ...rest }: any) => ({
    ...rest,
    folder: folder?.name ?? null,
  });

  const expectSameFile = async (documentId: string) => {
    const [here, there] = [await fileRow(pair.staging, documentId), await fileRow(pair.live, documentId)];
    expect(withoutLocal(there)).toEqual(withoutLocal(here));
    const urls = [here.url, ...Object.values<any>(here.formats ?? {}).map(({ url }) => url)];
    for (const url of urls) expect(await download(pair.live, url)).toBe(await download(pair.staging, url));
    return { here, there, urls };
  };

  it('arrives with its bytes, formats and folder', async () => {
    const folder = await (await pair.staging.admin()).post('/upload/folders', { name: 'Pictures', parent: null });
    const inner = await (
      await pair.staging.admin()
    ).post('/upload/folders', { name: 'Summer', parent: folder.data.id });
    const picture = await editor.upload('beach.png', png(1200, 800, [200, 100, 0]), 'image/png', {
      folder: inner.data.id,
      alternativeText: 'A beach',
      caption: 'Sand',
    });
    const text = await editor.upload('notes.txt', Buffer.from('some notes'), 'text/plain');
    const id = await make(KITCHEN, { picture: picture.id, gallery: [text.id, picture.id] });
    const { live } = await equal(KITCHEN, id);
    expect(draft(live)).toMatchObject({
      picture: [expect.stringContaining(picture.documentId)],
      gallery: [expect.stringContaining(text.documentId), expect.stringContaining(picture.documentId)],
    });
    const { urls, there } = await expectSameFile(picture.documentId);
    expect(urls.length).toBeGreaterThan(2);
    expect(there.folder).toMatchObject({ name: 'Summer' });
    await expectSameFile(text.documentId);
    await save(KITCHEN, id, { picture: null, gallery: [picture.id] });
    await equal(KITCHEN, id);
  });

  it('replaced by another keeps its URL and has the new bytes on live', async () => {
    const file = await editor.upload('old.png', png(600, 400, [0, 0, 0]), 'image/png');
    const id = await make(KITCHEN, { picture: file.id });
    await equal(KITCHEN, id);
    const before = await expectSameFile(file.documentId);
    const bytes = await download(pair.live, before.there.url);
    await editor.replaceFile(file.id, 'new.png', png(500, 500, [255, 255, 255]), 'image/png');
    await atRest(pair.staging, pair.live);
    const after = await expectSameFile(file.documentId);
    expect(after.there.url).toBe(before.there.url);
    expect(await download(pair.live, after.there.url)).not.toBe(bytes);
    expect(after.there).toMatchObject({ width: 500, height: 500 });
  });

  it('renamed, and moved to another folder', async () => {
    const file = await editor.upload('name.txt', Buffer.from(randomBytes(16)), 'text/plain');
    await make(KITCHEN, { picture: file.id });
    await atRest(pair.staging, pair.live);
    await expectSameFile(file.documentId);
    const folder = await (await pair.staging.admin()).post('/upload/folders', { name: 'Moved here', parent: null });
    const form = new FormData();
    form.append(
      'fileInfo',
      JSON.stringify({ name: 'renamed.txt', alternativeText: 'other', caption: null, folder: folder.data.id })
    );
    await (await pair.staging.admin()).post('/upload', form, { id: file.id });
    await atRest(pair.staging, pair.live);
    const { there } = await expectSameFile(file.documentId);
    expect(there).toMatchObject({ name: 'renamed.txt', folder: { name: 'Moved here' } });
  });

  it('two files with the same bytes are two files there', async () => {
    const [one, two] = [
      await editor.upload('twin.txt', Buffer.from('twins'), 'text/plain'),
      await editor.upload('twin.txt', Buffer.from('twins'), 'text/plain'),
    ];
    const id = await make(KITCHEN, { gallery: [one.id, two.id] });
    await equal(KITCHEN, id);
    await expectSameFile(one.documentId);
    await expectSameFile(two.documentId);
  });

  it('deleted in the media library is gone from the entry and from live', async () => {
    const file = await editor.upload('gone.txt', Buffer.from(randomBytes(16)), 'text/plain');
    const id = await make(KITCHEN, { picture: file.id, string: 'stays' });
    await equal(KITCHEN, id);
    await editor.removeFile(file.id);
    const { live } = await equal(KITCHEN, id);
    expect(draft(live)).not.toHaveProperty('picture');
    expect(await rowsOf(pair.live, FILE, [file.documentId])).toEqual([]);
  });

  it('embedded by its URL in rich text, blocks and JSON goes along, and has live’s own URL there', async () => {
    const file = await editor.upload('embedded.png', png(300, 300, [1, 2, 3]), 'image/png');
    const absolute = `${pair.staging.url}${file.url}`;
    const { createdBy: _by, updatedBy: _too, folder: _folder, ...image } = { ...file, url: absolute };
    const id = await make(KITCHEN, {
      richtext: `![relative](${file.url}) and ![absolute](${absolute}) and ${pair.staging.url}/uploads/unknown.png`,
      blocks: [
        {
          type: 'image',
          image,
          children: [{ type: 'text', text: '' }],
        },
      ],
      json: { cover: absolute, list: [file.url] },
    });
    await atRest(pair.staging, pair.live);
    const [there] = await rowsOf(pair.live, KITCHEN, [id]);
    const text = there!.fields.richtext as string;
    expect(text).toContain(`![relative](${file.url})`);
    expect(text).toContain(`![absolute](${pair.live.url}${file.url})`);
    expect((there!.fields.blocks as any)[0].image.url).toBe(`${pair.live.url}${file.url}`);
    expect(there!.fields.json).toEqual({ cover: `${pair.live.url}${file.url}`, list: [file.url] });
    const { thumbnail } = (there!.fields.blocks as any)[0].image.formats;
    expect(thumbnail.url).toBe(file.formats.thumbnail.url);
    await expectSameFile(file.documentId);
  });
});
