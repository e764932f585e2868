import type { RowState, RowWrite, Status } from '../../../server/src/replication/entity';
import { eventOf, whatHappened } from '../../../server/src/replication/notify/happenings';

const DATES = { createdAt: 'c', updatedAt: 'u', publishedAt: null as string | null };
const DRAFTS = { drafts: true };
const PLAIN = { drafts: false };

const row = (locale: string, status: Status): Pick<RowState, 'locale' | 'status' | 'dates'> => ({
  locale,
  status,
  dates: { ...DATES, publishedAt: status === 'published' ? 'p' : null },
});
const create = (locale: string, status: Status): RowWrite => ({ kind: 'create', fields: {}, ...row(locale, status) });
const update = (locale: string, status: Status, fields: object, publishedAt = 'p'): RowWrite => {
  const dates = { ...DATES, publishedAt: status === 'published' ? publishedAt : null };
  return { kind: 'update', locale, status, fields: fields as never, ids: {}, dates };
};
const remove = (locale: string, status: Status): RowWrite => ({ kind: 'remove', locale, status });

const said = (happened: ReturnType<typeof whatHappened>) =>
  happened.map(({ action, locale }) => `${action} ${locale ?? 'all'}`);

describe('what an editor would have had to do for it', () => {
  it.each<[string, { drafts: boolean }, ReturnType<typeof row>[], RowWrite[], string[]]>([
    ['a new draft', DRAFTS, [], [create('en', 'draft')], ['create en']],
    ['new and published', DRAFTS, [], [create('en', 'draft'), create('en', 'published')], ['create en', 'publish en']],
    [
      'new in two locales: the second is added',
      DRAFTS,
      [],
      [create('en', 'draft'), create('de', 'draft')],
      ['create en', 'add de'],
    ],
    ['another locale', DRAFTS, [row('en', 'draft')], [create('de', 'draft')], ['add de']],
    ['an edited draft', DRAFTS, [row('en', 'draft')], [update('en', 'draft', { title: 'x' })], ['update en']],
    ['a first publication', DRAFTS, [row('en', 'draft')], [create('en', 'published')], ['publish en']],
    [
      'edited and published again',
      DRAFTS,
      [row('en', 'draft'), row('en', 'published')],
      [update('en', 'draft', { title: 'x' }), update('en', 'published', { title: 'x' }, 'later')],
      ['update en', 'publish en'],
    ],
    [
      'published again as it was',
      DRAFTS,
      [row('en', 'draft'), row('en', 'published')],
      [update('en', 'draft', {}), update('en', 'published', {}, 'later')],
      ['publish en'],
    ],
    ['times alone', DRAFTS, [row('en', 'published')], [update('en', 'published', {}), update('en', 'draft', {})], []],
    [
      'unpublished',
      DRAFTS,
      [row('en', 'draft'), row('en', 'published')],
      [remove('en', 'published')],
      ['unpublish en'],
    ],
    ['one locale gone', DRAFTS, [row('en', 'draft'), row('de', 'draft')], [remove('de', 'draft')], ['delete de']],
    [
      'all of the only locale',
      DRAFTS,
      [row('en', 'draft'), row('en', 'published')],
      [remove('en', 'draft'), remove('en', 'published')],
      ['delete en'],
    ],
    [
      'all locales at once',
      DRAFTS,
      [row('en', 'draft'), row('de', 'draft')],
      [remove('en', 'draft'), remove('de', 'draft')],
      ['delete all'],
    ],
    [
      'one locale instead of another',
      DRAFTS,
      [row('en', 'draft')],
      [remove('en', 'draft'), create('de', 'draft')],
      ['delete en', 'add de'],
    ],
    ['without drafts: new', PLAIN, [], [create('-', 'published')], ['create -']],
    ['without drafts: changed', PLAIN, [row('-', 'published')], [update('-', 'published', { a: 1 })], ['update -']],
    ['without drafts: gone', PLAIN, [row('-', 'published')], [remove('-', 'published')], ['delete -']],
  ])('%s', (_, schema, before, writes, expected) => {
    expect(said(whatHappened(schema, before, writes))).toEqual(expected);
  });
});

test('events have the names Strapi gives them', () => {
  expect(
    ['create', 'add', 'update', 'publish', 'unpublish', 'delete'].map((one) => eventOf(false, one as never))
  ).toEqual(['entry.create', 'entry.create', 'entry.update', 'entry.publish', 'entry.unpublish', 'entry.delete']);
  expect(['create', 'update', 'delete'].map((one) => eventOf(true, one as never))).toEqual([
    'media.create',
    'media.update',
    'media.delete',
  ]);
});
