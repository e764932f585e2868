import { fileNames, hasFolderNames } from '../../../server/src/replication/file-names';

describe('the names of a file', () => {
  it('are those that Strapi gives', () => {
    expect(fileNames({ hash: 'cat_1a2b', ext: '.png' })).toEqual([{ hash: 'cat_1a2b', ext: '.png' }]);
    for (const hash of ['../x', '.x', 'a/b', 'a\\b', '', 7]) expect(fileNames({ hash, ext: '.png' })).toBeNull();
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
