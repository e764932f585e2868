import { seriousFindings } from './accessibility';
import { startPanel, type Answers } from './panel';
import { answer, failure, link, overview, RULES } from './replication-answers';
import { ARTICLE, pageOf, previewEntry, setupAnswers, whole } from './setup-answers';
import { withoutPermission } from './without-permission';

const panel = startPanel();

const SITES = '/admin/plugins/replication';
const shared = { link: 'live', at: 1, equal: 142, differentCount: 0, different: [], bytes: 900, repaired: false };
const answers = (changes: Answers = {}): Answers =>
  setupAnswers({
    'GET /overview': overview({ links: [link()] }),
    'GET /links/live/rules': RULES,
    'POST /links/live/compare': shared,
    ...changes,
  });

describe.each(['light', 'dark'] as const)('comparing with a linked site in the %s theme', (theme) => {
  it('says what is compared: what was shared at once, and contents field by field on demand', async () => {
    const { page, calls, complaints, screenshot } = await panel.open(SITES, answers(), { theme });
    await page.getByRole('region', { name: 'Live' }).getByRole('button', { name: 'Compare' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('All 142 shared entries and files are the same on Live.').waitFor();
    await dialog.getByText('Here you see whether Live has everything that was shared with it').waitFor();
    await screenshot(`compare-shared-${theme}`);
    expect(await seriousFindings(dialog)).toEqual([]);

    await dialog.getByRole('button', { name: 'Compare contents' }).click();
    await page.getByRole('heading', { name: 'Compare contents with Live' }).waitFor();
    const isAtHeading = (text: string) =>
      page.waitForFunction(
        (title) => document.activeElement?.matches('h1') && document.activeElement.textContent === title,
        text
      );
    await isAtHeading('Compare contents with Live');
    await page.getByText('Everything is compared.', { exact: true }).waitFor();
    await page.getByText('5 entries are missing on Live.').waitFor();
    await page.getByRole('button', { name: /Show entries of Article: 1 different/ }).click();
    await page.getByRole('button', { name: 'Show difference of Opening hours' }).click();
    await page.getByText('Opening times').waitFor();
    await page.getByText('On Live it could be: Summer recipes (there1), Summer recipes (old) (there2)').waitFor();
    await whole(page);
    await screenshot(`compare-contents-${theme}`);
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    expect(calls.filter((call) => call.startsWith('PUT') || call.endsWith('/match'))).toEqual([]);
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByRole('region', { name: 'Live' }).waitFor();
    await isAtHeading('Replication');
    expect(complaints).toEqual([]);
  });
});

describe('comparing contents', () => {
  it('asks as the rules share, entries found by their ids', async () => {
    const asked: unknown[] = [];
    const { page } = await panel.open(
      `${SITES}?compare=live`,
      answers({
        'POST /links/live/preview': (route) => {
          asked.push(route.request().postDataJSON());
          return { cursor: null, total: 0, totalThere: 0, entries: [], files: 0, bytes: 0 };
        },
      })
    );
    await page.getByText('Everything is compared.', { exact: true }).waitFor();
    expect(asked).toEqual([
      { uid: ARTICLE, level: 'EVERYTHING', direction: 'BOTH', by: null, cursor: null },
      { uid: 'api::author.author', level: 'EVERYTHING', direction: 'SEND_ONLY', by: null, cursor: null },
    ]);
  });

  it('does not say of what is not published here, and may be there all the same, that it is only there', async () => {
    const { page, screenshot } = await panel.open(
      `${SITES}?compare=live`,
      answers({
        'POST /links/live/preview': (route) =>
          (route.request().postDataJSON() as { uid: string }).uid === ARTICLE
            ? pageOf([previewEntry('Published', 'same'), previewEntry('Unpublished', 'nothing')], { totalThere: 3 })
            : pageOf([previewEntry('Ada', 'same')], { totalThere: 2 }),
      })
    );
    await page.getByText('3 more entries are on Live: not here, or not published here.').waitFor();
    const article = page.getByRole('region', { name: 'Article' });
    await article.getByText('2 more on Live', { exact: true }).waitFor();
    await article.getByText('1 not published').waitFor();
    await article.getByText('Live does not tell which they are.').waitFor();
    await page.getByRole('region', { name: 'Author' }).getByText('1 only on Live', { exact: true }).waitFor();
    await screenshot('compare-only-there');
  });

  it('says so where the rules send nothing', async () => {
    const { page } = await panel.open(`${SITES}?compare=live`, answers({ 'GET /links/live/rules': [] }));
    await page.getByText('This site sends nothing yet').waitFor();
  });

  it('says what could not be loaded, and tries again', async () => {
    let broken = true;
    const { page } = await panel.open(
      `${SITES}?compare=live`,
      answers({
        'GET /links/live/match-fields': () => (broken ? failure(400, 'The database is locked.', 'LOCKED') : {}),
      })
    );
    await page.getByText('The database is locked.').waitFor();
    broken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Everything is compared.', { exact: true }).waitFor();
  });

  it.each([
    ['plugin::replication.queue', true],
    ['plugin::replication.rules', false],
  ] as const)('is there without %s: %s', async (action, isThere) => {
    const { page } = await panel.enter();
    await withoutPermission(page, action);
    await answer(page, { 'GET /jobs': [], ...answers() });
    await page.goto(SITES);
    await page.getByRole('region', { name: 'Live' }).getByRole('button', { name: 'Compare' }).click();
    const contents = page.getByRole('heading', { name: 'Compare contents with Live' });
    if (isThere) return contents.waitFor();
    await page.getByRole('dialog').getByText('All 142 shared entries').waitFor();
    expect(await page.getByRole('button', { name: 'Compare contents' }).count()).toBe(0);
  });
});
