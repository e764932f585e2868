import { nextRequest, withPage, type PreviewRun } from '../../../admin/src/pages/preview/preview-run';
import { plansOfSaved } from '../../../admin/src/pages/setup/purposes';
import {
  back,
  onward,
  rulesOf,
  startWizard,
  withoutType,
  withPurpose,
  withTypes,
  type Wizard,
} from '../../../admin/src/pages/setup/wizard';
import { standingOf } from '../../../admin/src/pages/sites/sharing-standing';
import type { RuleView } from '../../../server/src/contracts';
import { page, type } from './preview-pages';

const TYPES = [type('article'), type('author', { drafts: false }), type('page')];
const FIELDS = { article: ['slug', 'title'], author: [] };

const onwards = (wizard: Wizard) => onward(wizard, TYPES, FIELDS);
const compared = (wizard: Wizard): Wizard => {
  let run = wizard.run as PreviewRun;
  for (let request = nextRequest(run); request; request = nextRequest(run)) run = withPage(run, request, page([]));
  return { ...wizard, run };
};

describe('setting up what a link is for', () => {
  it('starts with publishing from here, all types with drafts ticked', () => {
    const wizard = startWizard(TYPES);
    expect(wizard.purpose).toBe('publish');
    expect(rulesOf(wizard, TYPES)).toEqual([
      { scope: 'type', uid: 'article', level: 'PUBLISHED', direction: 'SEND_ONLY' },
      { scope: 'type', uid: 'page', level: 'PUBLISHED', direction: 'SEND_ONLY' },
    ]);
  });

  it('shares all of a type without drafts where it is ticked, edited here alone', () => {
    const wizard = withTypes(startWizard(TYPES), new Set(['author']));
    expect(rulesOf(wizard, TYPES)).toEqual([
      { scope: 'type', uid: 'author', level: 'EVERYTHING', direction: 'SEND_ONLY' },
    ]);
  });

  it('shares drafts and published with both editing, of types that a person has chosen', () => {
    const wizard = withPurpose(startWizard(TYPES), 'both', TYPES);
    expect(rulesOf(wizard, TYPES)).toEqual([]);
    expect(rulesOf(withTypes(wizard, new Set(['page', 'author'])), TYPES)).toEqual([
      { scope: 'type', uid: 'author', level: 'EVERYTHING', direction: 'BOTH' },
      { scope: 'type', uid: 'page', level: 'EVERYTHING', direction: 'BOTH' },
    ]);
  });

  it('writes no rules for who writes them', () => {
    const wizard = withTypes(withPurpose(startWizard(TYPES), 'configure', TYPES), new Set(['page']));
    expect(rulesOf(wizard, TYPES)).toEqual([]);
    expect(onwards(wizard)).toBe(wizard);
  });

  it('keeps ticked types where the purpose is chosen that was chosen before', () => {
    const wizard = withTypes(startWizard(TYPES), new Set(['page']));
    expect(withPurpose(wizard, 'publish', TYPES)).toBe(wizard);
  });

  it('goes on to a comparison that finds entries by the likeliest field, and not without a type', () => {
    const wizard = onwards(startWizard(TYPES));
    expect(wizard.step).toBe('compare');
    expect(wizard.run?.types.map(({ plan }) => [plan.uid, plan.by])).toEqual([
      ['article', 'slug'],
      ['page', null],
    ]);
    const none = withTypes(startWizard(TYPES), new Set());
    expect(onwards(none)).toBe(none);
  });

  it('sends nothing before all is compared', () => {
    const wizard = onwards(startWizard(TYPES));
    expect(onwards(wizard)).toBe(wizard);
    const seen = onwards(compared(wizard));
    expect(seen.step).toBe('send');
    expect(onwards(seen).step).toBe('done');
    expect(onwards(onwards(seen)).step).toBe('done');
  });

  it('goes back without losing what was compared, and back again', () => {
    const seen = onwards(compared(onwards(startWizard(TYPES))));
    const first = back(back(seen));
    expect([back(seen).step, first.step, back(first).step]).toEqual(['compare', 'purpose', 'purpose']);
    expect(onwards(first).run).toEqual(seen.run);
    expect(back({ ...seen, step: 'done' }).step).toBe('done');
  });

  it('shares no type that was left out, and asks again where none is left', () => {
    const wizard = withoutType(onwards(startWizard(TYPES)), 'article');
    expect(rulesOf(wizard, TYPES).map(({ uid }) => uid)).toEqual(['page']);
    expect(wizard.run?.types.map(({ plan }) => plan.uid)).toEqual(['page']);
    expect(wizard.step).toBe('compare');
    expect(withoutType(wizard, 'page').step).toBe('purpose');
  });
});

describe('comparing by saved rules', () => {
  const rule = (uid: string, changes: Partial<RuleView> = {}): RuleView => ({
    scope: uid === '' ? 'instance' : 'type',
    uid,
    level: 'EVERYTHING',
    direction: 'BOTH',
    locked: false,
    ...changes,
  });

  it('is about what is sent from here, with the rule for all other types', () => {
    const rules = [
      rule(''),
      rule('author', { level: 'NONE', direction: 'SEND_ONLY' }),
      rule('page', { direction: 'RECEIVE_ONLY' }),
    ];
    expect(plansOfSaved(rules, TYPES)).toEqual([{ uid: 'article', level: 'EVERYTHING', direction: 'BOTH', by: null }]);
    expect(plansOfSaved([], TYPES)).toEqual([]);
  });
});

describe('what is still to be done with a linked site', () => {
  const link = (done: number) => ({ counts: { queued: 0, held: 0, failed: 0, stopped: 0, done } });
  const rules: RuleView[] = [{ scope: 'type', uid: 'a', level: 'NONE', direction: 'BOTH', locked: false }];

  it.each([
    [0, [], 'open'],
    [3, [], 'theirs'],
    [0, rules, 'quiet'],
    [3, rules, 'shared'],
  ] as const)('with %d entries shared and %j chosen here: %s', (done, saved, standing) => {
    expect(standingOf(link(done), saved)).toBe(standing);
  });
});
