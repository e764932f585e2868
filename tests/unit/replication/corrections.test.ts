import { isAutomatic, withoutCorrections } from '../../../server/src/replication/capture/corrections';
import type { Fields, RowState, Status } from '../../../server/src/replication/entity';
import { saveRevisions } from '../../../server/src/replication/history/repository';
import {
  PEOPLE,
  SHARED,
  sealPart,
  sealRevision,
  type Revision,
} from '../../../server/src/replication/history/revision';
import type { Content } from '../../../server/src/replication/ports';
import { MemoryDatabase } from '../../support/memory/database';
import { memoryStore, ownTables } from '../../support/memory/tables';

const ENTITY = { uid: 'api::article.article', id: 'a' };
const DATES = { createdAt: null, updatedAt: null, publishedAt: null };
const PERSON = { authors: [{ instance: 'here', user: '1', name: 'Somebody' }] };

const row = (fields: Fields, status: Status = 'draft', locale = 'en'): RowState => ({
  locale,
  status,
  fields,
  dates: DATES,
  ids: {},
});

interface Version {
  by: string;
  person?: boolean;
  draft: Fields;
  shared?: Fields;
}

/** A history, oldest first, and what of `rows` is recorded on top of it at `here`. */
const recorded = async (versions: Version[], shown: RowState[], rows: RowState[]) => {
  const store = memoryStore(new MemoryDatabase(ownTables()), () => ({}) as Content);
  return store.transaction(async ({ tables }) => {
    let head: Revision | undefined;
    let salt = 0;
    for (const { by, person, draft, shared } of versions) {
      const bytes = () => Buffer.alloc(16, (salt += 1));
      const parts = [sealPart('en/draft', { fields: draft, dates: DATES }, bytes())];
      if (shared) parts.push(sealPart(SHARED, { fields: shared }, bytes()));
      if (person) parts.push(sealPart(PEOPLE, PERSON, bytes()));
      const what = { entity: ENTITY, parents: head ? [head.id] : [], at: 'now', kind: 'edit' as const };
      head = sealRevision(what, parts, { instance: by, key: 'k', sign: () => 's' });
      await saveRevisions(tables, [head], { now: () => 0 });
    }
    return (await withoutCorrections(tables, 'here', head!, shown, rows)).map(({ fields }) => fields);
  });
};

const START = { by: 'here', person: true, draft: { slug: 'ours', title: 'T' } };

describe('what a hook changes back', () => {
  it('is left out where the other site’s hook changed it last', async () => {
    const theirs = { by: 'there', draft: { slug: 'theirs', title: 'T' } };
    const now = [row({ slug: 'ours', title: 'T' })];
    expect(await recorded([START, theirs], [row(theirs.draft)], now)).toEqual([theirs.draft]);
  });

  it('is left out also where somebody has edited another field since', async () => {
    const theirs = { by: 'there', draft: { slug: 'theirs', title: 'T' } };
    const edited = { by: 'there', person: true, draft: { slug: 'theirs', title: 'New' } };
    expect(await recorded([START, theirs, edited], [row(edited.draft)], [row({ slug: 'ours', title: 'New' })])).toEqual(
      [edited.draft]
    );
  });

  it('alone is left out: what it changes besides is recorded', async () => {
    const theirs = { by: 'there', draft: { slug: 'theirs', title: 'T' } };
    expect(await recorded([START, theirs], [row(theirs.draft)], [row({ slug: 'ours', title: 'Mine' })])).toEqual([
      { slug: 'theirs', title: 'Mine' },
    ]);
  });

  it('is left out where it stood and stands nowhere', async () => {
    const theirs = { by: 'there', draft: { title: 'T' } };
    expect(await recorded([START, theirs], [row(theirs.draft)], [row({ slug: 'ours', title: 'T' })])).toEqual([
      { title: 'T' },
    ]);
  });

  it('of fields that all locales share is left out as well', async () => {
    const start = { by: 'here', person: true, draft: { title: 'T' }, shared: { slug: 'ours' } };
    const theirs = { by: 'there', draft: { title: 'T' }, shared: { slug: 'theirs' } };
    const shown = [row({ title: 'T', slug: 'theirs' })];
    expect(await recorded([start, theirs], shown, [row({ title: 'T', slug: 'ours' })])).toEqual([
      { title: 'T', slug: 'theirs' },
    ]);
  });
});

describe('a change without an actor is recorded as it is', () => {
  const now = [row({ slug: 'hook', title: 'T' })];
  it.each<[string, Version[], Fields]>([
    [
      'where a person there changed the field last',
      [START, { by: 'there', person: true, draft: { slug: 'x' } }],
      { slug: 'x' },
    ],
    ['where a script here did', [START, { by: 'here', draft: { slug: 'x' } }], { slug: 'x' }],
    [
      'where the other site’s hook changed another field',
      [START, { by: 'there', draft: { slug: 'ours', title: 'X' } }],
      { slug: 'ours', title: 'X' },
    ],
    ['on the first version, which nobody changed', [{ by: 'there', draft: { slug: 'x' } }], { slug: 'x' }],
  ])('%s', async (_, versions, shown) => {
    expect((await recorded(versions, [row(shown)], now))[0]!.slug).toBe('hook');
  });

  it('where it makes a row', async () => {
    const theirs = { by: 'there', draft: { slug: 'theirs' } };
    expect(await recorded([START, theirs], [], [row({ slug: 'hook' }, 'published')])).toEqual([{ slug: 'hook' }]);
  });
});

test('changes are automatic where nobody signed for any of them', () => {
  const mark = (action: string, actor: string | null) => ({ action, actor }) as never;
  expect(isAutomatic([mark('update', null), mark('place', null)])).toBe(true);
  expect(isAutomatic([mark('update', null), mark('update', '{}')])).toBe(false);
  expect(isAutomatic([mark('place', null), mark('baseline', null)])).toBe(false);
});
