import type { JobView } from '../../../../server/src/contracts';
import type { Word } from '../../words/use-words';

const ENDED = new Set(['done', 'failed', 'cancelled']);

const WORDS = new Map<string, Word>([
  ['restore', 'jobs.restore'],
  ['catch-up', 'jobs.catch-up'],
]);

/** Of more subjects than this the first two are named. */
const MOST_NAMED = 3;

/** All running jobs that do the same: one sentence, and how far they have come together. */
export interface JobLine {
  word: Word;
  named: string[];
  /** How many subjects are not named. */
  more: number;
  done: number;
  /** 0: nobody knows yet how much there is to do. */
  total: number;
  /** What went wrong, each once. */
  errors: string[];
}

export const jobLines = (jobs: readonly JobView[]): JobLine[] => {
  const byWord = new Map<Word, JobView[]>();
  for (const job of jobs) {
    if (ENDED.has(job.state.toLowerCase())) continue;
    const word = WORDS.get(job.kind) ?? 'jobs.running';
    byWord.set(word, [...(byWord.get(word) ?? []), job]);
  }
  return [...byWord].map(([word, same]) => {
    // Two links may have the same type worked out.
    const subjects = [...new Set(same.map(({ subjectName }) => subjectName))];
    const named = subjects.length > MOST_NAMED ? subjects.slice(0, MOST_NAMED - 1) : subjects;
    return {
      word,
      named,
      more: subjects.length - named.length,
      done: same.reduce((sum, { done }) => sum + done, 0),
      total: same.reduce((sum, { total }) => sum + total, 0),
      errors: [...new Set(same.flatMap(({ error }) => (error === null ? [] : [error])))],
    };
  });
};
