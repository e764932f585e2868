import type { Page, Route } from 'playwright-core';
import type {
  JobView,
  DependenciesView,
  EntryStatus,
  LinkView,
  Overview,
  QueuePage,
  RuleView,
  StatusBatch,
  TypeView,
} from '../../server/src/contracts';

/**
 * Answers of the REST API as the panel would get them in situations that take days to come about. The panel, its build
 * and the rest of Strapi are real.
 */
const MINUTE = 60_000;
export const SITE = { id: 'here', name: 'Staging', url: 'http://staging.example', fingerprint: '1f0a 77c2 90de 4b11' };

export const link = (changes: Partial<LinkView> = {}): LinkView => ({
  id: 'live',
  name: 'Live',
  url: 'https://live.example',
  fingerprint: 'a1b2 c3d4 e5f6 0718',
  state: 'REGISTERED',
  paused: false,
  locked: false,
  counts: { queued: 0, held: 0, failed: 0, stopped: 0, done: 142 },
  lastContactAt: Date.now() - 2 * MINUTE,
  lastError: null,
  fetching: null,
  failures: 0,
  retryAt: 0,
  createdAt: 1,
  ...changes,
});

export const overview = (changes: Partial<Overview> = {}): Overview => ({
  site: SITE,
  problems: [],
  question: null,
  brakes: [],
  links: [],
  unrecorded: 0,
  now: Date.now(),
  ...changes,
});

export const job = (subjectName: string, changes: Partial<JobView> = {}): JobView => ({
  id: subjectName,
  kind: 'decide',
  subject: subjectName,
  subjectName,
  done: 0,
  total: 0,
  state: 'running',
  error: null,
  updatedAt: 0,
  ...changes,
});

const type = (uid: string, displayName: string, changes: Partial<TypeView> = {}): TypeView => ({
  uid,
  displayName,
  kind: 'collectionType',
  localized: false,
  drafts: true,
  entries: 5,
  refers: [],
  localFields: [],
  ...changes,
});

export const TYPES: TypeView[] = [
  type('api::about.about', 'About', { kind: 'singleType', drafts: false, entries: 1 }),
  type('api::article.article', 'Article', { localized: true, entries: 37 }),
  type('api::author.author', 'Author', { drafts: false, entries: 2 }),
  type('api::category.category', 'Category', { drafts: false }),
];

export const DEPENDENCIES: DependenciesView = { default: 'missing', mostSteps: 3, mostEntries: 100 };

export const RULES: RuleView[] = [
  { scope: 'type', uid: 'api::article.article', level: 'EVERYTHING', direction: 'BOTH', locked: false },
  { scope: 'type', uid: 'api::author.author', level: 'EVERYTHING', direction: 'SEND_ONLY', locked: true },
];

const unknownType = (type: string) => ({
  code: 'TYPE_UNKNOWN',
  values: { type },
  text: `This site has no content type “${type}”.`,
});

export const QUEUE: QueuePage = {
  items: [
    {
      uid: 'api::article.article',
      id: 'a',
      documentId: 'a',
      title: 'The internet’s own boy',
      typeName: 'Article',
      state: 'failed',
      level: 'EVERYTHING',
      direction: 'BOTH',
      waitsFor: null,
      error: 'The field “slug” is too long for the other site.',
      attempts: 3,
      retryAt: 0,
      since: Date.now() - 90 * MINUTE,
    },
    {
      uid: 'api::article.article',
      id: 'b',
      documentId: 'b',
      title: 'A bug is becoming a meme',
      typeName: 'Article',
      state: 'held',
      level: 'PUBLISHED',
      direction: 'SEND_ONLY',
      waitsFor: unknownType('api::article.article'),
      error: null,
      attempts: 1,
      retryAt: Date.now() + 5 * MINUTE,
      since: Date.now() - 3 * MINUTE,
    },
  ],
  page: 1,
  pageSize: 20,
  total: 2,
  counts: { queued: 0, held: 1, failed: 1, stopped: 0, done: 142 },
};

export const entryStatus = (changes: Partial<EntryStatus> = {}): EntryStatus => ({
  documentId: 'a',
  sites: [
    {
      link: 'live',
      name: 'Live',
      url: 'https://live.example',
      state: 'current',
      reason: null,
      level: 'PUBLISHED',
      direction: 'SEND_ONLY',
      waitsFor: null,
      error: null,
      since: Date.now() - 12 * MINUTE,
      retryAt: null,
      goesWith: null,
      stays: [],
    },
    {
      link: 'archive',
      name: 'Archive',
      url: 'https://archive.example',
      state: 'held',
      reason: null,
      level: 'EVERYTHING',
      direction: 'BOTH',
      waitsFor: unknownType('api::author.author'),
      error: null,
      since: Date.now() - MINUTE,
      retryAt: null,
      goesWith: null,
      stays: [],
    },
  ],
  lockedBy: null,
  diverged: false,
  missing: [],
  brakes: [],
  hasDrafts: true,
  localFields: [],
  events: [
    { id: 'r3', at: Date.now() - 12 * MINUTE, deed: 'published', aside: false, site: null, people: ['Ada Lovelace'] },
    { id: 'aside', at: Date.now() - 20 * MINUTE, deed: 'edited', aside: true, site: null, people: ['Dora'] },
    { id: 'r2', at: Date.now() - 40 * MINUTE, deed: 'edited', aside: false, site: 'Archive', people: ['Ben', 'Cho'] },
    { id: 'r1', at: Date.now() - 3 * 24 * 60 * MINUTE, deed: 'recorded', aside: false, site: null, people: [] },
  ],
  ...changes,
});

export const failure = (status: number, message: string, code: string) => ({
  failure: { status, body: { data: null, error: { status, name: 'ApplicationError', message, details: { code } } } },
});

type Answer = object | null | ((route: Route) => object | null);

/** Linked sites that are answered have no rules: the real site does not know them. */
const RULES_OF = /^GET \/links\/[^/]+\/rules$/;

/** `'GET /overview': …`: what the panel is answered instead of the real thing. What is not listed goes to the site. */
export const answer = async (page: Page, answers: { [call: string]: Answer }): Promise<string[]> => {
  const calls: string[] = [];
  await page.route(/\/replication\//, async (route) => {
    const request = route.request();
    const path = new URL(request.url()).pathname.replace(/^\/replication/, '');
    if (request.resourceType() !== 'fetch' && request.resourceType() !== 'xhr') return route.continue();
    const call = `${request.method()} ${decodeURIComponent(path)}`;
    calls.push(call);
    const isOfLink = 'GET /overview' in answers && RULES_OF.test(call);
    const known = call in answers || !isOfLink ? answers[call] : [];
    if (known === undefined) return route.continue();
    const value = typeof known === 'function' ? known(route) : known;
    if (value !== null && 'failure' in value) {
      const { status, body } = (value as ReturnType<typeof failure>).failure;
      return route.fulfill({ status, json: body });
    }
    return route.fulfill({ json: { data: value } });
  });
  return calls;
};

export const batch = (documentIds: string[]): StatusBatch =>
  Object.fromEntries(
    documentIds.map((id, index) => [
      id,
      {
        state: index === 0 ? ('failed' as const) : ('current' as const),
        sites: [{ name: 'Live', state: index === 0 ? ('failed' as const) : ('current' as const) }],
        goesTo: ['Live'],
        locked: false,
        diverged: index === 1,
      },
    ])
  );
