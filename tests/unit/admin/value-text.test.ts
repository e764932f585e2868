import { aroundDifference, valueText } from '../../../admin/src/pages/preview/value-text';

describe('a field that differs', () => {
  it('is shown as people read it, and nothing as nothing', () => {
    expect([null, '', []].map(valueText)).toEqual([null, null, null]);
    expect(valueText('Hello')).toBe('Hello');
    expect([0, false].map(valueText)).toEqual(['0', 'false']);
    expect(valueText(['shop', 'news'])).toBe('shop, news');
    expect(valueText({ a: 1 })).toBe('{\n  "a": 1\n}');
    expect(valueText([{ a: 1 }])).toContain('"a": 1');
  });

  it('is shown whole where it is short', () => {
    expect(aroundDifference('one two', 'one three')).toEqual(['one two', 'one three']);
  });

  it('is cut around the difference where it is long', () => {
    const before = 'b'.repeat(5000);
    const after = 'a'.repeat(5000);
    const [here, there] = aroundDifference(`${before}here${after}`, `${before}there${after}`);
    expect(here).toMatch(/^… b{120}herea{116} …$/);
    expect(there).toContain('there');
    expect(there.length).toBeLessThan(300);
  });

  it('is cut between words', () => {
    const [here, there] = aroundDifference(`${'word '.repeat(500)}here`, `${'word '.repeat(500)}there`);
    expect(here).toMatch(/^… (word )+here$/);
    expect(there).toMatch(/^… (word )+there$/);
  });

  it('loses nothing where one is the beginning of the other, or contains the end twice', () => {
    const text = 'ab'.repeat(1000);
    const [here, there] = aroundDifference(text, `${text}ab`);
    expect(here.endsWith('ab')).toBe(true);
    expect(there.length).toBe(here.length + 2);
  });

  it('cuts no character in half', () => {
    const smiles = '😀'.repeat(2000);
    // Where a cut comes depends on what stands between: a lone half is no URI.
    for (const between of ['', 'x']) {
      const cut = aroundDifference(
        `${smiles}${between}here${between}${smiles}`,
        `${smiles}${between}on${between}${smiles}`
      );
      expect(() => cut.map(encodeURIComponent)).not.toThrow();
    }
  });
});
