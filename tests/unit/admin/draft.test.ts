import type { RuleView } from '../../../server/src/contracts';
import { draftOf, onTopOf, type Draft } from '../../../admin/src/pages/rules/draft';
import { isUnchanged, withChoice } from '../../../admin/src/pages/rules/rule-changes';

const rule = (uid: string, level: RuleView['level'], locked = false): RuleView => ({
  scope: 'type',
  uid,
  level,
  direction: 'SEND_ONLY',
  locked,
});
const opened = [rule('a', 'EVERYTHING'), rule('b', 'EVERYTHING')];
const changed = (draft: Draft, uid: string, level: RuleView['level']): Draft => ({
  ...draft,
  rules: withChoice(draft.rules, uid, { level, direction: 'SEND_ONLY' }),
});
const levels = ({ rules }: Draft) => Object.fromEntries([...rules].map(([uid, { level }]) => [uid, level]));

describe('rules that somebody else saves while they are changed here', () => {
  it('are shown where nothing was changed here, and nothing is said of it', () => {
    const met = onTopOf(draftOf(opened), [rule('a', 'NONE')]);
    expect(levels(met)).toEqual({ a: 'NONE' });
    expect(met.theirs).toEqual([]);
  });

  it('are taken over, told, and what was changed here stays on top of them', () => {
    const met = onTopOf(changed(draftOf(opened), 'a', 'PUBLISHED'), [...opened.slice(0, 1), rule('c', 'NONE')]);
    expect(levels(met)).toEqual({ a: 'PUBLISHED', c: 'NONE' });
    expect(met.theirs).toEqual(['b', 'c']);
    expect(isUnchanged(met.before, met.rules)).toBe(false);
  });

  it('give way where the same was changed here, which is told, too', () => {
    const met = onTopOf(changed(draftOf(opened), 'a', 'PUBLISHED'), [rule('a', 'NONE'), opened[1]!]);
    expect(levels(met)).toEqual({ a: 'PUBLISHED', b: 'EVERYTHING' });
    expect(met.theirs).toEqual(['a']);
    expect(met.before.get('a')?.level).toBe('NONE');
  });

  it('do not bring back what was taken away here', () => {
    const draft = { ...draftOf(opened), rules: withChoice(draftOf(opened).rules, 'a', null) };
    expect(levels(onTopOf(draft, [...opened, rule('c', 'NONE')]))).toEqual({ b: 'EVERYTHING', c: 'NONE' });
  });

  it('hold where the configuration says so', () => {
    const met = onTopOf(changed(draftOf(opened), 'a', 'PUBLISHED'), [rule('a', 'NONE', true), opened[1]!]);
    expect(levels(met)).toEqual({ a: 'NONE', b: 'EVERYTHING' });
  });

  it('are no news where they are what is to be saved, or what was there before', () => {
    const draft = changed(draftOf(opened), 'a', 'PUBLISHED');
    expect(onTopOf(draft, opened)).toBe(draft);
    const met = onTopOf(draft, [rule('a', 'PUBLISHED'), opened[1]!]);
    expect([met.theirs, isUnchanged(met.before, met.rules)]).toEqual([[], true]);
  });

  it('are told all, where it happens twice', () => {
    const once = onTopOf(changed(draftOf(opened), 'a', 'PUBLISHED'), [opened[0]!, rule('b', 'NONE')]);
    expect(onTopOf(once, [opened[0]!, rule('b', 'NONE'), rule('c', 'NONE')]).theirs).toEqual(['b', 'c']);
  });
});
