import { gzipSync } from 'node:zlib';
import { inflate, parseJson } from '../../../server/src/http/body';

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
});
