import { render } from '../../../server/src/replication/apply/render';
import { nextContent } from '../../../server/src/replication/capture/next-content';
import type { Fields, RowDates, RowState, Status, TypeSchema } from '../../../server/src/replication/entity';
import type { EntryContent } from '../../../server/src/replication/history/content';
import type { Header, PartValue } from '../../../server/src/replication/history/revision';
import type { Row } from '../../../server/src/replication/tables';

const schema: TypeSchema = {
  uid: 'api::page.page',
  single: false,
  localized: true,
  drafts: true,
  attributes: {
    title: { kind: 'value', type: 'string' },
    body: { kind: 'value', type: 'text' },
    code: { kind: 'value', type: 'string' },
  },
  shared: ['code'],
  fingerprint: 'a',
};
const components = () => null;
const dates: RowDates = { createdAt: 'then', updatedAt: 'then', publishedAt: 'then' };
const row = (status: Status, fields: Fields): RowState => ({
  locale: 'en',
  status,
  fields,
  ids: {},
  dates: { ...dates, publishedAt: status === 'published' ? 'then' : null },
});
const mark = (action: Row<'marks'>['action'], status: string): Row<'marks'> => ({
  id: 1,
  uid: schema.uid,
  document_id: 'one',
  locale: 'en',
  status,
  action,
  actor: null,
  base: null,
  at: 0,
});

const whole = { title: 'Title', body: 'Body', code: 'c' };
const head: EntryContent = new Map([['en/published', { fields: whole, dates }]]);
const shown = [row('published', whole), row('draft', whole)];
const around = { schema, components, withheld: new Set<string>(), gone: () => false, isOnlyVersion: () => true };
const next = (rows: RowState[], ...marks: Row<'marks'>[]) => nextContent({ ...around, head, shown, rows, marks });
const rendered = (content: EntryContent) => render(schema, components, {} as Header, content, 'EVERYTHING').rows;

describe('a draft that is a copy of what is published', () => {
  it('is no edit where nobody touched it', () => {
    expect(next(shown, mark('place', '')).changed).toBe(false);
  });

  it('keeps what was not edited when one field of it is', () => {
    const { content } = next([shown[0]!, row('draft', { ...whole, title: 'New' })], mark('update', 'draft'));
    expect(content.get('en/draft')?.fields).toEqual({ title: 'New', body: 'Body' });
    expect(content.get('shared')?.fields).toEqual({ code: 'c' });
  });

  it('stays whole when what it was copied from is unpublished', () => {
    const { content } = next([shown[1]!], mark('delete', 'published'));
    expect([...content.keys()].sort()).toEqual(['en/draft', 'shared']);
    expect(content.get('en/draft')?.fields).toEqual({ title: 'Title', body: 'Body' });
  });

  it('has the fields that all drafts share from them', () => {
    const content = new Map([...head, ['de/draft', { fields: {}, dates }], ['shared', { fields: { code: 'new' } }]]);
    const draft = rendered(content as EntryContent).find(({ locale, status }) => locale === 'en' && status === 'draft');
    expect(draft?.fields).toEqual({ title: 'Title', body: 'Body', code: 'new' });
  });
});

describe('what all drafts share, when a locale is added', () => {
  const inLocale = (locale: string, fields: Fields): RowState => ({ ...row('draft', fields), locale });
  const markOf = (id: number, action: Row<'marks'>['action'], locale: string) => ({
    ...mark(action, 'draft'),
    id,
    locale,
  });
  const before: EntryContent = new Map<string, PartValue>([
    ['de/draft', { fields: { title: 'Titel' }, dates }],
    ['shared', { fields: { code: 'c' } }],
  ]);
  const recorded = (rows: RowState[], ...marks: Row<'marks'>[]) =>
    nextContent({
      ...around,
      head: before,
      shown: [inLocale('de', { title: 'Titel', code: 'c' })],
      rows,
      marks,
    }).content.get('shared')?.fields;

  it('stays where the new one has it', () => {
    const rows = [inLocale('de', { title: 'Titel', code: 'c' }), inLocale('en', { title: 'Title', code: 'c' })];
    expect(recorded(rows, markOf(1, 'create', 'en'))).toEqual({ code: 'c' });
  });

  it('is empty where the new one is without, also when the other locale is deleted since', () => {
    const rows = [inLocale('en', { title: 'Title' })];
    expect(recorded(rows, markOf(1, 'create', 'en'), markOf(2, 'delete', 'de'))).toEqual({});
  });

  it('is what was saved last', () => {
    const rows = [inLocale('de', { title: 'Titel', code: 'd' }), inLocale('en', { title: 'Title', code: 'c' })];
    expect(recorded(rows, markOf(1, 'create', 'en'), markOf(2, 'update', 'de'))).toEqual({ code: 'd' });
  });
});

describe('a row that was set aside, which is shown and in no head', () => {
  const draft = row('draft', whole);
  const unpublished = { createdAt: 'then', updatedAt: 'then' } as RowDates;
  const published = row('published', { ...whole, title: 'Set aside' });
  const draftsOnly: EntryContent = new Map<string, PartValue>([
    ['en/draft', { fields: { title: 'Title', body: 'Body' }, dates: unpublished }],
    ['shared', { fields: { code: 'c' } }],
  ]);
  const after = (rows: RowState[], ...marks: Row<'marks'>[]) =>
    nextContent({ ...around, head: draftsOnly, shown: [draft, published], rows, marks });

  it('is no edit while nobody touches it', () => {
    expect(after([draft, published], mark('place', ''))).toMatchObject({ changed: false, content: draftsOnly });
    const { content } = after([row('draft', { ...whole, title: 'New' }), published], mark('update', 'draft'));
    expect([...content.keys()].sort()).toEqual(['en/draft', 'shared']);
  });

  it('is a version, whole, once somebody edits it', () => {
    const edited = row('published', { ...whole, title: 'Edited' });
    const { content } = after([draft, edited], mark('update', 'published'));
    expect(content.get('en/published')?.fields).toEqual({ ...whole, title: 'Edited' });
  });
});

describe('a draft that is shown and whose part did not come here', () => {
  const german = { ...row('draft', { title: 'Titel', code: 'old' }), locale: 'de' };
  const after = (rows: RowState[], ...marks: Row<'marks'>[]) => {
    const withheld = new Set(['en/draft', 'de/draft', 'shared']);
    return nextContent({ ...around, head, withheld, shown: [...shown, german], rows, marks });
  };

  it('makes no version by itself', () => {
    expect(after([...shown, german], mark('place', ''))).toMatchObject({ changed: false, content: head });
  });

  it('is in the version that an edit of another locale makes, with what all share as it was edited', () => {
    const edited = row('draft', { ...whole, title: 'New', code: 'new' });
    const { content } = after([shown[0]!, edited, german], mark('update', 'draft'));
    expect(content.get('en/draft')?.fields).toEqual({ title: 'New', body: 'Body' });
    expect(content.get('de/draft')?.fields).toEqual({ title: 'Titel' });
    expect(content.get('shared')?.fields).toEqual({ code: 'new' });
  });

  it('brings what all share where nothing else does', () => {
    const published = row('published', { ...whole, title: 'New' });
    const withheld = new Set(['de/draft', 'shared']);
    const of = { head, withheld, shown: [shown[0]!, german], rows: [published, german] };
    const { content } = nextContent({ ...around, ...of, marks: [mark('update', 'published')] });
    expect(content.get('de/draft')?.fields).toEqual({ title: 'Titel' });
    expect(content.get('shared')?.fields).toEqual({ code: 'old' });
  });

  it('is gone where somebody has deleted it', () => {
    const gone = { ...mark('delete', 'draft'), locale: 'de' };
    const { content } = after([shown[0]!, row('draft', { ...whole, title: 'New' })], mark('update', 'draft'), gone);
    expect(content.has('de/draft')).toBe(false);
  });
});
