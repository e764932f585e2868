import { fileNames, hasFolderNames } from '../../../server/src/replication/file-names';

describe('the names of a file', () => {
  it('are those that Strapi gives', () => {
    expect(fileNames({ hash: 'cat_1a2b', ext: '.png' })).toEqual([{ hash: 'cat_1a2b', ext: '.png' }]);
    for (const hash of ['../x', '.x', 'a/b', 'a\\b', '', 7]) expect(fileNames({ hash, ext: '.png' })).toBeNull();
  });

  it('have no dot but before an extension: what a name ends in is not to be said in two ways', () => {
    for (const hash of ['cat_1a2b.png', 'c..at_1a2b', 'cat.v2_1a2b', 'cat_1a2b.'])
      expect([hash, fileNames({ hash, ext: '' })]).toEqual([hash, null]);
    const withFormat = (name: string, hash: string) =>
      fileNames({ hash: 'cat_1a2b', ext: '.png', formats: { [name]: { hash, ext: '.png' } } });
    expect(withFormat('thumbnail', 'thumbnail_cat_1a2b')).toHaveLength(2);
    expect(withFormat('thumbnail', 'dog.png_cat_1a2b')).toBeNull();
  });

  it('are of formats that are called as a site may call them, and as nothing of the plugin’s own is', () => {
    const formats = (name: string) => ({ [name]: { hash: `x_cat_1a2b`, ext: '.png' } });
    for (const name of ['~', '~thumbnail', '', 'a/b', 'x'.repeat(61)])
      expect([name, fileNames({ hash: 'cat_1a2b', ext: '.png', formats: formats(name) })]).toEqual([name, null]);
    expect(fileNames({ hash: 'cat_1a2b', ext: '.png', formats: formats('xlarge_2-x') })).toHaveLength(2);
  });
});

describe('the folders of a file', () => {
  it('are a chain of names, as short and as plain as people make them', () => {
    for (const folder of [undefined, null, [], ['Holidays'], ['Été', '2026', 'a & b (c).d']]) {
      expect([folder, hasFolderNames(folder === undefined ? {} : { folder })]).toEqual([folder, true]);
    }
  });

  it('are not a tree without end, nor names that no folder can have', () => {
    const odd = [
      { a: 1 },
      'x',
      7,
      [7],
      [null],
      [''],
      [' x'],
      ['x '],
      ['a/b'],
      ['x\u0000'],
      ['x\ny'],
      ['x'.repeat(256)],
    ];
    for (const folder of [...odd, Array.from({ length: 51 }, () => 'deep')]) {
      expect([folder, hasFolderNames({ folder })]).toEqual([folder, false]);
    }
  });
});
