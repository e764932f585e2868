import type { Problem } from '../../../server/src/contracts';
import type { Say, Word } from './use-words';

/** Of what is known here the server's own sentence is said in the panel's language. */
const PROBLEMS = new Map<string, Word>([
  ['PAUSED', 'problem.PAUSED'],
  ['DEVELOPMENT', 'problem.DEVELOPMENT'],
  ['ENCRYPTION_KEY_MISSING', 'problem.ENCRYPTION_KEY_MISSING'],
]);

/** Rules of the configuration that nobody can tell the site of: all else goes on. */
export const RULES_UNCLEAR = 'RULES_UNCLEAR';

export const problemTitle = (say: Say, code: string): string =>
  say(code === RULES_UNCLEAR ? 'problem.rules.title' : 'problem.title');

export const problemWord = (say: Say, { code, message }: Problem): string => {
  const word = PROBLEMS.get(code);
  return word ? say(word) : message;
};
