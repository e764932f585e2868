import {
  absentFrom,
  again,
  chosen,
  decisionsIn,
  ENDLESS,
  isChosenElsewhere,
  isComplete,
  KEPT,
  leftOut,
  matchedBy,
  nextRequest,
  resumed,
  startRun,
  stopped,
  withFailure,
  withPage,
  type Plan,
  type PreviewRun,
} from '../../../admin/src/pages/preview/preview-run';
import { mayBeHere, onlyThere, sumsOf } from '../../../admin/src/pages/preview/preview-sums';
import type { PreviewPage } from '../../../server/src/contracts';
import { entry, page } from './preview-pages';

const article: Plan = { uid: 'article', level: 'PUBLISHED', direction: 'SEND_ONLY', by: 'title' };
const author: Plan = { uid: 'author', level: 'EVERYTHING', direction: 'SEND_ONLY', by: null };

/** Answers what is asked for next, page after page. */
const answered = (run: PreviewRun, ...pages: PreviewPage[]): PreviewRun =>
  pages.reduce((now, one) => withPage(now, nextRequest(now)!, one), run);

describe('a comparison before anything is shared', () => {
  it('asks for page after page and type after type, and then for nothing more', () => {
    let run = startRun([article, author]);
    expect(nextRequest(run)).toEqual({ ...article, cursor: null });
    run = answered(run, page([entry('a', 'new')], { cursor: 'c1' }));
    expect(nextRequest(run)).toEqual({ ...article, cursor: 'c1' });
    run = answered(run, page([entry('b', 'same')]));
    expect(nextRequest(run)).toEqual({ ...author, cursor: null });
    expect(isComplete(run)).toBe(false);
    run = answered(run, page([]));
    expect(nextRequest(run)).toBeNull();
    expect(isComplete(run)).toBe(true);
  });

  it('goes on past types that the other site does not have, and names them when all others are compared', () => {
    const unknown = { details: { code: 'TYPE_UNKNOWN' } };
    let run = startRun([article, author]);
    run = withFailure(run, nextRequest(run)!, unknown);
    expect(absentFrom(run)).toEqual([]);
    expect(nextRequest(run)).toEqual({ ...author, cursor: null });
    run = answered(run, page([]));
    expect(absentFrom(run)).toEqual(['article']);
    expect(isComplete(run)).toBe(false);
    expect(nextRequest(resumed(run))).toEqual({ ...article, cursor: null });
    expect(isComplete(leftOut(run, 'article'))).toBe(true);
  });

  it('sums up pages', () => {
    const run = answered(
      startRun([article, author]),
      page(
        [
          entry('a', 'new'),
          entry('b', 'different', { fields: ['title'] }),
          entry('c', 'different', { matched: 'c-there' }),
          entry('d', 'same', { matched: 'd-there' }),
        ],
        { cursor: 'c1', total: 9, totalThere: 8, files: 2, bytes: 100 }
      ),
      page(
        [
          entry('e', 'same'),
          entry('f', 'ambiguous', { candidates: [{ documentId: 'x', title: 'X' }] }),
          entry('g', 'taken'),
          entry('h', 'nothing'),
          entry('i', 'ambiguous', { candidates: [{ documentId: 'y', title: 'Y' }] }),
        ],
        { total: 9, totalThere: 8, files: 1, bytes: 50 }
      ),
      page([entry('k', 'new', { uid: 'author' })], { files: 4, bytes: 1 })
    );
    expect(sumsOf(run)).toEqual({
      made: 5,
      different: 2,
      same: 2,
      elsewhere: 2,
      undecided: 2,
      decided: 0,
      taken: 1,
      nothing: 1,
      onlyThere: 4,
      mayBeHere: 1,
      files: 7,
      bytes: 151,
      total: 10,
      totalThere: 8,
    });
  });

  it('takes an entry found under the same id for itself, not for one under another id', () => {
    const run = answered(startRun([article]), page([entry('a', 'same', { matched: 'a' })]));
    expect(run.types[0]?.counts).toMatchObject({ same: 1, elsewhere: 0 });
  });

  it('counts all entries and keeps the first of each kind to be shown', () => {
    const many = Array.from({ length: KEPT + 7 }, (_, index) => entry(`e${index}`, 'new'));
    const [type] = answered(startRun([article]), page(many, { cursor: 'c' }), page([entry('z', 'same')])).types;
    expect(type?.counts.new).toBe(KEPT + 7);
    expect(type?.kept.new).toHaveLength(KEPT);
    expect(type?.kept.same).toHaveLength(1);
    expect(type?.seen).toBe(KEPT + 8);
  });

  it('says what is only there once all of here was looked at', () => {
    const first = answered(startRun([article]), page([entry('a', 'same')], { cursor: 'c', totalThere: 5 }));
    expect(onlyThere(first.types[0]!)).toBe(0);
    const last = answered(first, page([entry('b', 'new')], { totalThere: 5 }));
    expect(onlyThere(last.types[0]!)).toBe(4);
  });

  it('says of what is only there how much of it may be here and not published', () => {
    const there = (totalThere: number, ...states: ('same' | 'nothing')[]) =>
      answered(
        startRun([article]),
        page(
          states.map((state, index) => entry(`${index}`, state)),
          { totalThere }
        )
      );
    expect(mayBeHere(there(2, 'same', 'nothing', 'nothing').types[0]!)).toBe(1);
    expect(mayBeHere(there(9, 'same', 'nothing').types[0]!)).toBe(1);
    expect(mayBeHere(there(9, 'same').types[0]!)).toBe(0);
    expect(mayBeHere(there(1, 'same', 'nothing').types[0]!)).toBe(0);
  });

  it('goes on from the page that failed', () => {
    const before = answered(startRun([article]), page([entry('a', 'new')], { cursor: 'c1' }));
    const failed = withFailure(before, article, 'down');
    expect(nextRequest(failed)).toBeNull();
    expect(failed.failure).toEqual({ uid: 'article', error: 'down' });
    expect(nextRequest(resumed(failed))).toEqual({ ...article, cursor: 'c1' });
    expect(resumed(failed).types[0]?.counts.new).toBe(1);
  });

  it('takes a page that leads back to itself for a failure, and does not count it', () => {
    const before = answered(startRun([article]), page([entry('a', 'new')], { cursor: 'c1' }));
    const run = answered(before, page([entry('b', 'new')], { cursor: 'c1' }));
    expect(run.failure).toEqual({ uid: 'article', error: ENDLESS });
    expect(run.types[0]?.counts.new).toBe(1);
  });

  it('can be stopped and goes on where it stood', () => {
    const before = answered(startRun([article]), page([entry('a', 'new')], { cursor: 'c1' }));
    expect(nextRequest(stopped(before))).toBeNull();
    expect(nextRequest(resumed(stopped(before)))).toEqual({ ...article, cursor: 'c1' });
  });

  it('lets an answer to what is not asked any more change nothing', () => {
    const run = startRun([article]);
    const asked = nextRequest(run)!;
    const other = matchedBy(run, 'article', 'slug');
    expect(withPage(other, asked, page([entry('a', 'new')]))).toBe(other);
    const further = answered(run, page([entry('a', 'new')], { cursor: 'c1' }));
    expect(withPage(further, asked, page([entry('a', 'new')], { cursor: 'c1' }))).toBe(further);
    const done = answered(run, page([entry('a', 'new')]));
    expect(withPage(done, asked, page([entry('a', 'new')]))).toBe(done);
  });

  it('compares a type anew by another field, and forgets what was decided by the former one', () => {
    const run = chosen(
      answered(startRun([article, author]), page([entry('a', 'ambiguous')]), page([])),
      'article',
      'a',
      'x'
    );
    const other = matchedBy(withFailure(run, article, 'down'), 'article', 'slug');
    expect(nextRequest(other)).toEqual({ ...article, by: 'slug', cursor: null });
    expect(other.types[0]?.choices.size).toBe(0);
    expect(other.types[1]?.isDone).toBe(true);
    expect(other.failure).toBeNull();
  });

  it('does without a type that cannot be compared', () => {
    const run = leftOut(withFailure(startRun([article, author]), article, 'down'), 'article');
    expect(nextRequest(run)).toEqual({ ...author, cursor: null });
  });

  it('keeps what was compared by the same plan when others are added, also by a field that a person chose', () => {
    const compared = answered(matchedBy(startRun([article]), 'article', 'slug'), page([entry('a', 'new')]));
    const more = startRun([article, author], compared);
    expect(more.types[0]).toBe(compared.types[0]);
    expect(nextRequest(more)).toEqual({ ...author, cursor: null });
    const whole = startRun([{ ...article, level: 'EVERYTHING' }], compared);
    expect(nextRequest(whole)).toEqual({ ...article, level: 'EVERYTHING', cursor: null });
  });

  it('has what was compared and decided of a type ready for when it is chosen again', () => {
    const decided = chosen(
      answered(startRun([article, author]), page([entry('a', 'ambiguous')]), page([])),
      'article',
      'a',
      'x'
    );
    const otherwise = startRun([{ ...article, level: 'EVERYTHING' }], startRun([author], decided));
    expect(otherwise.types[0]!.choices.size).toBe(0);
    expect(decisionsIn(otherwise.aside)).toBe(1);
    const compared = startRun([article, author], again(otherwise));
    expect(compared.types).toEqual(decided.types);
    expect(nextRequest(compared)).toBeNull();
    expect(compared.aside.map(({ plan }) => plan.level)).toEqual(['EVERYTHING']);
  });

  it('starts anew by the same fields when it is asked to', () => {
    const compared = answered(matchedBy(startRun([article]), 'article', 'slug'), page([entry('a', 'new')]));
    expect(nextRequest(again(compared))).toEqual({ ...article, by: 'slug', cursor: null });
    expect(sumsOf(again(compared)).made).toBe(0);
  });
});

describe('what a person decides of entries that could be one of several', () => {
  const two = answered(
    startRun([article]),
    page([entry('a', 'ambiguous'), entry('b', 'ambiguous')], { totalThere: 3 })
  );

  it('makes them anew where nobody decides, or where it is none of them', () => {
    expect(sumsOf(two)).toMatchObject({ made: 2, undecided: 2, decided: 0, onlyThere: 3 });
    expect(sumsOf(chosen(two, 'article', 'a', null))).toMatchObject({
      made: 2,
      undecided: 1,
      decided: 0,
      onlyThere: 3,
    });
  });

  it('makes them not anew where one is chosen', () => {
    expect(sumsOf(chosen(two, 'article', 'a', 'x'))).toMatchObject({ made: 1, undecided: 1, decided: 1, onlyThere: 2 });
  });

  it('can be taken back', () => {
    expect(sumsOf(chosen(chosen(two, 'article', 'a', 'x'), 'article', 'a', undefined))).toEqual(sumsOf(two));
  });

  it('are counted, whatever was decided, so that nobody loses them unasked', () => {
    expect(decisionsIn(two.types)).toBe(0);
    expect(decisionsIn(chosen(chosen(two, 'article', 'a', 'x'), 'article', 'b', null).types)).toBe(2);
  });

  it('never takes one entry there for two here', () => {
    const [type] = chosen(two, 'article', 'a', 'x').types;
    expect(isChosenElsewhere(type!, 'b', 'x')).toBe(true);
    expect(isChosenElsewhere(type!, 'a', 'x')).toBe(false);
    expect(isChosenElsewhere(type!, 'b', 'y')).toBe(false);
  });
});
