import { readFileSync } from 'node:fs';
import path from 'node:path';
import { nameVersions, type Linked } from '../../../server/src/replication/capture/versions';
import type { Attributes, Fields, Json, Reference, Status, TypeSchema } from '../../../server/src/replication/entity';
import { Identity } from '../../../server/src/replication/identity';
import type { Content, Schemas, Tables } from '../../../server/src/replication/ports';
import { Presence } from '../../../server/src/replication/presence';

const PAGE = 'api::page.page';
const attributes: Attributes = {
  page: { kind: 'relation', target: PAGE, many: false },
  pages: { kind: 'relation', target: PAGE, many: true },
  anything: { kind: 'relation', target: null, many: true },
};
const plain: TypeSchema = {
  uid: 'api::plain.plain',
  single: false,
  localized: false,
  drafts: false,
  attributes,
  shared: [],
  fingerprint: '',
};
const page: TypeSchema = { ...plain, uid: PAGE, drafts: true, attributes: {} };

const ref = (status?: Status): Json => ({ uid: PAGE, id: 'p', ...(status ? { status } : {}) });
const to = (status?: Status): Fields => ({ page: [ref(status)] });
const named = (head: Fields, shown: Fields, row: Fields, { touched = true, alone = false } = {}) =>
  nameVersions({
    schema: plain,
    components: () => null,
    head,
    shown,
    row,
    touched,
    isOnlyVersion: () => alone,
  } satisfies Linked);

const published = { locale: '-', status: 'published' as const };
const presenceOf = async (...rows: Status[]): Promise<Presence> => {
  const schemas = { type: (uid: string) => (uid === PAGE ? page : null) } as unknown as Schemas;
  const tables = { find: async () => [] } as unknown as Tables;
  const content = {
    presence: async () => new Map([['p', rows.map((status) => ({ locale: '-', status }))]]),
  } as unknown as Content;
  const identity = await Identity.of({ schemas }, { tables, content });
  return Presence.of([{ uid: PAGE, id: 'p' }], schemas, content, identity);
};

describe('an entry without drafts that refers to one with drafts', () => {
  it('refers to the entry where all there is of it is linked', () => {
    expect(named({}, {}, to('draft'), { alone: true }).is).toEqual(to());
    expect(named({}, {}, to(), {}).is).toEqual(to());
  });

  it('refers to the draft where what is published was left out', () => {
    expect(named({}, {}, to('draft')).is).toEqual(to('draft'));
    const { was, is } = named(to(), to('draft'), to('draft'));
    expect(was).toEqual(to());
    expect(is).toEqual(to('draft'));
  });

  it('goes on referring to the draft when what was published is withdrawn, and to all when both are linked', () => {
    const { was, is } = named(to('draft'), to('draft'), to('draft'), { alone: true });
    expect(is).toEqual(was);
    expect(is).toEqual(to('draft'));
    expect(named(to('draft'), to('draft'), to()).is).toEqual(to());
  });

  it('is not changed by a version that was applied here and is not linked yet', () => {
    const { was, is } = named(to(), to('draft'), to('draft'), { touched: false });
    expect(is).toEqual(was);
  });

  it('names the version in a polymorphic relation, whose links follow nobody', () => {
    const anything = { anything: [ref('draft')] };
    expect(named({}, {}, anything, { alone: true }).is).toEqual(anything);
  });
});

describe('a reference is written', () => {
  const reference = (status?: Status) => ({ uid: PAGE, id: 'p', ...(status ? { status } : {}) });
  it('to every version that is here, from an entry without drafts', async () => {
    expect((await presenceOf('draft', 'published')).asLinked(reference(), plain, published)).toEqual(reference());
    expect((await presenceOf('draft')).asLinked(reference(), plain, published)).toEqual(reference('draft'));
  });

  it('to the version that it names, and to none where that is not here', async () => {
    const both = await presenceOf('draft', 'published');
    expect(both.asLinked(reference('draft'), plain, published)).toEqual(reference('draft'));
    expect((await presenceOf('published')).asLinked(reference('draft'), plain, published)).toBeNull();
    expect((await presenceOf('draft')).canPlace(reference('published'), plain, published)).toBe(false);
    expect((await presenceOf('draft')).isHere(reference('published'), plain, published)).toBe(true);
  });

  it('to the version of its own status, from an entry with drafts, or to another that it names', async () => {
    const both = await presenceOf('draft', 'published');
    const drafts = { ...plain, drafts: true };
    expect(both.asLinked(reference(), drafts, published)).toEqual(reference());
    expect(both.asLinked(reference('draft'), drafts, published)).toEqual(reference('draft'));
    expect(both.asLinked(reference('published'), drafts, published)).toEqual(reference());
    expect((await presenceOf('draft')).canPlace(reference(), drafts, published)).toBe(false);
  });
});

describe('the references in docs/protocol.md', () => {
  const protocol = readFileSync(path.join(__dirname, '../../../docs/protocol.md'), 'utf8');
  const cases = JSON.parse(/```json vector=references\n([\s\S]*?)\n```/.exec(protocol)![1]!) as {
    there: Status[];
    linked: Status[];
    parent: Status | null;
    status: Status | null;
  }[];

  it.each(cases)('$linked of $there is named $status', async ({ there, linked, parent, status }) => {
    const presence = await presenceOf(...there);
    const row = to(linked.length === 1 ? linked[0] : undefined);
    const head = parent === null ? {} : to(parent);
    const { is } = nameVersions({
      schema: plain,
      components: () => null,
      head,
      shown: head,
      row,
      touched: true,
      isOnlyVersion: (one) => presence.isOnlyVersion(one, plain, published),
    });
    expect(is).toEqual(to(status ?? undefined));
    expect(presence.asLinked((is.page as unknown as Reference[])[0]!, plain, published)).toEqual(
      (row.page as Json[])[0]
    );
  });
});
