import fs from 'node:fs';
import path from 'node:path';
import { createIntl } from 'react-intl';
import { wordsOf } from '../../../admin/src/words/languages';

const FOLDER = path.resolve(__dirname, '../../../admin/src/translations');
const wordsIn = (language: string): Record<string, string> =>
  JSON.parse(fs.readFileSync(path.join(FOLDER, `${language}.json`), 'utf8'));

const english = wordsIn('en');
const languages = fs.readdirSync(FOLDER).map((file) => path.basename(file, '.json'));

/** Zero and one have words of their own in some texts, and French and Spanish have a plural of their own for millions. */
const COUNTS = [0, 1, 2, 21, 1_000_000];

/** The names of values a text is given, at the first level of its braces. */
const valuesIn = (text: string): string[] => {
  const names = new Set<string>();
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{' && depth++ === 0) names.add(/^\s*(\w+)/.exec(text.slice(at + 1))?.[1] ?? '');
    if (text[at] === '}') depth -= 1;
  }
  return [...names].sort();
};

/** The names of values that are numbers, and of those that are put in as they are, at any level: not what a plural says. */
const numbersIn = (text: string): string[] => [...text.matchAll(/\{(\w+),/g)].map(([, name]) => name!);
const namesIn = (text: string): string[] =>
  [...text.matchAll(/(?<!(?:one|other|=\d) )\{(\w+)\}/g)].map(([, name]) => name!);

/** What people read; throws where the text does not parse, or asks for a value that the English one is not given. */
const read = (language: string, word: string, text: string, count: number): string => {
  const values = Object.fromEntries([
    ...numbersIn(english[word]!).map((name) => [name, count]),
    ...namesIn(english[word]!).map((name) => [name, `<${name}>`]),
  ]) as Record<string, string | number>;
  const intl = createIntl({
    locale: language,
    messages: { [word]: text },
    onError: (error) => {
      throw error;
    },
  });
  return intl.formatMessage({ id: word }, values);
};

describe('the words of the admin panel', () => {
  it('are there in four languages', () => {
    expect([...languages].sort()).toEqual(['de', 'en', 'es', 'fr']);
  });

  describe.each(languages)('in %s', (language) => {
    const words = wordsIn(language);

    it('never speak of how it works inside', () => {
      const inside = /variant|tombstone|epoch|\blea(f|ves)\b|\blease\b|replica\b|revision|payload|sync/i;
      expect(Object.entries(words).filter(([, text]) => inside.test(text))).toEqual([]);
    });

    it('are the same words, each with the same values', () => {
      expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
      for (const [word, text] of Object.entries(english)) {
        expect([word, valuesIn(words[word]!)]).toEqual([word, valuesIn(text)]);
      }
    });

    it('can be read with any number, and show every name they are given', () => {
      for (const [word, text] of Object.entries(words)) {
        for (const count of COUNTS) {
          const shown = read(language, word, text, count);
          const missing = namesIn(english[word]!).filter((name) => !shown.includes(`<${name}>`));
          expect([word, shown, missing]).toEqual([word, expect.not.stringMatching(/[{}#]/), []]);
        }
      }
    });

    it('are what somebody with this language gets', async () => {
      expect(await wordsOf(language)).toEqual(words);
    });
  });

  it('are English where there is no translation', async () => {
    expect(await wordsOf('it')).toEqual({});
  });
});
