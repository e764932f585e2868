import fc from 'fast-check';

/**
 * What a person or a script may do to kitchens (every kind of attribute), plain kitchens (the same without drafts) and
 * pages (a tree in two languages). Numbers point into the entries that the same sequence has made, modulo how many
 * there are, so that every sequence makes sense and shrinks.
 */
export interface Action {
  do: 'create' | 'update' | 'clone' | 'publish' | 'unpublish' | 'discard' | 'delete' | 'move' | 'pause';
  type: 'kitchen' | 'plain' | 'page';
  /** Which of the sequence's entries of that type. */
  pick: number;
  locale: 'en' | 'de';
  allLocales: boolean;
  values: Record<string, unknown>;
  relations: Record<string, number[]>;
}

const text = fc.constantFrom('tea', 'Grüße', '', '漢字 🍵', 'a "quoted" word', 'line\nbreak', '{{x}} $& \\');
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 4 });
const json = fc.oneof(
  fc.record({ a: fc.integer(), b: fc.array(text, { maxLength: 2 }), c: fc.boolean() }),
  fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 3 }),
  fc.constantFrom<unknown>({}, { deep: { er: [null, false, 1.5] } })
);
const blocks = text.map((value) => [{ type: 'paragraph', children: [{ type: 'text', text: value }] }]);
const simple = fc.record({ label: optional(text), amount: optional(fc.integer({ min: -100, max: 100 })) });
const nested = fc.record(
  { title: text, one: optional(simple), many: fc.array(simple, { maxLength: 3 }) },
  { requiredKeys: ['title'] }
);
const deep = fc.record(
  { title: text, nested: optional(nested), list: fc.array(nested, { maxLength: 2 }), text },
  { requiredKeys: ['title'] }
);
const zoneItem = fc.oneof(
  simple.map((value) => ({ __component: 'kitchen.simple', ...value })),
  nested.map((value) => ({ __component: 'kitchen.nested', ...value })),
  deep.map((value) => ({ __component: 'kitchen.deep', ...value })),
  text.map((body) => ({ __component: 'shared.rich-text', body }))
);

const KITCHEN_VALUES: Record<string, fc.Arbitrary<unknown>> = {
  string: optional(text),
  text: optional(text),
  richtext: optional(text),
  blocks: optional(blocks),
  json: optional(json),
  integer: optional(fc.integer({ min: -2147483648, max: 2147483647 })),
  biginteger: optional(fc.constantFrom('1', '-42', '9007199254740991')),
  float: optional(fc.constantFrom(0, 1.5, -0.25, 1e10)),
  decimal: optional(fc.constantFrom(0, 1.25, -10.5)),
  boolean: optional(fc.boolean()),
  date: optional(fc.constantFrom('2024-02-29', '1999-12-31')),
  datetime: optional(fc.constantFrom('2024-02-29T12:34:56.789Z', '1970-01-01T00:00:00.000Z')),
  time: optional(fc.constantFrom('00:00:00.000', '23:59:59.999')),
  email: optional(fc.constantFrom('a@example.com', 'b@example.org')),
  enumeration: optional(fc.constantFrom('tea', 'coffee', 'water')),
  shade: optional(text),
  defaulted: optional(text),
  simple: optional(simple),
  simples: fc.array(simple, { maxLength: 4 }),
  nested: optional(nested),
  deeps: fc.array(deep, { maxLength: 2 }),
  zone: fc.array(zoneItem, { maxLength: 4 }),
};
/** Few at a time: a save with everything in it costs as much as ten. */
const kitchenValues = fc
  .subarray(Object.keys(KITCHEN_VALUES), { maxLength: 4 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, KITCHEN_VALUES[name]!]))));

const pageValues = fc.record(
  {
    title: fc.constantFrom('Home', 'Team', 'Über uns', 'Contact'),
    body: optional(text),
    seo: optional(fc.record({ metaTitle: fc.constantFrom('t', 'u'), metaDescription: fc.constantFrom('d', 'e') })),
    order: optional(fc.integer({ min: 0, max: 9 })),
    featured: fc.boolean(),
    layout: optional(fc.record({ theme: text, columns: fc.integer({ min: 1, max: 4 }) })),
  },
  { requiredKeys: ['title'] }
);

const picks = (maxLength: number) => fc.array(fc.nat(7), { maxLength });
/** Names and how many targets at most; `files` are those that both sequences and other tests use. */
const KITCHEN_RELATIONS = {
  one: 1,
  twin: 1,
  group: 1,
  items: 3,
  pieces: 3,
  tags: 3,
  likes: 3,
  parent: 1,
  children: 3,
  friends: 3,
  friendOf: 3,
  best: 1,
  page: 1,
  subject: 1,
  subjects: 3,
  picture: 1,
  gallery: 3,
};
const PLAIN_RELATIONS = { twinOf: 1, members: 3, holder: 1, tagged: 3, next: 1, anything: 3, picture: 1, gallery: 3 };
const PAGE_RELATIONS = { parent: 1, children: 3, image: 1 };

const relations = (names: Record<string, number>) =>
  fc
    .subarray(Object.keys(names), { maxLength: Math.min(4, Object.keys(names).length) })
    .chain((some) => fc.record(Object.fromEntries(some.map((name) => [name, picks(names[name]!)]))));

const action = fc.constantFrom<Action['type']>('kitchen', 'kitchen', 'plain', 'page', 'page').chain(
  (type): fc.Arbitrary<Action> =>
    fc.record({
      type: fc.constant(type),
      do: fc.constantFrom<Action['do']>(
        ...(['create', 'create', 'update', 'update', 'update', 'update', 'move', 'clone', 'delete', 'pause'] as const),
        ...(type === 'plain' ? [] : (['publish', 'publish', 'publish', 'unpublish', 'discard'] as const))
      ),
      pick: fc.nat(7),
      locale: fc.constantFrom('en' as const, 'de' as const),
      allLocales: fc.boolean(),
      values: type === 'page' ? pageValues : kitchenValues,
      relations: relations(
        type === 'kitchen' ? KITCHEN_RELATIONS : type === 'plain' ? PLAIN_RELATIONS : PAGE_RELATIONS
      ),
    }) as fc.Arbitrary<Action>
);

export const sequenceOf = (length: number): fc.Arbitrary<Action[]> =>
  fc.array(action, { minLength: length, maxLength: length });

export interface Played {
  /** The entries that each sequence has made, also those it deleted. */
  made: Record<string, string[]>[];
  done: number;
  refused: string[];
}

/** Sent to the instance as its source. Sequences run at the same time; what Strapi refuses is no failure. */
export const playInside = async (
  strapi: any,
  { sequences, files }: { sequences: Action[][]; files: number[] }
): Promise<Played> => {
  const uids: Record<string, string> = {
    kitchen: 'api::kitchen.kitchen',
    plain: 'api::kitchen-plain.kitchen-plain',
    page: 'api::page.page',
  };
  const refused: string[] = [];
  let done = 0;
  const play = async (actions: Action[]) => {
    const made: Record<string, string[]> = { kitchen: [], plain: [], page: [] };
    const alive: Record<string, string[]> = { kitchen: [], plain: [], page: [] };
    const at = (type: string, index: number) => alive[type]![index % alive[type]!.length];
    /** Strapi wants row ids where the target's type is not fixed. */
    const rowOf = async (uid: string, documentId: string) => ({
      __type: uid,
      id: (await strapi.db.query(uid).findOne({ where: { documentId } }))?.id,
    });
    const relationsOf = async (action: Action) => {
      const data: Record<string, unknown> = {};
      for (const [name, numbers] of Object.entries(action.relations)) {
        const attribute = strapi.getModel(uids[action.type]).attributes[name];
        if (attribute.type === 'media') {
          const ids = numbers.map((n) => files[n % files.length]!);
          data[name] = attribute.multiple ? [...new Set(ids)] : (ids[0] ?? null);
          continue;
        }
        const morph = attribute.relation.startsWith('morph');
        const target = morph ? 'kitchen' : Object.keys(uids).find((key) => uids[key] === attribute.target)!;
        const ids = [...new Set(numbers.map((n) => at(target, n)).filter(Boolean))];
        const locale = target === 'page' && action.type !== 'page' ? { locale: action.locale } : {};
        const list = morph
          ? await Promise.all(ids.map((documentId) => rowOf(uids[target]!, documentId!)))
          : ids.map((documentId) => ({ documentId, ...locale }));
        data[name] =
          attribute.relation.endsWith('ToMany') || attribute.relation === 'morphToMany' ? list : (list[0] ?? null);
      }
      return data;
    };
    for (const action of actions) {
      const documents = strapi.documents(uids[action.type]);
      const documentId = at(action.type, action.pick);
      const locale = action.type === 'page' ? { locale: action.locale } : {};
      const each = action.type === 'page' && action.allLocales ? { locale: '*' } : locale;
      const data = { ...action.values, ...(await relationsOf(action)) };
      try {
        if (action.do === 'pause') {
          await strapi.plugin('replication').service('engine').settled();
        } else if (action.do === 'create' || documentId === undefined) {
          const entry = await documents.create({ ...locale, data });
          made[action.type]!.push(entry.documentId);
          alive[action.type]!.push(entry.documentId);
        } else if (action.do === 'update') {
          await documents.update({ documentId, ...locale, data });
        } else if (action.do === 'clone') {
          // A copy would share its original's partner in one-to-one relations, which Strapi then stores twice.
          const partner = { kitchen: { twin: null }, plain: { twinOf: null }, page: {} }[action.type];
          const { entries } = await documents.clone({ documentId, ...each, data: partner });
          for (const entry of entries.slice(0, 1)) {
            made[action.type]!.push(entry.documentId);
            alive[action.type]!.push(entry.documentId);
          }
        } else if (action.do === 'move') {
          // As an open form does: lists in another order, with the row ids they had.
          const lists = action.type === 'page' ? ['layout'] : ['simples', 'zone', 'deeps'];
          const before = await documents.findOne({ documentId, ...locale, populate: lists });
          const moved = Object.fromEntries(
            lists.flatMap((name) => (Array.isArray(before?.[name]) ? [[name, [...before[name]].reverse()]] : []))
          );
          const bare = (items: any[]) =>
            items.map(({ id, __component }) => ({ id, ...(__component ? { __component } : {}) }));
          const changes = Object.fromEntries(
            Object.entries(moved).map(([name, items]) => [name, bare(items as any[])])
          );
          if (before) await documents.update({ documentId, ...locale, data: changes });
        } else if (action.do === 'delete') {
          await documents.delete({ documentId, ...each });
          const left = await strapi.db.query(uids[action.type]).count({ where: { documentId } });
          if (left === 0) alive[action.type] = alive[action.type]!.filter((id) => id !== documentId);
        } else {
          const name = { publish: 'publish', unpublish: 'unpublish', discard: 'discardDraft' }[action.do];
          await documents[name]({ documentId, ...each });
        }
        done += 1;
      } catch (error: any) {
        refused.push(`${action.do} ${action.type}: ${error.name} ${error.message}`.slice(0, 300));
      }
    }
    return made;
  };
  const made = await Promise.all(sequences.map(play));
  return { made, done, refused };
};
