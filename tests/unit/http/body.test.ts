import { gzipSync } from 'node:zlib';
import { inflate, MOST_VALUES, parseJson, parseLines } from '../../../server/src/http/body';

describe('inflating', () => {
  it('stops as soon as more comes out than is allowed', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    await expect(inflate(bomb, 10_000)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(inflate(bomb, 5_000_000)).resolves.toHaveLength(5_000_000);
  });
});

describe('parsing', () => {
  it('counts brackets outside of strings only', () => {
    const text = JSON.stringify({ text: '[{"\\'.repeat(500), list: [1] });
    expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(() => parseJson('['.repeat(101) + ']'.repeat(101))).toThrow(/deeper/);
  });

  it('reads no more values than can be worked on in a moment, in all lines together', () => {
    const list = (values: number) => `[${'0,'.repeat(values - 2)}0]`;
    expect(() => parseJson(list(MOST_VALUES + 1))).toThrow(expect.objectContaining({ code: 'TOO_MANY' }));
    const half = list(MOST_VALUES / 2 + 1);
    expect(parseLines(half, 10)).toHaveLength(1);
    expect(() => parseLines(`${half}\n${half}\n`, 10)).toThrow(expect.objectContaining({ code: 'TOO_MANY' }));
    expect(parseJson(JSON.stringify([',[{'.repeat(MOST_VALUES)]))).toHaveLength(1);
  });

  it('reads no line less, however many are empty', () => {
    expect(parseLines(`${'\n'.repeat(5_000)}{"a":1}\n`, 10)).toEqual([{ a: 1 }]);
  });
});
