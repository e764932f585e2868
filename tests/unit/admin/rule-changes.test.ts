import {
  changesBetween,
  effective,
  effectOf,
  isUnchanged,
  ruleSetOf,
  withChoice,
  withMode,
} from '../../../admin/src/pages/rules/rule-changes';
import type { RuleView, TypeView } from '../../../server/src/contracts';

const article: TypeView = {
  uid: 'api::article.article',
  displayName: 'Article',
  kind: 'collectionType',
  localized: false,
  drafts: true,
  entries: 3,
  refers: [{ field: 'author', types: ['api::author.author'] }],
  localFields: [],
};
const author: TypeView = { ...article, uid: 'api::author.author', displayName: 'Author' };

const rule = (uid: string, level: RuleView['level'], direction: RuleView['direction'] = 'BOTH'): RuleView => ({
  scope: uid === '' ? 'instance' : 'type',
  uid,
  level,
  direction,
  locked: false,
});

describe('the rules that are being edited', () => {
  it('treat a type without a rule as all other types', () => {
    const rules = ruleSetOf([rule('', 'PUBLISHED', 'SEND_ONLY'), rule(author.uid, 'NONE')]);
    expect(effective(rules, article.uid)?.level).toBe('PUBLISHED');
    expect(effective(rules, author.uid)?.level).toBe('NONE');
    expect(effective(ruleSetOf([]), article.uid)).toBeNull();
  });

  it('let only this site edit what goes out as published versions', () => {
    const rules = withChoice(ruleSetOf([]), article.uid, { level: 'PUBLISHED', direction: 'BOTH' });
    expect(rules.get(article.uid)).toEqual({
      scope: 'type',
      uid: article.uid,
      level: 'PUBLISHED',
      direction: 'SEND_ONLY',
    });
  });

  it('never keep “not shared” as something that is received', () => {
    const rules = withChoice(ruleSetOf([]), article.uid, { level: 'NONE', direction: 'RECEIVE_ONLY' });
    expect(rules.get(article.uid)?.direction).toBe('SEND_ONLY');
  });

  it('name every type that a rule for all other types changes, and no other', () => {
    const before = ruleSetOf([rule(author.uid, 'EVERYTHING')]);
    const after = withChoice(before, '', { level: 'EVERYTHING', direction: 'BOTH' });
    expect(changesBetween([article, author], before, after).map(({ type }) => type.uid)).toEqual([article.uid]);
  });

  it('are unchanged again when a choice is taken back', () => {
    const before = ruleSetOf([rule(author.uid, 'EVERYTHING')]);
    const changed = withChoice(before, article.uid, { level: 'EVERYTHING', direction: 'BOTH' });
    expect(isUnchanged(before, changed)).toBe(false);
    expect(isUnchanged(before, withChoice(changed, article.uid, null))).toBe(true);
  });

  it.each([
    ['NONE', 'BOTH', 'EVERYTHING', 'BOTH', 'sends'],
    ['NONE', 'BOTH', 'PUBLISHED', 'SEND_ONLY', 'sends'],
    ['PUBLISHED', 'SEND_ONLY', 'EVERYTHING', 'SEND_ONLY', 'sends'],
    ['EVERYTHING', 'BOTH', 'PUBLISHED', 'SEND_ONLY', 'withdraws-drafts'],
    ['EVERYTHING', 'BOTH', 'NONE', 'BOTH', 'withdraws'],
    ['EVERYTHING', 'RECEIVE_ONLY', 'NONE', 'BOTH', 'stops'],
    ['EVERYTHING', 'BOTH', 'EVERYTHING', 'RECEIVE_ONLY', 'receives'],
    ['EVERYTHING', 'BOTH', 'EVERYTHING', 'SEND_ONLY', 'changes-editing'],
  ] as const)('from %s %s to %s %s: %s', (level, direction, nextLevel, nextDirection, effect) => {
    const change = {
      type: article,
      before: { level, direction },
      after: { level: nextLevel, direction: nextDirection },
      isAlongChanged: false,
    };
    expect(effectOf(change)).toBe(effect);
  });

  it('of what goes along alone is told as that, and kept where the level is chosen anew', () => {
    const before = ruleSetOf([rule(article.uid, 'EVERYTHING')]);
    const after = withMode(before, article.uid, 'author', 'never');
    expect(isUnchanged(before, after)).toBe(false);
    expect(changesBetween([article, author], before, after).map(effectOf)).toEqual(['along']);
    const lowered = withChoice(after, article.uid, { level: 'PUBLISHED', direction: 'BOTH' });
    expect(lowered.get(article.uid)).toMatchObject({ level: 'PUBLISHED', dependencies: { author: 'never' } });
    expect(isUnchanged(before, withMode(after, article.uid, 'author', null))).toBe(true);
    expect(withMode(before, author.uid, 'name', 'never')).toBe(before);
  });
});
