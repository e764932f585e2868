import fc from 'fast-check';
import {
  decode,
  encode,
  fileIdsIn,
  mapStrings,
  renameFiles,
  type UploadTarget,
  uploadUrlsIn,
} from '../../../server/src/replication/upload-tokens';

const SITE = 'https://staging.example';

/** A site with two files; the first has a thumbnail, the second lies in a bucket. */
const URLS: Record<string, UploadTarget> = {
  '/uploads/cat_1a2b.jpg': { id: 'cat', format: null },
  '/uploads/thumbnail_cat_1a2b.jpg': { id: 'cat', format: 'thumbnail' },
  'https://bucket.example/dog_3c4d.png': { id: 'dog', format: null },
};
const resolve = (url: string) => (Object.hasOwn(URLS, url) ? URLS[url]! : null);
const urlOf = ({ id, format }: UploadTarget) =>
  Object.entries(URLS).find(([, target]) => target.id === id && target.format === format)?.[0] ?? null;
const toTokens = (text: string) => encode(text, resolve, SITE);
const toText = (text: string) => decode(text, urlOf, SITE);

describe('Upload URLs inside text', () => {
  it('become tokens that name the file and its format', () => {
    expect(toTokens('![a cat](/uploads/cat_1a2b.jpg)')).toBe('![a cat](media:cat)');
    expect(toTokens('<img src="/uploads/thumbnail_cat_1a2b.jpg">')).toBe('<img src="media:cat/thumbnail">');
    expect(toTokens('https://bucket.example/dog_3c4d.png')).toBe('media:dog');
  });

  it('stay absolute when they were', () => {
    expect(toTokens(`see ${SITE}/uploads/cat_1a2b.jpg.`)).toBe('see media://cat.');
    expect(decode('see media://cat.', urlOf, 'https://live.example/')).toBe(
      'see https://live.example/uploads/cat_1a2b.jpg.'
    );
  });

  it('keep what stands around them: queries, fragments, punctuation', () => {
    expect(toTokens('/uploads/cat_1a2b.jpg?w=200#top, and')).toBe('media:cat?w=200#top, and');
  });

  it('are left alone where no such upload is known, or where it lies at another host', () => {
    for (const text of [
      '/uploads/unknown.jpg',
      'https://other.example/uploads/cat_1a2b.jpg',
      '//cdn.example/uploads/cat_1a2b.jpg',
    ]) {
      expect(toTokens(text)).toBe(text);
    }
  });

  it('leave the word "media:" as it was typed', () => {
    expect(toTokens('media:cat')).toBe('media::cat');
    expect(toText('media::cat')).toBe('media:cat');
  });

  it('leave the token standing where the file is not here', () => {
    expect(toText('media:horse')).toBe('media:horse');
  });

  it('come back exactly, whatever text they stand in', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'media:',
        'media',
        ':',
        '//',
        '/',
        '_',
        '-',
        '.',
        '?',
        ' ',
        '"',
        'cat',
        'thumbnail',
        SITE,
        ...Object.keys(URLS)
      )
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        expect(toText(toTokens(text))).toBe(text);
      }),
      { numRuns: 5_000 }
    );
  });

  it('are all announced before they are looked up', () => {
    const asked: string[] = [];
    const text = `a /uploads/x.jpg?w=1. ${SITE}/uploads/cat_1a2b.jpg, https://bucket.example/dog_3c4d.png`;
    encode(text, (url) => (asked.push(url), resolve(url)), SITE);
    expect(uploadUrlsIn(text, SITE)).toEqual(expect.arrayContaining(asked));
  });

  it('tell which files they need', () => {
    expect(fileIdsIn('media:cat/thumbnail media://dog media::horse media:cat')).toEqual(['cat', 'dog']);
  });

  it('follow a file that is known under another id', () => {
    expect(renameFiles('media:cat/thumbnail media://dog media::cat', (id) => `${id}2`)).toBe(
      'media:cat2/thumbnail media://dog2 media::cat'
    );
  });

  it('are found in every string of a JSON value, never in its keys', () => {
    expect(mapStrings({ 'media:': ['media:', { a: 'media:' }, 1, null] }, toTokens)).toEqual({
      'media:': ['media::', { a: 'media::' }, 1, null],
    });
  });
});
