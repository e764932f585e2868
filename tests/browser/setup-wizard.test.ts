import type { Locator, Page } from 'playwright-core';
import { settles } from '../support/wait';
import { seriousFindings } from './accessibility';
import { startPanel, type Answers, type VisitOptions } from './panel';
import { answer, failure, link, overview, QUEUE } from './replication-answers';
import {
  ALL_TYPES,
  AMBIGUOUS,
  ARTICLE,
  CATEGORY,
  PAGE_TYPE,
  pageOf,
  preview,
  previewEntry,
  setupAnswers,
  unshared,
  whole,
} from './setup-answers';
import { withoutPermission } from './without-permission';

const panel = startPanel();

const SETUP = '/admin/plugins/replication?setup=live';
const open = (answers: Answers = {}, options?: VisitOptions) => panel.open(SETUP, setupAnswers(answers), options);

const heading = (page: Page, name: string): Locator => page.getByRole('heading', { level: 2, name });
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const toCompare = async (page: Page) => {
  await heading(page, 'What is this link for?').waitFor();
  await press(page, 'Continue');
  await heading(page, 'Compare with Live').waitFor();
};
const compared = (page: Page) => page.getByText('Everything is compared.', { exact: true }).waitFor();
const toSend = async (page: Page) => {
  await toCompare(page);
  await compared(page);
  await press(page, 'Continue');
  await heading(page, 'Send to Live').waitFor();
};
const box = (page: Page, name: RegExp) => page.getByRole('checkbox', { name });

const PUBLISHED = (uid: string) => ({ scope: 'type', uid, level: 'PUBLISHED', direction: 'SEND_ONLY' });
const matched = { cursor: null, matched: 2, files: 1, refused: [] };

describe.each(['light', 'dark'] as const)('setting up a new link in the %s theme', (theme) => {
  it('asks what it is for, and says what each answer means', async () => {
    const { page, complaints, screenshot } = await open({}, { theme });
    await page.getByRole('radio', { name: 'Staging → Live', checked: true }).waitFor();
    await page.getByText('On Live these entries can be read and not edited.').waitFor();
    expect(await box(page, /Article/).isChecked()).toBe(true);
    expect(await box(page, /Page/).isChecked()).toBe(true);
    expect(await box(page, /Author/).isChecked()).toBe(false);
    await whole(page);
    await screenshot(`setup-publish-${theme}`);
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);

    await page.getByRole('radio', { name: 'Both sites edit' }).click();
    await page.getByText('Choose at least one content type.').waitFor();
    expect(await page.getByRole('button', { name: 'Continue' }).isDisabled()).toBe(true);
    await whole(page);
    await screenshot(`setup-both-${theme}`);
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    await box(page, /Category/).click();
    expect(await page.getByRole('button', { name: 'Continue' }).isDisabled()).toBe(false);

    await page.getByRole('radio', { name: 'I’ll configure it' }).click();
    await whole(page);
    await screenshot(`setup-configure-${theme}`);
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    await press(page, 'Open sharing rules');
    await page.getByRole('tab', { name: 'Sharing rules', selected: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows what would happen, entry by entry and field by field, before anything is sent', async () => {
    const { page, calls, complaints, screenshot } = await open({}, { theme });
    await toCompare(page);
    await compared(page);
    const all = page.getByRole('region', { name: 'In all' });
    await all.getByText('17 entries are created on Live.').waitFor();
    await all.getByText('2 entries are different on Live. What is here takes the place of what is on Live.').waitFor();
    await all.getByText('29 entries are the same already').waitFor();
    await all.getByText('2 entries exist on Live under other IDs').waitFor();
    await all
      .getByText('1 entry could be one of several on Live: unless you decide which, it is created anew there.')
      .waitFor();
    await all.getByText('Up to 7 files (3.4 MB)').waitFor();
    const article = page.getByRole('region', { name: 'Article' });
    await article.getByText('37 here, 24 on Live').waitFor();
    await article.getByRole('button', { name: 'Show entries of Article: 1 different' }).click();
    await article.getByRole('button', { name: 'Show difference of Opening hours' }).click();
    const difference = article.getByRole('region', { name: 'What differs in Opening hours' });
    await difference.getByText('Opening times').waitFor();
    await difference.getByText('On Mondays until eight.').waitFor();
    await article.getByRole('button', { name: /Show entries of Article: 2 probably the same/ }).click();
    await article.getByText('On Live it has the ID there3').waitFor();
    await whole(page);
    await screenshot(`setup-compare-${theme}`);
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    expect(calls.filter((call) => call === 'POST /links/live/preview')).toHaveLength(3);
    expect(calls.filter((call) => call.startsWith('PUT') || call.endsWith('/match'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('sends what was shown and chosen, and says how far that has come', async () => {
    const matches: unknown[] = [];
    let saved: unknown = null;
    const { page, complaints, screenshot } = await open(
      {
        'GET /links/live/queue': QUEUE,
        'GET /overview': () =>
          overview({
            links: [
              saved === null ? unshared() : link({ counts: { queued: 20, held: 0, failed: 1, stopped: 0, done: 21 } }),
            ],
          }),
        'POST /links/live/match': (route) => {
          matches.push(route.request().postDataJSON());
          return matched;
        },
        'PUT /links/live/rules': (route) => {
          saved = route.request().postDataJSON();
          return [];
        },
      },
      { theme }
    );
    await toCompare(page);
    await compared(page);
    await page.getByRole('combobox', { name: 'Which entry on Live is “Summer recipes”?' }).click();
    await page.getByRole('option', { name: 'Summer recipes (old) (there2)' }).click();
    await page.getByRole('region', { name: 'In all' }).getByText('16 entries are created on Live.').waitFor();
    await press(page, 'Continue');
    await page.getByText('Nothing has been sent yet.').waitFor();
    await page
      .getByRole('region', { name: 'Sharing rules that are saved' })
      .getByText('Published only')
      .first()
      .waitFor();
    await whole(page);
    await screenshot(`setup-send-${theme}`);
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    expect([matches, saved]).toEqual([[], null]);

    await press(page, 'Send');
    await heading(page, 'Sharing with Live is set up').waitFor();
    const { scope: _scope, ...article } = PUBLISHED(ARTICLE);
    expect(matches).toEqual([
      { ...article, by: 'slug', cursor: null, choices: [{ documentId: AMBIGUOUS.documentId, there: 'there2' }] },
      { ...article, uid: PAGE_TYPE, by: 'title', cursor: null, choices: [] },
    ]);
    expect(saved).toEqual({ rules: [PUBLISHED(ARTICLE), PUBLISHED(PAGE_TYPE)] });
    await page.getByText('21 of 42 entries and files are up to date on Live.').waitFor();
    const view = page.getByRole('link', { name: 'View on Live' });
    expect(await view.getAttribute('href')).toBe('https://live.example');
    await whole(page);
    await screenshot(`setup-done-${theme}`);
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    await press(page, 'Queue');
    await page.getByRole('tab', { name: /Queue/, selected: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('says on both sites what comes next, and links them in one window', async () => {
    let links = [] as ReturnType<typeof link>[];
    const { page, complaints, screenshot } = await panel.open(
      '/admin/plugins/replication',
      setupAnswers({
        'GET /overview': () => overview({ links }),
        'POST /links/codes': { code: 'replication-code-1234', expiresAt: Date.now() + 900_000 },
        'POST /links/live/accept': () => {
          links = [unshared()];
          return links[0]!;
        },
      }),
      { theme }
    );
    await page.getByRole('button', { name: 'Create link code' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Waiting for the other site to ask with this code').waitFor();
    links = [link({ state: 'REQUESTING' })];
    await dialog.getByText('Live asks to be linked').waitFor();
    await dialog.getByText('a1b2 c3d4 e5f6 0718').waitFor();
    await dialog.getByText('1f0a 77c2 90de 4b11').waitFor();
    await screenshot(`setup-request-${theme}`);
    expect(await seriousFindings(dialog)).toEqual([]);
    await dialog.getByRole('button', { name: 'Accept' }).click();
    await page.getByText('If they are edited on Live, it is set up there, and there is nothing to do here.').waitFor();
    await page.getByRole('button', { name: 'Set up sharing' }).waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('setting up a new link', () => {
  it('waits in the window of who asks, and goes on there once it is accepted', async () => {
    let links = [] as ReturnType<typeof link>[];
    const { page, screenshot } = await panel.open(
      '/admin/plugins/replication',
      setupAnswers({
        'GET /overview': () => overview({ links }),
        'POST /links/codes/read': { id: 'live', url: 'https://live.example', fingerprint: 'a1b2', expiresAt: 1 },
        'POST /links/redeem': () => {
          links = [link({ state: 'REQUESTED', lastContactAt: null })];
          return links[0]!;
        },
      })
    );
    await page.getByRole('button', { name: 'I have a code' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Link code' }).fill('code');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByRole('button', { name: 'Ask to be linked' }).click();
    await dialog.getByText('Waiting until the administrator of Live accepts.').waitFor();
    await screenshot('setup-asked');
    expect(await seriousFindings(dialog)).toEqual([]);
    links = [unshared()];
    await dialog.getByText('Live has accepted: both sites are linked.').waitFor();
    await screenshot('setup-accepted');
    await dialog.getByRole('button', { name: 'Set up sharing' }).click();
    await heading(page, 'What is this link for?').waitFor();
  });

  it('asks first where entries are edited on a site that has none, and can be left to the other one', async () => {
    const { page, calls, screenshot } = await open({
      'GET /types': ALL_TYPES.map((type) => ({ ...type, entries: 0 })),
    });
    await heading(page, 'What is this link for?').waitFor();
    const main = await page.getByRole('main').innerText();
    expect(main.indexOf('Are entries edited on Live')).toBeLessThan(main.indexOf('Both sites edit'));
    await whole(page);
    await screenshot('setup-no-entries');
    await press(page, 'Leave it to Live');
    await page.getByText('Nothing is shared with Live yet.').waitFor();
    expect(calls.filter((call) => !call.startsWith('GET '))).toEqual([]);
  });

  it('leaves nothing behind when it is cancelled, at any step, and can be started again from the card', async () => {
    const { page, calls } = await open();
    const again = () =>
      page.getByRole('region', { name: 'Live' }).getByRole('button', { name: 'Set up sharing' }).click();
    await heading(page, 'What is this link for?').waitFor();
    await press(page, 'Cancel');
    await again();
    await toCompare(page);
    await press(page, 'Cancel');
    await again();
    await toSend(page);
    await press(page, 'Cancel');
    await again();
    await heading(page, 'What is this link for?').waitFor();
    const allowed = ['POST /links/live/preview', 'POST /links/live/difference'];
    expect(calls.filter((call) => !call.startsWith('GET') && !allowed.includes(call))).toEqual([]);
  });

  it('keeps what was compared and decided when one goes back', async () => {
    const { page, calls } = await open();
    await toSend(page);
    await press(page, 'Back');
    await compared(page);
    await press(page, 'Back');
    await heading(page, 'What is this link for?').waitFor();
    await press(page, 'Continue');
    await compared(page);
    expect(calls.filter((call) => call === 'POST /links/live/preview')).toHaveLength(3);
  });

  it('asks before what was decided is forgotten, by comparing again, by another field, or by leaving', async () => {
    const { page, screenshot } = await open();
    await toCompare(page);
    await compared(page);
    const which = page.getByRole('combobox', { name: 'Which entry on Live is “Summer recipes”?' });
    await which.click();
    await page.getByRole('option', { name: 'Summer recipes (old) (there2)' }).click();
    const keep = async (question: RegExp) => {
      await page.getByRole('alertdialog').getByText(question).waitFor();
      await press(page, 'Cancel');
      await page.getByRole('alertdialog').waitFor({ state: 'hidden' });
      expect(await which.innerText()).toContain('there2');
    };
    await press(page, 'Compare again');
    await keep(/Your decision on 1 entry is forgotten by that/);
    await page.getByRole('combobox', { name: 'When are two entries of Article the same?' }).click();
    await page.getByRole('option', { name: 'Only when they have the same ID' }).click();
    await keep(/Your decision on 1 entry is forgotten by that/);
    await press(page, 'Cancel');
    await page.getByText('Your decision on 1 entry is not sent yet').waitFor();
    await screenshot('setup-leave');
    await keep(/is not sent yet/);
    await press(page, 'Compare again');
    await press(page, 'Confirm');
    await compared(page);
    expect(await which.innerText()).toContain('Not decided yet');
    // Nothing is decided any more: nobody is asked.
    await press(page, 'Cancel');
    await page.getByRole('region', { name: 'Live' }).waitFor();
  });

  it('says so where there are no entries', async () => {
    const { page, screenshot } = await open({ 'POST /links/live/preview': pageOf([]) });
    await toCompare(page);
    await page.getByText('There is nothing to send yet').waitFor();
    await page.getByText('Neither here nor on Live are there entries of these content types.').waitFor();
    await whole(page);
    await screenshot('setup-empty');
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    expect(await page.getByRole('button', { name: 'Continue' }).isEnabled()).toBe(true);
  });

  it('goes on from the page that could not be compared, or does without that type', async () => {
    let broken = true;
    const cursors: (string | null)[] = [];
    const { page, screenshot } = await open({
      'POST /links/live/preview': (route) => {
        const { uid, cursor } = route.request().postDataJSON() as { uid: string; cursor: string | null };
        if (uid === ARTICLE) cursors.push(cursor);
        const isBroken = broken && (cursor === 'second' || uid === PAGE_TYPE);
        return isBroken ? failure(400, 'Live could not be reached. Is it running?', 'UNREACHABLE') : preview(route);
      },
    });
    await toCompare(page);
    await page.getByText('“Article” could not be compared any further').waitFor();
    await page.getByText('Live could not be reached. Is it running?').waitFor();
    expect(await page.getByRole('button', { name: 'Continue' }).isDisabled()).toBe(true);
    await page.getByRole('region', { name: 'Article' }).getByText('2 new').waitFor();
    await whole(page);
    await screenshot('setup-error');
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    broken = false;
    await press(page, 'Try again');
    await compared(page);
    expect(cursors).toEqual([null, 'second', 'second']);
  });

  it('names all content types that the other site does not have at once, and does without them', async () => {
    let saved: unknown = null;
    let absent = ALL_TYPES.map(({ uid }) => uid);
    const { page, screenshot } = await open({
      'POST /links/live/preview': (route) =>
        absent.includes((route.request().postDataJSON() as { uid: string }).uid)
          ? failure(400, 'It is not a content type of that site, or is never shared.', 'TYPE_UNKNOWN')
          : preview(route),
      'POST /links/live/match': matched,
      'PUT /links/live/rules': (route) => {
        saved = route.request().postDataJSON();
        return [];
      },
    });
    await toCompare(page);
    await page.getByText(/^Live does not have these content types: .*Article.* and Page$/).waitFor();
    await page.getByText('copy the folders src/api and src/components of this site').waitFor();
    await screenshot('setup-absent');
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    expect(await page.getByRole('button', { name: 'Leave' }).count()).toBe(0);
    absent = [PAGE_TYPE];
    await press(page, 'Try again');
    await page.getByText('Live does not have this content type: Page').waitFor();
    await press(page, 'Leave it out');
    await compared(page);
    await press(page, 'Continue');
    await press(page, 'Send');
    await heading(page, 'Sharing with Live is set up').waitFor();
    expect(saved).toEqual({ rules: [PUBLISHED(ARTICLE)] });
  });

  it('compares a type anew when its entries are found by another field', async () => {
    const by: unknown[] = [];
    const { page } = await open({
      'POST /links/live/preview': (route) => {
        const request = route.request().postDataJSON() as { uid: string; by: string | null };
        if (request.uid === ARTICLE) by.push(request.by);
        return request.by === null
          ? pageOf([previewEntry('Only by its ID', 'new')], { totalThere: 3 })
          : preview(route);
      },
    });
    await toCompare(page);
    await compared(page);
    await page.getByRole('combobox', { name: 'When are two entries of Article the same?' }).click();
    await page.getByRole('option', { name: 'Only when they have the same ID' }).click();
    const article = page.getByRole('region', { name: 'Article' });
    await article.getByText('1 here, 3 on Live').waitFor();
    await article.getByText('3 only on Live').waitFor();
    await article.getByText('They stay on Live as they are.').waitFor();
    expect(by).toEqual(['slug', 'slug', null]);
  });

  it('can be stopped while it compares, and goes on', async () => {
    let held = true;
    let release = () => {};
    const waiting = new Promise<void>((resolve) => (release = resolve));
    const { page } = await open();
    await page.route('**/replication/links/live/preview', async (route) => {
      if (held) await waiting;
      await route.fallback();
    });
    await toCompare(page);
    await press(page, 'Stop comparing');
    await page.getByText('The comparison is stopped.').waitFor();
    held = false;
    release();
    await press(page, 'Go on comparing');
    await compared(page);
  });

  it('asks before it sends where the other site did not take entries for the same', async () => {
    let saved = false;
    const refused = [
      { ...previewEntry('Opening hours', 'different'), code: 'TAKEN', message: 'It is shared with Shop.' },
    ];
    const { page, screenshot } = await open({
      'POST /links/live/match': { cursor: null, matched: 0, files: 0, refused },
      'PUT /links/live/rules': () => {
        saved = true;
        return [];
      },
    });
    await toSend(page);
    await press(page, 'Send');
    await page.getByText('Live did not take 2 entries for the same').waitFor();
    await page.getByText('It is shared with Shop.').first().waitFor();
    await whole(page);
    await screenshot('setup-refused');
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    expect(saved).toBe(false);
    await press(page, 'Send anyway');
    await heading(page, 'Sharing with Live is set up').waitFor();
    expect(saved).toBe(true);
  });

  it('goes on from where sending failed', async () => {
    const uids: string[] = [];
    let broken = true;
    const { page, screenshot } = await open({
      'POST /links/live/match': (route) => {
        const { uid } = route.request().postDataJSON() as { uid: string };
        uids.push(uid);
        return broken && uid === PAGE_TYPE ? failure(400, 'Live is being restarted.', 'UNREACHABLE') : matched;
      },
      'PUT /links/live/rules': [],
    });
    await toSend(page);
    await press(page, 'Send');
    await page.getByText('It could not be sent').waitFor();
    await page.getByText('Live is being restarted.').waitFor();
    await screenshot('setup-send-error');
    broken = false;
    await press(page, 'Try again');
    await heading(page, 'Sharing with Live is set up').waitFor();
    expect(uids).toEqual([ARTICLE, PAGE_TYPE, PAGE_TYPE]);
  });

  it('changes nothing where somebody has chosen rules meanwhile, or before', async () => {
    let rules: object[] = [];
    const { page, calls } = await open({ 'GET /links/live/rules': () => rules });
    await toSend(page);
    rules = [{ ...PUBLISHED(CATEGORY), locked: false }];
    await press(page, 'Send');
    await page.getByText('What is shared with Live is chosen already').waitFor();
    expect(calls.filter((call) => call.startsWith('PUT') || call.endsWith('/match'))).toEqual([]);
    await page.reload();
    await page.getByText('What is shared with Live is chosen already').waitFor();
    await press(page, 'Sharing rules');
    await page.getByRole('tab', { name: 'Sharing rules', selected: true }).waitFor();
  });

  it('says on the other site that there is nothing to do', async () => {
    const { page, screenshot } = await panel.open(
      '/admin/plugins/replication',
      setupAnswers({ 'GET /overview': overview({ links: [link(), { ...unshared(), id: 'shop', name: 'Shop' }] }) })
    );
    const live = page.getByRole('region', { name: 'Live' });
    await live.getByText('Live has chosen what is shared. There is nothing to do here.').waitFor();
    await page.getByRole('region', { name: 'Shop' }).getByText('Nothing is shared with Shop yet.').waitFor();
    await screenshot('setup-other-side');
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
  });

  it('is not there for who may not change sharing rules', async () => {
    const { page } = await panel.enter();
    await withoutPermission(page, 'plugin::replication.rules');
    await answer(page, { 'GET /jobs': [], ...setupAnswers() });
    await page.goto(SETUP);
    await page.getByText('Somebody whose role may change sharing rules sets it up').waitFor();
    expect(await page.getByRole('button', { name: 'Set up sharing' }).count()).toBe(0);
  });

  it('works with the keyboard alone', async () => {
    let saved = false;
    const { page } = await open({
      'POST /links/live/match': matched,
      'PUT /links/live/rules': () => {
        saved = true;
        return [];
      },
    });
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    /** Goes on by Tab until this has the focus. */
    const tabTo = async (target: Locator) => {
      for (let step = 0; step < 60; step += 1) {
        if (await target.evaluate((element) => element === document.activeElement)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`The keyboard did not come to ${String(target)}.`);
    };
    await settles(async () => expect(await focused()).toBe('What is this link for?'));
    await tabTo(page.getByRole('radio', { name: 'Staging → Live' }));
    // The choice follows the focus while the key is held.
    await page.keyboard.down('ArrowDown');
    await page.getByRole('radio', { name: 'Both sites edit', checked: true }).waitFor();
    await page.keyboard.up('ArrowDown');
    await tabTo(box(page, /Article/));
    await page.keyboard.press('Space');
    await tabTo(page.getByRole('button', { name: 'Continue' }));
    await page.keyboard.press('Enter');
    await settles(async () => expect(await focused()).toBe('Compare with Live'));
    await compared(page);
    await tabTo(page.getByRole('combobox', { name: 'Which entry on Live is “Summer recipes”?' }));
    await page.keyboard.press('Enter');
    await settles(async () => expect(await focused()).toBe('Not decided yet'));
    await page.keyboard.press('ArrowDown');
    await settles(async () => expect(await focused()).toBe('Summer recipes (there1)'));
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'In all' }).getByText('3 entries exist on Live under other IDs').waitFor();
    await tabTo(page.getByRole('button', { name: 'Show entries of Article: 1 different' }));
    await page.keyboard.press('Enter');
    await tabTo(page.getByRole('button', { name: 'Show difference of Opening hours' }));
    await page.keyboard.press('Enter');
    await page.getByText('Opening times').waitFor();
    await tabTo(page.getByRole('button', { name: 'Continue' }));
    await page.keyboard.press('Enter');
    await settles(async () => expect(await focused()).toBe('Send to Live'));
    await tabTo(page.getByRole('button', { name: 'Send', exact: true }));
    await page.keyboard.press('Enter');
    await settles(async () => expect(await focused()).toBe('Sharing with Live is set up'));
    expect(saved).toBe(true);
  });

  it('fits into a narrow window', async () => {
    const { page, screenshot } = await open({}, { width: 400 });
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
    await heading(page, 'What is this link for?').waitFor();
    expect(await fits()).toBe(true);
    await whole(page, 400);
    await screenshot('setup-publish-narrow');
    await toCompare(page);
    await compared(page);
    await page.getByRole('button', { name: 'Show entries of Article: 1 different' }).click();
    await page.getByRole('button', { name: 'Show difference of Opening hours' }).click();
    await page.getByText('Opening times').waitFor();
    expect(await fits()).toBe(true);
    await whole(page, 400);
    await screenshot('setup-compare-narrow');
  });

  it.each([
    ['de', 'Wofür ist diese Verbindung?', 'Weiter'],
    ['fr', 'À quoi sert cette association ?', 'Continuer'],
    ['es', '¿Para qué es este vínculo?', 'Continuar'],
  ] as const)('speaks %s', async (language, question, onward) => {
    const { page, complaints, screenshot } = await open({}, { language });
    await heading(page, question).waitFor();
    await press(page, onward);
    await page.getByRole('region', { name: 'Article' }).getByText('there3').waitFor({ state: 'hidden' });
    await page.getByRole('region', { name: 'Page' }).waitFor();
    await whole(page);
    await screenshot(`setup-compare-${language}`);
    expect(complaints).toEqual([]);
  });

  it('offers all content types at once', async () => {
    const { page } = await open();
    const later = page.getByText('A content type that is added later is not shared');
    await box(page, /All content types/).waitFor();
    expect(await later.count()).toBe(0);
    await box(page, /All content types/).click();
    await later.waitFor();
    for (const { displayName } of ALL_TYPES) {
      expect([displayName, await box(page, new RegExp(displayName)).first().isChecked()]).toEqual([displayName, true]);
    }
  });
});
