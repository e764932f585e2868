import { jobLines } from '../../../admin/src/pages/sites/job-lines';
import { job } from '../../browser/replication-answers';

describe('what is said of jobs that run', () => {
  it('is one sentence for all that do the same, with how far they have come together', () => {
    const lines = jobLines([
      job('Category', { done: 2, total: 5 }),
      job('Article', { done: 1, total: 5 }),
      ...['Author', 'About', 'Global', 'File'].map((name) => job(name)),
    ]);
    expect(lines).toEqual([
      { word: 'jobs.running', named: ['Category', 'Article'], more: 4, done: 3, total: 10, errors: [] },
    ]);
  });

  it('names all subjects where they are few, and each once', () => {
    const [line] = jobLines([job('Category'), job('Article', { id: '1' }), job('Article', { id: '2' }), job('Author')]);
    expect(line).toMatchObject({ named: ['Category', 'Article', 'Author'], more: 0 });
  });

  it('tells apart what is done, and says of each what went wrong', () => {
    const error = 'Live did not answer.';
    const lines = jobLines([
      job('Category'),
      job('Live', { kind: 'catch-up', error }),
      job('Archive', { kind: 'catch-up', error }),
    ]);
    expect(lines.map(({ word, errors }) => [word, errors])).toEqual([
      ['jobs.running', []],
      ['jobs.catch-up', [error]],
    ]);
  });

  it('is nothing of those that have ended', () => {
    expect(jobLines(['DONE', 'failed', 'cancelled'].map((state) => job(state, { state })))).toEqual([]);
  });
});
