import en from '../translations/en.json';

type Words = Record<string, string>;

/** What is loaded only where somebody uses it: every language but English. */
const LANGUAGES = new Map<string, () => Promise<{ default: Words }>>([
  ['de', () => import('../translations/de.json')],
  ['es', () => import('../translations/es.json')],
  ['fr', () => import('../translations/fr.json')],
]);

/** The words of a language. None where there is no translation of ours: English ones are shown then. */
export const wordsOf = async (language: string): Promise<Words> =>
  language === 'en' ? en : ((await LANGUAGES.get(language)?.())?.default ?? {});
