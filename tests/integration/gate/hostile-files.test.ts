import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Json } from '../../../server/src/replication/entity';
import { changesNothing, fresh, published, refused } from './claims';
import { defaultDatabase } from '../../support/databases';
import { eventually } from '../../support/wait';
import { startHonestAndHostile, type Attack, type Forgery } from './hostile-site';

const AUTHOR = 'api::author.author';
const FILE = 'plugin::upload.file';

let attack: Attack;
let ours: { documentId: string; hash: string; url: string };

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

beforeAll(async () => {
  attack = await startHonestAndHostile();
  const editor = await attack.honest.editor();
  ours = await editor.upload('ours.png', Buffer.from('the bytes of our file'), 'image/png');
});
afterAll(() => attack.close());

describe('files of a hostile site', () => {
  const fields = (name: string, bytes: Buffer, more: { [name: string]: Json } = {}): { [name: string]: Json } => ({
    name,
    hash: name.replace(/\.[^.]*$/, ''),
    ext: path.extname(name),
    mime: 'image/png',
    size: 1,
    sha256: sha256(bytes),
    ...more,
  });
  const file = (content: { [name: string]: Json }, id = fresh(), more: Forgery = {}) =>
    attack.update(FILE, id, { parts: published(content), ...more });
  const upload = (bytes: Buffer) =>
    attack.wire.sendBlob(attack.peer, sha256(bytes), async (from) => ({
      stream: Readable.from([bytes.subarray(from)]),
      size: bytes.length,
    }));
  const stored = (name: string) => path.join(attack.honest.folder, 'public', 'uploads', name);
  const remove = (id: string, last: { leaves: Json }) =>
    attack.update(FILE, id, {
      kind: 'delete',
      parents: last.leaves as string[],
      message: { type: 'ENTITY_DELETE' },
    });
  const rowOf = (documentId: string): Promise<any> =>
    attack.honest.run(
      (strapi, id) => strapi.db.query('plugin::upload.file').findOne({ where: { documentId: id } }),
      documentId
    );
  /** A file of the honest site, under a name as an import may have brought it. */
  const imported = async (hash: string, ext: string, more: object = {}): Promise<string> => {
    const data = { hash, ext, name: 'imported', mime: 'image/png', size: 1, provider: 'local', folderPath: '/' };
    const row = { ...data, url: `/uploads/${hash}${ext}`, ...more };
    if (!fs.existsSync(stored(hash + ext))) fs.writeFileSync(stored(hash + ext), `the bytes of ${hash}${ext}`);
    const made = await attack.honest.run(
      (strapi, values) => strapi.db.query('plugin::upload.file').create({ data: values }),
      row
    );
    return made.documentId;
  };

  it('are taken where they are harmless', async () => {
    const bytes = randomBytes(100);
    await upload(bytes);
    expect(await attack.send(file(fields('harmless.png', bytes)))).toEqual([{ status: 'applied' }]);
    expect(fs.readFileSync(stored('harmless.png'))).toEqual(bytes);
  });

  it('cannot lie elsewhere, nor be removed from elsewhere', () =>
    changesNothing(attack, async () => {
      const bytes = randomBytes(10);
      for (const hash of ['../../evil', '..', '/etc/passwd', 'a/b', 'a\\b', 'a\u0000b', '', '.env', 'x.svg', 'a..b'])
        await refused(attack, 'FILE_NAME', file(fields('x.png', bytes, { hash })));
      for (const ext of ['/../../x', '.png/../x', '..', '.p ng', 'png'])
        await refused(attack, 'FILE_NAME', file(fields('x.png', bytes, { ext })));
      const tree = Array.from({ length: 51 }, (_, level) => `level ${level}`);
      for (const folder of [['..', 'a/b'], [''], ['x'.repeat(256)], tree, { a: 1 }])
        await refused(attack, 'FILE_NAME', file(fields('x.png', bytes, { folder })));
      // Without bytes nothing is placed, but removing the row would remove what its name says.
      const { sha256: _none, ...lost } = fields('x.png', bytes, { hash: '../../../data' });
      await refused(attack, 'FILE_NAME', file(lost));
      const thumbnail = { hash: '../../data', ext: '.db', sha256: sha256(bytes) };
      await refused(attack, 'FILE_NAME', file(fields('x.png', bytes, { formats: { thumbnail } })));
      await refused(
        attack,
        'FILE_NAME',
        file(fields('x.png', bytes, { formats: { thumbnail: { ...thumbnail, hash: 'other' } } }))
      );
    }));

  it('cannot take the place of others’, by id, by name, or by the name of a format', async () => {
    const bytes = randomBytes(50);
    await upload(bytes);
    const kept = fs.readFileSync(path.join(attack.honest.folder, 'public', ours.url));
    // Once, so that the bytes of ours have been read: they are what tells ours from theirs.
    await refused(attack, 'NOT_SHARED', file(fields('x.png', bytes), ours.documentId));
    await changesNothing(attack, async () => {
      const { hash, documentId } = ours;
      for (const direction of ['BOTH', 'SEND_ONLY'])
        await refused(
          attack,
          'NOT_SHARED',
          file(fields('x.png', bytes, { hash }), documentId, { message: { direction } })
        );
      await refused(
        attack,
        'OTHER_ENTITY',
        file(fields('x.png', bytes, { hash }), fresh(), { message: { documentId } })
      );
      await refused(attack, 'FILE_TAKEN', file(fields('x.png', bytes, { hash })));
    });
    expect(fs.readFileSync(path.join(attack.honest.folder, 'public', ours.url))).toEqual(kept);
  });

  it('cannot take a name by saying otherwise where its extension begins, or in other case', async () => {
    const bytes = randomBytes(60);
    await upload(bytes);
    const thumbnail = { hash: 'thumbnail_second_1a2b.png', ext: '', mime: 'image/png', url: '/uploads/x' };
    await imported('report.v2', '.pdf');
    await imported('whole_1a2b.png', '');
    await imported('second_1a2b.png', '', { formats: { thumbnail } });
    const kept = fs.readFileSync(path.join(attack.honest.folder, 'public', ours.url));
    await changesNothing(attack, async () => {
      const taken = (hash: string, ext: string) =>
        refused(attack, 'FILE_TAKEN', file(fields('x.png', bytes, { hash, ext })));
      await taken('report', '.v2.pdf');
      await taken('Report', '.V2.PDF');
      await taken('whole_1a2b', '.png');
      await taken(ours.hash.toUpperCase(), '.PNG');
      await taken(ours.hash.toUpperCase(), '.jpg');
      await taken('Thumbnail_second_1a2b', '.png');
      await refused(attack, 'FILE_NAME', file(fields('x.png', bytes, { hash: `${ours.hash}.png`, ext: '' })));
    });
    expect(fs.readFileSync(path.join(attack.honest.folder, 'public', ours.url))).toEqual(kept);
  });

  it('take no bytes along that have come to be those of a file of this site', async () => {
    const bytes = randomBytes(70);
    await upload(bytes);
    const [id, other] = [fresh(), fresh()];
    const format = { name: 'x', ext: '.png', mime: 'image/png', width: 1, height: 1, size: 1, sha256: sha256(bytes) };
    const formats = {
      thumbnail: { ...format, hash: 'thumbnail_both_1a2b' },
      small: { ...format, hash: 'small_both_1a2b' },
    };
    const both = file(fields('both_1a2b.png', bytes, { formats }), id);
    expect(await attack.send(both)).toEqual([{ status: 'applied' }]);
    await imported('both_1a2b.png', '');
    await imported('Thumbnail_both_1a2b', '.png', { url: '/uploads/thumbnail_both_1a2b.png' });
    const alone = file(fields('alone_1a2b.png', bytes), other);
    expect(await attack.send(alone)).toEqual([{ status: 'applied' }]);
    expect(await attack.send(remove(id, both as never), remove(other, alone as never))).toEqual([
      { status: 'applied' },
      { status: 'applied' },
    ]);
    for (const gone of ['alone_1a2b.png', 'small_both_1a2b.png'])
      await eventually(async () => !fs.existsSync(stored(gone)), { what: `${gone} to be removed` });
    expect(fs.readFileSync(stored('both_1a2b.png'))).toEqual(bytes);
    expect(fs.readFileSync(stored('thumbnail_both_1a2b.png'))).toEqual(bytes);
  });

  it('say nothing of where bytes are: neither of the file’s nor of its formats’', async () => {
    const bytes = randomBytes(80);
    await upload(bytes);
    const id = fresh();
    const elsewhere = { path: 'backups', provider_metadata: { public_id: 'ours' }, url: '/uploads/ours.png' };
    const told = {
      name: 'x',
      hash: 'thumbnail_where_1a2b',
      ext: '.png',
      mime: 'image/png',
      width: 1,
      height: 2,
      size: 3,
    };
    const thumbnail = { ...told, sizeInBytes: 4, sha256: sha256(bytes), ...elsewhere, isUrlSigned: true, key: 'ours' };
    const more = { ...elsewhere, provider: 'other', previewUrl: 'x', formats: { thumbnail } };
    expect(await attack.send(file(fields('where_1a2b.png', bytes, more), id))).toEqual([{ status: 'applied' }]);
    const row = await rowOf(id);
    expect(row.formats).toEqual({
      thumbnail: { ...told, sizeInBytes: 4, path: null, url: '/uploads/thumbnail_where_1a2b.png' },
    });
    expect(row).toMatchObject({ url: '/uploads/where_1a2b.png', provider: 'local', previewUrl: null });
    expect(row.provider_metadata).toBeNull();
    expect(row.path).toBeUndefined();
  });

  // Only these databases take an id for another one that is written in other case: on others there is nothing to be refused.
  const withoutCase = defaultDatabase() === 'mysql' ? it : () => undefined;

  withoutCase('cannot stand for others whose id is theirs in other case', async () => {
    const bytes = randomBytes(90);
    await upload(bytes);
    const kept = fs.readFileSync(path.join(attack.honest.folder, 'public', ours.url));
    const other = ours.documentId.toUpperCase();
    await changesNothing(attack, async () => {
      await refused(attack, 'ID_TAKEN', file(fields('other_1a2b.png', bytes), other));
      await refused(attack, /FILE_TAKEN|ID_TAKEN/, file(fields('x.png', bytes, { hash: ours.hash }), other));
    });
    expect(fs.existsSync(stored('other_1a2b.png'))).toBe(false);
    expect(fs.readFileSync(path.join(attack.honest.folder, 'public', ours.url))).toEqual(kept);
  });

  withoutCase('have this in common with entries', async () => {
    const editor = await attack.honest.editor();
    const { documentId } = await editor.create(AUTHOR, { name: 'Ours', email: 'ours@site.example' });
    const rows = () => attack.honest.run((strapi) => strapi.db.connection('authors').select('*').orderBy('id'));
    const before = await rows();
    const id = documentId.toUpperCase();
    const entry = attack.update(AUTHOR, id, { parts: published({ name: 'Theirs' }) });
    const held = { status: 'held', code: 'NOT_STORED', reason: expect.stringContaining('upper and lower case') };
    expect(await attack.send(entry)).toEqual([expect.objectContaining(held)]);
    expect(await rows()).toEqual(before);
    const parents = entry.leaves as string[];
    const gone = attack.update(AUTHOR, id, { kind: 'delete', parents, message: { type: 'ENTITY_DELETE' } });
    expect(await attack.send(gone)).toEqual([{ status: 'applied' }]);
    expect(await rows()).toEqual(before);
    const leaves = await attack.honest.run(
      (strapi, entity) => strapi.db.connection('replication_leaves').where({ entity }),
      `${AUTHOR}/${documentId}`
    );
    expect(leaves).toEqual([]);
  });

  it('cannot be pages, scripts or programs of this site', async () => {
    const page = Buffer.from('<html><script src="/uploads/x.js"></script></html>');
    const picture = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>');
    await upload(page);
    await upload(picture);
    await changesNothing(attack, async () => {
      for (const name of [
        'x.html',
        'x.HTM',
        'x.xhtml',
        'x.js',
        'x.mjs',
        'x.php',
        'x.phtml',
        'x.svgz',
        'x.xml',
        'x.xsl',
      ])
        await refused(attack, 'FILE_TYPE', file(fields(name, page)));
      await refused(attack, 'FILE_TYPE', file(fields('x.png', page, { mime: 'text/html' })));
      await refused(attack, 'FILE_TYPE', file(fields('x.svg', picture, { mime: 'image/svg+xml' })));
      await refused(attack, 'FILE_TYPE', file(fields('x.bin', picture, { mime: 'image/svg+xml' })));
    });
  });

  it('cannot be had by who only knows their hash', async () => {
    const secret = fs.readFileSync(path.join(attack.honest.folder, 'public', ours.url));
    expect(await attack.wire.blobOffset(attack.peer, sha256(secret))).toEqual({ have: 0 });
    const [answer] = await attack.send(file(fields('stolen.png', secret)));
    expect(answer).toMatchObject({ status: 'held', bytes: [sha256(secret)] });
    expect(fs.existsSync(stored('stolen.png'))).toBe(false);
  });

  it('do not stop the others of a request', async () => {
    const bytes = randomBytes(10);
    const id = fresh();
    const good = attack.update(AUTHOR, id, { parts: published({ name: 'Good' }) });
    const bad = file(fields('x.png', bytes, { hash: '../x' }));
    const lost = file(fields('later.png', bytes));
    const answers = await attack.send(bad, lost, good, null as never);
    expect(answers.map(({ status }) => status)).toEqual(['refused', 'held', 'applied', 'refused']);
  });
});
