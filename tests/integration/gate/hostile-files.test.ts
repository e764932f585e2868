import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Json } from '../../../server/src/replication/entity';
import { changesNothing, fresh, published, refused } from './claims';
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

  it('are taken where they are harmless', async () => {
    const bytes = randomBytes(100);
    await upload(bytes);
    expect(await attack.send(file(fields('harmless.png', bytes)))).toEqual([{ status: 'applied' }]);
    expect(fs.readFileSync(stored('harmless.png'))).toEqual(bytes);
  });

  it('cannot lie elsewhere, nor be removed from elsewhere', () =>
    changesNothing(attack, async () => {
      const bytes = randomBytes(10);
      for (const hash of ['../../evil', '..', '/etc/passwd', 'a/b', 'a\\b', 'a\u0000b', '', '.env'])
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

  it('cannot be pages, scripts or programs of this site', async () => {
    const page = Buffer.from('<html><script src="/uploads/x.js"></script></html>');
    const picture = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>');
    await upload(page);
    await upload(picture);
    await changesNothing(attack, async () => {
      for (const name of ['x.html', 'x.HTM', 'x.xhtml', 'x.js', 'x.mjs', 'x.php', 'x.phtml', 'x.svgz'])
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
