import fs from 'node:fs';
import path from 'node:path';

const FOLDER = path.resolve(__dirname, '../../../admin/src/translations');
const wordsOf = (file: string): Record<string, string> => JSON.parse(fs.readFileSync(path.join(FOLDER, file), 'utf8'));

const english = wordsOf('en.json');
const others = fs.readdirSync(FOLDER).filter((file) => file !== 'en.json');

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

describe('the words of the admin panel', () => {
  it('never speak of how it works inside', () => {
    const inside = /variant|tombstone|epoch|\blea(f|ves)\b|\blease\b|replica\b|revision|payload|sync/i;
    expect(Object.entries(english).filter(([, text]) => inside.test(text))).toEqual([]);
  });

  it.each(others)('are all translated in %s, with the same values', (file) => {
    const words = wordsOf(file);
    expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
    for (const [word, text] of Object.entries(english)) {
      expect([word, valuesIn(words[word]!)]).toEqual([word, valuesIn(text)]);
    }
  });
});
