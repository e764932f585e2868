import { nextMatch, startMatching, withMatched, type Matching } from '../../../admin/src/pages/setup/matching';
import { chosen, nextRequest, startRun, withPage, type Plan } from '../../../admin/src/pages/preview/preview-run';
import type { MatchRequest, MatchResult, PreviewPage } from '../../../server/src/contracts';
import { entry, page } from './preview-pages';

const article: Plan = { uid: 'article', level: 'PUBLISHED', direction: 'SEND_ONLY', by: 'title' };
const author: Plan = { ...article, uid: 'author', by: 'name' };

const compared = (plans: Plan[], ...pages: PreviewPage[]) =>
  pages.reduce((run, one) => withPage(run, nextRequest(run)!, one), startRun(plans));

const result = (cursor: string | null, changes: Partial<MatchResult> = {}): MatchResult => ({
  cursor,
  matched: 1,
  files: 0,
  refused: [],
  ...changes,
});

/** What is asked for until nothing is left, where each page leads on as `cursors` say. */
const asked = (start: Matching, cursors: (string | null)[]): [MatchRequest[], Matching] => {
  const requests: MatchRequest[] = [];
  let matching = start;
  for (let request = nextMatch(matching); request; request = nextMatch(matching)) {
    requests.push(request);
    matching = withMatched(matching, result(cursors.shift() ?? null));
    if (requests.length > 20) throw new Error('It does not end.');
  }
  return [requests, matching];
};

describe('having the other site take its entries for ours', () => {
  it('goes page by page through each type, also those found by their ids alone', () => {
    const run = compared([article, { ...author, by: null }], page([]), page([]));
    const [requests, matching] = asked(startMatching(run), ['c1', null, null]);
    const { uid, level, direction } = article;
    expect(requests).toEqual([
      { uid, level, direction, by: 'title', cursor: null, choices: [] },
      { uid, level, direction, by: 'title', cursor: 'c1', choices: [] },
      { uid: 'author', level, direction, by: null, cursor: null, choices: [] },
    ]);
    expect(matching.matched).toBe(3);
  });

  it('tells each decision with the page on which the entry was found', () => {
    let run = compared(
      [article, author],
      page([entry('a', 'ambiguous')], { cursor: 'c1' }),
      page([entry('b', 'ambiguous')]),
      page([entry('k', 'ambiguous', { uid: 'author' })])
    );
    run = chosen(chosen(chosen(run, 'article', 'a', 'x'), 'article', 'b', null), 'author', 'k', 'z');
    const [requests] = asked(startMatching(run), ['c1', null, null]);
    expect(requests.map(({ uid, cursor, choices }) => [uid, cursor, choices])).toEqual([
      ['article', null, [{ documentId: 'a', there: 'x' }]],
      ['article', 'c1', [{ documentId: 'b', there: null }]],
      ['author', null, [{ documentId: 'k', there: 'z' }]],
    ]);
  });

  it('loses no decision where entries have moved to other pages meanwhile', () => {
    const run = chosen(
      compared([article], page([], { cursor: 'c1' }), page([entry('b', 'ambiguous')])),
      'article',
      'b',
      'x'
    );
    const [requests] = asked(startMatching(run), ['other', null, 'anywhere']);
    expect(requests.map(({ cursor, choices }) => [cursor, choices])).toEqual([
      [null, []],
      ['other', []],
      ['c1', [{ documentId: 'b', there: 'x' }]],
    ]);
  });

  it('asks for the same page again where it failed, and sums up what was refused', () => {
    const matching = startMatching(compared([article], page([])));
    expect(nextMatch(matching)).toEqual(nextMatch(matching));
    const refused = [{ ...entry('a', 'new'), code: 'TAKEN', message: 'It is taken.' }];
    const after = withMatched(
      withMatched(matching, result('c1', { refused, files: 2 })),
      result(null, { refused, files: 1 })
    );
    expect(after).toMatchObject({ matched: 2, files: 3, refused: [{ code: 'TAKEN' }, { code: 'TAKEN' }] });
    expect(nextMatch(after)).toBeNull();
  });

  it('tells nobody of entries that are shared already: they are the same without being matched', () => {
    const refused = [{ ...entry('a', 'same'), code: 'SHARED', message: 'This entry is shared already.' }];
    const matching = startMatching(compared([article], page([])));
    expect(withMatched(matching, result(null, { refused })).refused).toEqual([]);
  });
});
