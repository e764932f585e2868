import { FILE_UID } from '../../server/src/replication/entity';
import { mayRead, mayReadField, type Ability } from '../../server/src/services/reading-rights';

const ARTICLE = 'api::article.article';
const READ = 'plugin::content-manager.explorer.read';

const allowed = (rules: ReturnType<Ability['rulesFor']>, action = READ, of: string | null = ARTICLE): Ability => {
  const rulesFor: Ability['rulesFor'] = (asked, subject) => (asked === action && (subject ?? null) === of ? rules : []);
  return { rulesFor, can: (asked, subject) => rulesFor(asked, subject).some(({ inverted }) => inverted !== true) };
};

describe('what an administrator may be told of entries', () => {
  it('is nothing without the right to read them', () => {
    expect([mayRead(undefined, ARTICLE), mayReadField(undefined, ARTICLE, 'title')]).toEqual([false, false]);
    const other = allowed([{}]);
    expect([mayRead(other, 'api::page.page'), mayReadField(other, 'api::page.page', 'title')]).toEqual([false, false]);
  });

  it('are the fields of a role’s list', () => {
    const some = allowed([{ fields: ['title'] }]);
    expect(['title', 'secret'].map((field) => mayReadField(some, ARTICLE, field))).toEqual([true, false]);
    expect(mayReadField(allowed([{}]), ARTICLE, 'secret')).toBe(true);
  });

  it('is how they stand, and not what they hold, where a condition keeps some from the role', () => {
    const own = allowed([{ conditions: { $and: [{ 'createdBy.id': 1 }] }, fields: ['title'] }]);
    expect([mayRead(own, ARTICLE), mayReadField(own, ARTICLE, 'title')]).toEqual([true, false]);
    const another = allowed([{ conditions: {} as object, fields: ['title'] }, { fields: ['title'] }]);
    expect(mayReadField(another, ARTICLE, 'title')).toBe(true);
  });

  it('is of files what the media library lets see', () => {
    expect(mayReadField(allowed([{}], 'plugin::upload.read', null), FILE_UID, 'name')).toBe(true);
    expect(mayReadField(allowed([{}]), FILE_UID, 'name')).toBe(false);
  });
});
