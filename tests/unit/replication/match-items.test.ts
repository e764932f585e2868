import fc from 'fast-check';
import { carry } from '../../../server/src/replication/capture/carry';
import { matchItems, type Item } from '../../../server/src/replication/capture/match-items';
import {
  missingIn,
  referencesDropped,
  referencesLost,
} from '../../../server/src/replication/capture/missing-references';
import type { Context } from '../../../server/src/replication/context';
import type { Attributes, Fields, Reference, RowState, TypeSchema } from '../../../server/src/replication/entity';
import { same } from '../../../server/src/replication/history/canonical';

/** As large as a message may be that a linked site sends. In the square of that nothing ends while anybody waits. */
const MANY = 50_000;

const items = (values: readonly Fields[]): Item[] => values.map((value) => ({ value, id: null }));
const quotes = (...words: string[]): Item[] => items(words.map((text) => ({ text })));

describe('which old item became which new one', () => {
  it('is told by row ids, then by what is equal, then by what is most alike', () => {
    const before: Item[] = [
      { value: { text: 'a', by: 'x' }, id: 1 },
      { value: { text: 'b', by: 'y' }, id: 2 },
      { value: { text: 'c', by: 'z' }, id: null },
    ];
    const after: Item[] = [
      { value: { text: 'c', by: 'new' }, id: null },
      { value: { text: 'b', by: 'y' }, id: null },
      { value: { text: 'other' }, id: 1 },
      { value: { text: 'one more' }, id: null },
    ];
    expect(matchItems(before, after)).toEqual([2, 1, 0, -1]);
  });

  it('never makes an item of one type one of another', () => {
    const before = items([{ __component: 'a.a', text: 'x' }]);
    expect(matchItems(before, items([{ __component: 'b.b', text: 'x' }]))).toEqual([-1]);
    expect(matchItems([{ ...before[0]!, id: 1 }], [{ value: { __component: 'b.b' }, id: 1 }])).toEqual([-1]);
  });

  it('is, for lists that people make, told by comparing each with each', () => {
    const value = fc.record(
      {
        __component: fc.constantFrom('a.a', 'b.b'),
        text: fc.constantFrom('x', 'y', 'z'),
        by: fc.constantFrom('x', 'y', null),
        deep: fc.constantFrom<Fields[string]>([], { b: 1, a: [2] }, { a: [2], b: 1 }),
      },
      { requiredKeys: [] }
    );
    const list = fc.array(
      fc.record({ value, id: fc.option(fc.integer({ min: 1, max: 9 }), { freq: 2 }) }) as fc.Arbitrary<Item>,
      { maxLength: 12 }
    );
    fc.assert(
      fc.property(list, list, (before, after) => same(matchItems(before, after), eachWithEach(before, after))),
      {
        numRuns: 2_000,
      }
    );
  });

  it('is found in time in lists as long as a message may bring them: equal ones in any order', () => {
    const words = Array.from({ length: MANY }, (_, index) => `item ${index}`);
    const found = matchItems(quotes(...words), quotes(...words.reverse()));
    expect([found[0], found[1], found[MANY - 1]]).toEqual([MANY - 1, MANY - 2, 0]);
  });

  it('and what is equal nowhere in their order, within each type', () => {
    const typed = (prefix: string, first: number) =>
      items(
        Array.from({ length: MANY }, (_, index) => ({
          __component: (index + first) % 2 ? 'a.a' : 'b.b',
          text: `${prefix} ${index}`,
        }))
      );
    const found = matchItems(typed('was', 0), typed('is', 1));
    expect(found.slice(0, 4)).toEqual([1, 0, 3, 2]);
    expect(new Set(found).size).toBe(MANY);
  });

  it('with a few in between that are only alike', () => {
    const words = Array.from({ length: MANY }, (_, index) => `item ${index}`);
    const changed = words.map((word, index) => (index % (MANY / 10) === 5 ? `${word}!` : word));
    expect(matchItems(quotes(...words), quotes(...changed))).toEqual(words.map((_, index) => index));
  });
});

/** How it was first written, and what it still means. */
const eachWithEach = (before: readonly Item[], after: readonly Item[]): number[] => {
  const typeOf = (item: Item) => item.value.__component ?? '';
  const taken = new Set<number>();
  const result = after.map(() => -1);
  const pass = (find: (item: Item, position: number) => number) =>
    after.forEach((item, position) => {
      if (result[position] !== -1) return;
      result[position] = find(item, position);
      taken.add(result[position]!);
    });
  const free = (index: number, item: Item) => !taken.has(index) && typeOf(before[index]!) === typeOf(item);
  const likeness = (a: Fields, b: Fields) =>
    Object.keys(a).filter((name) => name !== '__component' && same(a[name], b[name])).length;
  pass((item) => {
    const index = item.id === null ? -1 : before.findLastIndex((old) => old.id === item.id);
    return index !== -1 && free(index, item) ? index : -1;
  });
  pass((item) => before.findIndex((old, index) => free(index, item) && same(old.value, item.value)));
  pass((item, position) => {
    const scored = before.flatMap((old, index) =>
      free(index, item) ? [{ index, score: likeness(old.value, item.value), far: Math.abs(index - position) }] : []
    );
    return scored.sort((a, b) => b.score - a.score || a.far - b.far)[0]?.index ?? -1;
  });
  return result;
};

describe('references in lists as long as a message may bring them', () => {
  const attributes: Attributes = {
    tags: { kind: 'relation', target: 'api::tag.tag', many: true },
    blocks: { kind: 'zone', components: ['part.quote'] },
  };
  const schema = { uid: 'api::article.article', drafts: false, attributes } as unknown as TypeSchema;
  const components = (uid: string): Attributes | null =>
    uid === 'part.quote' ? { text: { kind: 'value', type: 'string' } } : null;
  const context = { schemas: { components } } as unknown as Context;
  const tag = (id: string, more: Partial<Reference> = {}) => ({ uid: 'api::tag.tag', id, ...more }) as never;
  const many = (prefix: string) => Array.from({ length: MANY }, (_, index) => tag(`${prefix}${index}`));
  const row = (tags: never[]): RowState => ({
    locale: '-',
    status: 'published',
    fields: { tags },
    dates: { createdAt: null, updatedAt: null, publishedAt: null },
    ids: {},
  });

  it('that rows should hold and do not are found in time', () => {
    const missing = missingIn(context, schema, [row([...many('a'), ...many('b')])], [row(many('a'))]);
    expect(missing).toHaveLength(MANY);
    expect(missing[0]!.reference).toEqual(tag('b0'));
  });

  it('that rows do not hold any more, too', () => {
    expect(referencesDropped(context, schema, [row([...many('a'), ...many('b')])], [row(many('a'))])).toHaveLength(
      MANY
    );
    expect(referencesLost(context, schema, [row(many('a'))], [row([])])).toHaveLength(MANY);
  });

  it('are other targets in other locales, but where no locale is named', () => {
    const wanted = [tag('a', { locale: 'en' }), tag('b'), tag('c', { locale: 'en' }), tag('d')];
    const there = [tag('a', { locale: 'de' }), tag('b', { locale: 'en' }), tag('c')];
    const missing = missingIn(context, schema, [row(wanted)], [row(there)]);
    expect(missing.map(({ reference }) => reference)).toEqual([wanted[0], wanted[3]]);
    // Another row than the one that should hold them.
    expect(missingIn(context, schema, [row(wanted)], [{ ...row(wanted), locale: 'de' }])).toHaveLength(4);
  });

  it('are carried in time when somebody edits among many that cannot be shown', () => {
    const head = { tags: [...many('parked'), ...many('a')] };
    const was = { fields: { tags: many('a') }, ids: {} };
    const is = { fields: { tags: [...many('a'), tag('new')] }, ids: {} };
    const { tags } = carry(attributes, head, was, is, { components, gone: () => false });
    expect(same(tags, [...many('parked'), ...many('a'), tag('new')])).toBe(true);
  });

  it('and so are items of a kind that is unknown here', () => {
    const unknown = Array.from({ length: MANY }, (_, index) => ({ __component: 'part.unknown', text: `${index}` }));
    const known = { __component: 'part.quote', text: 'Known' };
    const edited = { ...known, text: 'Edited' };
    const head = { blocks: [known, ...unknown, known] };
    const was = { fields: { blocks: [known, known] }, ids: {} };
    const is = { fields: { blocks: [known, edited] }, ids: {} };
    const { blocks } = carry(attributes, head, was, is, { components, gone: () => false });
    expect(same(blocks, [known, ...unknown, edited])).toBe(true);
  });
});
