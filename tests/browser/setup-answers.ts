import type { Page, Route } from 'playwright-core';
import type {
  DifferenceView,
  MatchFields,
  PreviewEntry,
  PreviewPage,
  PreviewRequest,
  PreviewState,
  TypeView,
} from '../../server/src/contracts';
import type { Answers } from './panel';
import { link, overview, TYPES } from './replication-answers';

/** What a comparison of two sites would answer: each with content of its own, partly the same. */
export const ARTICLE = 'api::article.article';
export const CATEGORY = 'api::category.category';
export const PAGE_TYPE = 'api::page.page';

const pages: TypeView = {
  uid: PAGE_TYPE,
  displayName: 'Page',
  kind: 'collectionType',
  localized: true,
  drafts: true,
  entries: 12,
  refers: [],
  localFields: [],
};
export const ALL_TYPES: TypeView[] = [...TYPES, pages];
export const FIELDS: MatchFields = { [ARTICLE]: ['slug', 'title'], [CATEGORY]: ['name'], [PAGE_TYPE]: ['title'] };

let made = 0;
export const previewEntry = (title: string, state: PreviewState, changes: Partial<PreviewEntry> = {}): PreviewEntry => {
  const documentId = `id${++made}`;
  const base = { uid: ARTICLE, id: documentId, documentId, title, typeName: 'Article', state };
  return { ...base, matched: null, fields: [], candidates: [], ...changes };
};

export const pageOf = (entries: PreviewEntry[], changes: Partial<PreviewPage> = {}): PreviewPage => ({
  cursor: null,
  total: entries.length,
  totalThere: 0,
  entries,
  files: 0,
  bytes: 0,
  ...changes,
});

export const AMBIGUOUS = previewEntry('Summer recipes', 'ambiguous', {
  candidates: [
    { documentId: 'there1', title: 'Summer recipes' },
    { documentId: 'there2', title: 'Summer recipes (old)' },
  ],
});
export const DIFFERENT = previewEntry('Opening hours', 'different', { fields: ['title', 'body'] });

const numbers = { total: 37, totalThere: 24 };
const FIRST = pageOf(
  [
    previewEntry('A bug is becoming a meme', 'new'),
    previewEntry('The internet’s own boy', 'new'),
    DIFFERENT,
    AMBIGUOUS,
    previewEntry('Beautiful picture', 'same', { matched: 'there3' }),
    previewEntry('This shrimp is awesome', 'different', { matched: 'there4', fields: ['slug'] }),
  ],
  { ...numbers, cursor: 'second', files: 7, bytes: 3_400_000 }
);
const SECOND = pageOf(
  [
    ...Array.from({ length: 28 }, (_, index) => previewEntry(`Story ${index + 1}`, 'same')),
    previewEntry('Draft about bees', 'nothing'),
    previewEntry('Imprint', 'taken'),
    previewEntry('What’s inside a Black Hole', 'new'),
  ],
  numbers
);
const PAGES: PreviewPage = pageOf(
  Array.from({ length: 12 }, (_, index) =>
    previewEntry(`Page ${index + 1}`, 'new', { uid: PAGE_TYPE, typeName: 'Page' })
  )
);

const asked = (route: Route): PreviewRequest => route.request().postDataJSON() as PreviewRequest;

/** Two pages of articles, one of pages, and nothing of other types. */
export const preview = (route: Route): PreviewPage => {
  const { uid, cursor } = asked(route);
  if (uid === PAGE_TYPE) return PAGES;
  if (uid !== ARTICLE) return pageOf([]);
  return cursor === null ? FIRST : SECOND;
};

export const DIFFERENCE: DifferenceView = {
  hidden: false,
  parts: [
    {
      locale: 'en',
      status: 'published',
      fields: [
        { name: 'title', here: 'Opening hours', there: 'Opening times' },
        {
          name: 'body',
          here: `${'We are open. '.repeat(90)}On Mondays until eight.`,
          there: 'We are open. '.repeat(90),
        },
        { name: 'tags', here: ['shop', 'news'], there: null },
      ],
    },
  ],
};

/** The answers of a link for which nothing is chosen yet. */
export const setupAnswers = (changes: Answers = {}): Answers => ({
  'GET /overview': overview({ links: [unshared()] }),
  'GET /types': ALL_TYPES,
  'GET /links/live/rules': [],
  'GET /links/live/match-fields': FIELDS,
  'POST /links/live/preview': preview,
  'POST /links/live/difference': DIFFERENCE,
  ...changes,
});

const NONE = { queued: 0, held: 0, failed: 0, stopped: 0, done: 0 };
export const unshared = () => link({ counts: NONE });

/** Makes the window as high as what it shows, so that a picture has all of it. */
export const whole = async (page: Page, width = 1280): Promise<void> => {
  await page.setViewportSize({ width, height: 900 });
  const height = await page.evaluate(() =>
    Math.max(...[...document.querySelectorAll('*')].map((element) => element.scrollHeight))
  );
  await page.setViewportSize({ width, height: Math.min(4000, Math.max(900, height)) });
};
