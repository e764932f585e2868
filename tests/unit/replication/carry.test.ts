import fc from 'fast-check';
import { carry, type CarryContext, type Side } from '../../../server/src/replication/capture/carry';
import type { Attributes, Fields, Json, Reference } from '../../../server/src/replication/entity';

const quote: Attributes = {
  text: { kind: 'value', type: 'text' },
  by: { kind: 'relation', target: 'api::a.a', many: false },
};
const attributes: Attributes = {
  title: { kind: 'value', type: 'string' },
  author: { kind: 'relation', target: 'api::a.a', many: false },
  tags: { kind: 'relation', target: 'api::t.t', many: true },
  seo: { kind: 'component', component: 'shared.quote', many: false },
  quotes: { kind: 'component', component: 'shared.quote', many: true },
  blocks: { kind: 'zone', components: ['shared.quote'] },
};
const here: CarryContext = { components: (uid) => (uid === 'shared.quote' ? quote : null), gone: () => false };
const goneAway = (id: string): CarryContext => ({ ...here, gone: (reference) => reference.id === id });

const side = (fields: Fields, ids: Side['ids'] = {}): Side => ({ fields, ids });
const ref = (id: string, uid = 'api::t.t') => ({ uid, id }) as Reference & { [key: string]: Json };
const tags = (...ids: string[]): Fields => ({ tags: ids.map((id) => ref(id)) });
const carried = (head: Fields, shown: Fields, rows: Fields, context = here) =>
  carry(attributes, head, side(shown), side(rows), context);

describe('carrying a local edit into the head', () => {
  it('keeps a field that this site does not have', () => {
    expect(carried({ title: 'old', motto: 'unknown here' }, { title: 'old' }, { title: 'new' })).toEqual({
      title: 'new',
      motto: 'unknown here',
    });
  });

  it('takes what a default or a hook made of our own apply for no edit', () => {
    expect(carried({ title: 'sent' }, { title: 'SENT' }, { title: 'SENT' })).toEqual({ title: 'sent' });
  });

  it('removes what the editor emptied', () => {
    expect(carried({ title: 'old' }, { title: 'old' }, {})).toEqual({});
  });

  it('puts a parked list item back after its nearest neighbour that is still there', () => {
    expect(carried(tags('a', 'b', 'c'), tags('a', 'c'), tags('c', 'a', 'd'))).toEqual(tags('c', 'a', 'b', 'd'));
  });

  it('keeps a reference whose target went, and removes one that the editor took out', () => {
    expect(carried(tags('a', 'b'), tags('a', 'b'), tags('b'), goneAway('a'))).toEqual(tags('a', 'b'));
    expect(carried(tags('a', 'b'), tags('a', 'b'), tags('b'))).toEqual(tags('b'));
  });

  it('lets a chosen to-one target replace the one that was parked there', () => {
    const author = (id: string) => ({ author: [ref(id, 'api::a.a')] });
    expect(carried(author('parked'), {}, author('chosen'))).toEqual(author('chosen'));
    expect(carried(author('parked'), author('parked'), {}, goneAway('parked'))).toEqual(author('parked'));
  });

  it('changes one item of a list and leaves what is parked in it', () => {
    const item = (text: string, by?: string) => ({ text, ...(by ? { by: [ref(by, 'api::a.a')] } : {}) });
    const result = carry(
      attributes,
      { quotes: [item('one', 'absent'), item('two')] },
      side({ quotes: [item('one'), item('two')] }, { quotes: [{ id: 1 }, { id: 2 }] }),
      side({ quotes: [item('two'), item('one, edited')] }, { quotes: [{ id: 2 }, { id: 1 }] }),
      here
    );
    expect(result).toEqual({ quotes: [item('two'), item('one, edited', 'absent')] });
  });

  it('keeps zone items of a type that this site does not have, where they stood', () => {
    const known = (text: string) => ({ __component: 'shared.quote', text });
    const unknown = { __component: 'shared.video', url: 'x' };
    expect(
      carried(
        { blocks: [known('a'), unknown, known('b')] },
        { blocks: [known('a'), known('b')] },
        { blocks: [known('a'), known('b!')] }
      )
    ).toEqual({ blocks: [known('a'), unknown, known('b!')] });
  });

  describe('for any content', () => {
    const text = fc.constantFrom('a', 'b', 'c');
    const reference = fc.constantFrom('x', 'y', 'z').map((id) => ref(id));
    const component = fc.record({ text }).map((value) => value as Fields);
    const list = <T extends Json>(items: fc.Arbitrary<T>) => fc.array(items, { minLength: 1, maxLength: 4 });
    const fields = fc.record(
      {
        title: text,
        tags: fc.uniqueArray(reference, { minLength: 1, selector: ({ id }) => id }),
        seo: component,
        quotes: list(component),
        blocks: list(component.map((value) => ({ __component: 'shared.quote', ...value }))),
      },
      { requiredKeys: [] }
    ) as fc.Arbitrary<Fields>;

    it('changes nothing where nothing was edited', () => {
      fc.assert(fc.property(fields, fields, (head, shown) => expect(carried(head, shown, shown)).toEqual(head)));
    });

    it('becomes the rows where the rows showed all of the head', () => {
      fc.assert(fc.property(fields, fields, (head, rows) => expect(carried(head, head, rows)).toEqual(rows)));
    });
  });
});
