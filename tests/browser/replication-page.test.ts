import type { TheirSharing } from '../../server/src/contracts';
import { seriousFindings } from './accessibility';
import type { Theme } from './chromium';
import { startPanel, type Answers } from './panel';
import { DEPENDENCIES, failure, job, link, overview, QUEUE, RULES, SITE, TYPES } from './replication-answers';
import { eventually } from '../support/wait';
import { still } from './still';

const panel = startPanel();

/** Opens the page with these answers, and gives what was called. */
const open = (answers: Answers, { theme, query = '' }: { theme?: Theme; query?: string } = {}) =>
  panel.open(`/admin/plugins/replication${query}`, answers, { theme });

describe.each(['light', 'dark'] as const)('the replication page in the %s theme', (theme) => {
  it('explains what to do where no site is linked', async () => {
    const { page, complaints, screenshot } = await open({ 'GET /overview': overview() }, { theme });
    await page.getByText('This site is not linked with another one yet.').waitFor();
    await page.getByText('This site: Staging').waitFor();
    for (const name of ['I have a code', 'Create link code']) {
      expect([name, await page.getByRole('button', { name }).count()]).toEqual([name, 1]);
    }
    await screenshot(`sites-empty-${theme}`);
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('shows each linked site with its state, its queue and its last error', async () => {
    const links = [
      link({ counts: { queued: 3, held: 1, failed: 2, stopped: 0, done: 142 } }),
      link({
        id: 'archive',
        name: 'Archive',
        failures: 4,
        lastError: 'archive.example refused the connection. Is it running?',
        retryAt: Date.now() + 240_000,
      }),
      link({ id: 'partner', name: 'Partner', state: 'REQUESTING' }),
      link({ id: 'shop', name: 'Shop', state: 'REQUESTED', lastContactAt: null }),
      link({ id: 'old', name: 'Old', paused: true, locked: true }),
    ];
    const jobs = [job('Category', { done: 40, total: 60 }), job('Article', { total: 40 }), job('Author'), job('About')];
    const { page, complaints, screenshot } = await open(
      { 'GET /overview': overview({ links }), 'GET /jobs': jobs },
      { theme }
    );
    const live = page.getByRole('region', { name: 'Live', exact: true });
    await live.getByText('2 failed').waitFor();
    await live.getByText('142 entries and files up to date').waitFor();
    const working = page.getByRole('progressbar', {
      name: 'Working out what is shared: Category, Article and 2 more',
    });
    await working.waitFor();
    expect(await working.getAttribute('aria-valuenow')).toBe('40');
    const archive = page.getByRole('region', { name: 'Archive' });
    await archive.getByText('Not reachable').waitFor();
    await archive.getByText('refused the connection').waitFor();
    const partner = page.getByRole('region', { name: 'Partner' });
    await partner.getByText('a1b2 c3d4 e5f6 0718').waitFor();
    await partner.getByText('1f0a 77c2 90de 4b11').waitFor();
    const old = page.getByRole('region', { name: 'Old' });
    await old.getByText('Paused').waitFor();
    expect(await old.getByRole('button', { name: 'Unlink' }).isDisabled()).toBe(true);
    await page.setViewportSize({ width: 1280, height: 1900 });
    await screenshot(`sites-${theme}`);
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('shows nothing of jobs that are over within a moment', async () => {
    let asked = 0;
    const { page } = await open({
      'GET /overview': overview({ links: [link()] }),
      'GET /jobs': () => ((asked += 1) === 1 ? [job('Category'), job('Article')] : []),
    });
    await page.evaluate(() => {
      const shown = globalThis as unknown as { wereShown: boolean };
      const look = () => {
        shown.wereShown ||= document.body.innerText.includes('Working out what is shared');
      };
      look();
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    });
    await page.waitForRequest((request) => request.url().endsWith('/jobs') && asked >= 2);
    expect(await page.evaluate(() => (globalThis as unknown as { wereShown: boolean }).wereShown)).toBe(false);
  });

  it('pauses all sites at once, and lets all go on', async () => {
    const [live, archive] = [link(), link({ id: 'archive', name: 'Archive', paused: true })];
    const { page, calls } = await open({
      'GET /overview': overview({ links: [live, archive] }),
      'POST /pause': overview({ links: [live, archive] }),
      'POST /resume': overview({ links: [live, archive] }),
    });
    await page.getByRole('button', { name: 'Pause all' }).click();
    await page.getByText('Sharing with all sites is paused').waitFor();
    await page.getByRole('button', { name: 'Resume all' }).click();
    await page.getByText('Sharing with all sites goes on').waitFor();
    expect(calls).toEqual(expect.arrayContaining(['POST /pause', 'POST /resume']));
  });

  it('shows rules as a table of content types, and those of the configuration locked', async () => {
    const { page, complaints, screenshot } = await open(
      { 'GET /overview': overview({ links: [link()] }), 'GET /links/live/rules': RULES },
      { theme, query: '?tab=rules' }
    );
    await page.getByRole('combobox', { name: 'What is shared of Article' }).waitFor();
    expect(await page.getByRole('combobox', { name: 'What is shared of Author' }).isDisabled()).toBe(true);
    await page.getByText('Set in the configuration').waitFor();
    await screenshot(`rules-${theme}`);
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('shows what the other site has chosen where nothing is chosen here, and why who edits is no choice', async () => {
    const theirs: (TheirSharing | null)[] = [
      { level: 'EVERYTHING', direction: 'RECEIVE_ONLY' },
      { level: 'PUBLISHED', direction: 'RECEIVE_ONLY' },
      null,
      { level: 'EVERYTHING', direction: 'BOTH' },
    ];
    const types = TYPES.map((type, index) => ({ ...type, theirs: theirs[index] ?? null }));
    const asked: string[] = [];
    const { page, complaints, screenshot } = await open(
      {
        'GET /overview': overview({ links: [link()] }),
        'GET /types': (route) => {
          asked.push(new URL(route.request().url()).search);
          return types;
        },
      },
      { theme, query: '?tab=rules' }
    );
    const row = (name: string) => page.getByRole('row', { name });
    await row('Article').getByText('Live decides (Published only)').waitFor();
    await row('Article').getByText('Edited at Live').waitFor();
    await row('Article').getByText('Decided there.').waitFor();
    await row('About').getByText('Live decides (Shared)').waitFor();
    await row('Category').getByText('Both sites edit').waitFor();
    await row('Author').getByText('As Live decides', { exact: true }).waitFor();
    await row('Author').getByText('–').waitFor();
    expect(asked).toEqual(['?link=live']);
    await page.getByRole('combobox', { name: 'What is shared of Article' }).click();
    await page.getByRole('option', { name: 'Published only', exact: true }).click();
    await row('Article').getByText('Always so unless drafts are shared, too.').waitFor();
    await screenshot(`rules-theirs-${theme}`);
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('shows what waits, and why', async () => {
    const { page, complaints, screenshot } = await open(
      { 'GET /overview': overview({ links: [link({ counts: QUEUE.counts })] }), 'GET /links/live/queue': QUEUE },
      { theme, query: '?tab=queue' }
    );
    await page.getByText('The field “slug” is too long for the other site.').waitFor();
    await page.getByText('Live has no content type “api::article.article”.').waitFor();
    const entry = page.getByRole('link', { name: 'A bug is becoming a meme (Article)' });
    expect(await entry.getAttribute('href')).toContain('/content-manager/collection-types/api::article.article/b');
    await screenshot(`queue-${theme}`);
    expect(await seriousFindings(page.getByRole('main'))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe('the replication page', () => {
  it('says what failed and offers to try again where it cannot be loaded', async () => {
    let broken = true;
    const { page, screenshot } = await open({
      'GET /overview': () =>
        broken ? failure(400, 'Replication is not running on this site.', 'NOT_RUNNING') : overview(),
    });
    await page.getByText('Replication is not running on this site.').waitFor();
    await screenshot('page-error');
    broken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('This site is not linked with another one yet.').waitFor();
  });

  it('says what is missing in the configuration and offers no link without an identity', async () => {
    const problem = {
      code: 'ENCRYPTION_KEY_MISSING',
      message: 'This site has no encryption key. Add ENCRYPTION_KEY to .env.',
    };
    const { page, screenshot } = await open({ 'GET /overview': overview({ site: null, problems: [problem] }) });
    await page.getByText('Add ENCRYPTION_KEY to .env').waitFor();
    await screenshot('page-problem');
    expect(await page.getByRole('button', { name: 'Create link code' }).count()).toBe(0);
  });

  it('says where its public URL is set while it has none', async () => {
    const { page } = await open({ 'GET /overview': overview({ site: { ...SITE, url: '' } }) });
    await page.getByText('This site: Staging. No public URL is set: set REPLICATION_PUBLIC_URL').waitFor();
  });

  it('makes a link code that can be copied and says until when it is good', async () => {
    const { page, complaints, screenshot } = await open({
      'GET /overview': overview(),
      'POST /links/codes': { code: 'replication-code-1234', expiresAt: Date.now() + 900_000 },
    });
    await page.getByRole('button', { name: 'Create link code' }).click();
    await page
      .getByRole('dialog')
      .getByText(/Can be used once, until/)
      .waitFor();
    expect(await page.getByRole('textbox', { name: 'Link code' }).inputValue()).toBe('replication-code-1234');
    await screenshot('create-code');
    expect(await seriousFindings(page.getByRole('dialog'))).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
  });

  it('shows what a pasted code says before the other site is asked', async () => {
    const { page, calls, screenshot } = await open({
      'GET /overview': overview(),
      'POST /links/codes/read': { id: 'live', url: 'https://live.example', fingerprint: 'a1b2 c3d4', expiresAt: 1 },
      'POST /links/redeem': link({ state: 'REQUESTED' }),
    });
    await page.getByRole('button', { name: 'I have a code' }).click();
    await page.getByRole('textbox', { name: 'Link code' }).fill(' code ');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('https://live.example').waitFor();
    await screenshot('have-code');
    expect(await seriousFindings(page.getByRole('dialog'))).toEqual([]);
    expect(calls).not.toContain('POST /links/redeem');
    await page.getByRole('button', { name: 'Ask to be linked' }).click();
    await page.getByText('Waiting until the administrator of Live accepts.').waitFor();
    expect(calls).toContain('POST /links/redeem');
  });

  it('says why no code could be created, and tries again', async () => {
    let broken = true;
    const { page, screenshot } = await open({
      'GET /overview': overview(),
      'POST /links/codes': () =>
        broken
          ? failure(400, 'This site has no public address.', 'NO_ADDRESS')
          : { code: 'c', expiresAt: Date.now() + 900_000 },
    });
    await page.getByRole('button', { name: 'Create link code' }).click();
    await page.getByText('This site has no public address.').waitFor();
    expect(await page.getByText('Copy this code.').count()).toBe(0);
    await screenshot('create-code-error');
    broken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Copy this code.').waitFor();
  });

  it('shows both fingerprints while the other site is to accept, and withdraws the request', async () => {
    const { page, calls, screenshot } = await open({
      'GET /overview': overview({ links: [link({ state: 'REQUESTED', lastContactAt: null })] }),
      'DELETE /links/live': null,
    });
    const live = page.getByRole('region', { name: 'Live' });
    await live.getByText('a1b2 c3d4 e5f6 0718').waitFor();
    await live.getByText('1f0a 77c2 90de 4b11').waitFor();
    await screenshot('requested');
    await live.getByRole('button', { name: 'Withdraw request' }).click();
    await page.getByText('Nothing was shared yet. To ask again, use a new code.').waitFor();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('The request to Live is withdrawn').waitFor();
    expect(calls).toContain('DELETE /links/live');
  });

  it('says what comes next once a site has accepted, or has refused', async () => {
    const none = { queued: 0, held: 0, failed: 0, stopped: 0, done: 0 };
    const { page } = await open({
      'GET /overview': overview({
        links: [link({ counts: none }), link({ id: 'shop', name: 'Shop', state: 'REFUSED', lastContactAt: null })],
      }),
    });
    await page.getByText('Nothing is shared with Live yet. If entries are edited here, set it up here.').waitFor();
    await page.getByRole('button', { name: 'Set up sharing' }).waitFor();
    await page.getByRole('region', { name: 'Shop' }).getByText('to ask again, use a new code').waitFor();
  });

  it.each([
    ['rules', 'GET /links/live/rules', 'The sharing rules could not be loaded'],
    ['queue', 'GET /links/live/queue', 'The queue could not be loaded'],
  ])('says that the %s could not be loaded, and why', async (tab, call, title) => {
    const { page, screenshot } = await open(
      { 'GET /overview': overview({ links: [link()] }), [call]: failure(400, 'The database is locked.', 'LOCKED') },
      { query: `?tab=${tab}` }
    );
    await page.getByText(title).waitFor();
    await page.getByText('The database is locked.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await screenshot(`${tab}-error`);
  });

  it('asks before changed rules are left unsaved', async () => {
    const { page, screenshot } = await open(
      { 'GET /overview': overview({ links: [link()] }), 'GET /links/live/rules': RULES },
      { query: '?tab=rules' }
    );
    await page.getByRole('combobox', { name: 'What is shared of Article' }).click();
    await page.getByRole('option', { name: 'Published only' }).click();
    await page.getByText('Not saved yet').waitFor();
    await page.getByRole('tab', { name: 'Queue' }).click();
    await page.getByText('Leave without saving them?').waitFor();
    await screenshot('rules-leave');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Not saved yet').waitFor();
    await page.getByRole('tab', { name: 'Queue' }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('tab', { name: 'Queue', selected: true }).waitFor();
  });

  it('lets changed rules be left by the browser’s own button, once that is confirmed', async () => {
    const { page } = await open({ 'GET /overview': overview({ links: [link()] }), 'GET /links/live/rules': RULES });
    await page.getByRole('tab', { name: 'Sharing rules' }).click();
    await page.getByRole('combobox', { name: 'What is shared of Article' }).click();
    await page.getByRole('option', { name: 'Published only' }).click();
    const back = () => page.evaluate(() => history.back());
    await back();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Not saved yet').waitFor();
    await back();
    await page.getByText('Leave without saving them?').waitFor();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('tab', { name: 'Sites', selected: true }).waitFor();
    expect(await page.getByRole('alertdialog').count()).toBe(0);
  });

  it('does not undo rules that somebody else has saved meanwhile, and keeps what is not saved yet', async () => {
    let rules = RULES;
    const saved: unknown[] = [];
    const { page, calls, screenshot } = await open(
      {
        'GET /overview': overview({ links: [link()] }),
        'GET /links/live/rules': () => rules,
        'PUT /links/live/rules': (route) => {
          saved.push(route.request().postDataJSON());
          return rules;
        },
      },
      { query: '?tab=rules' }
    );
    await page.getByRole('combobox', { name: 'What is shared of Article' }).click();
    await page.getByRole('option', { name: 'Published only' }).click();
    const theirs = {
      scope: 'type',
      uid: 'api::category.category',
      level: 'EVERYTHING',
      direction: 'SEND_ONLY',
    } as const;
    rules = [...RULES, { ...theirs, locked: false }];
    const saveAll = async () => {
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByRole('button', { name: 'Save and apply' }).click();
    };
    await saveAll();
    await page.getByText('Somebody else changed the rules for Live meanwhile').waitFor();
    await page.getByText('Changed: Category.').waitFor();
    const chosen = (type: string) => page.getByRole('combobox', { name: `What is shared of ${type}` }).innerText();
    expect([await chosen('Article'), await chosen('Category')]).toEqual(['Published only', 'Shared']);
    await page.getByText('Not saved yet', { exact: true }).waitFor();
    expect(saved).toEqual([]);
    await screenshot('rules-meanwhile');
    await saveAll();
    await page.getByText('The rules for Live are saved').waitFor();
    const own = { scope: 'type', uid: 'api::article.article', level: 'PUBLISHED', direction: 'SEND_ONLY' };
    expect(saved).toEqual([{ rules: [own, theirs] }]);
    // Whoever comes back to them sees them as they are then.
    const asked = () => calls.filter((call) => call === 'GET /links/live/rules').length;
    await page.getByRole('tab', { name: 'Queue' }).click();
    await page.waitForLoadState('networkidle');
    const before = asked();
    await page.getByRole('tab', { name: 'Sharing rules' }).click();
    await page.waitForLoadState('networkidle');
    expect(asked()).toBeGreaterThan(before);
  });

  it('says what goes along from now on before that is changed', async () => {
    const { page, calls, screenshot } = await open(
      {
        'GET /overview': overview({ links: [link()] }),
        'GET /links/live/rules': RULES,
        'PUT /links/live/dependencies': { ...DEPENDENCIES, default: 'always' },
      },
      { query: '?tab=rules' }
    );
    const select = page.getByRole('combobox', { name: 'Send related entries' });
    const choose = async () => {
      await select.click();
      await page.getByRole('option', { name: 'Always, with later changes' }).click();
      await page.getByText('This holds at once, not only with Save.').waitFor();
    };
    await choose();
    await screenshot('rules-along');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('alertdialog').waitFor({ state: 'hidden' });
    await page.waitForFunction((element) => document.activeElement === element, await select.elementHandle());
    expect(calls).not.toContain('PUT /links/live/dependencies');
    await choose();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('What goes along to Live is saved').waitFor();
  });

  it('stays with the site that was chosen from one tab to the next', async () => {
    const links = [link(), link({ id: 'archive', name: 'Archive' })];
    const { page, calls } = await open(
      {
        'GET /overview': overview({ links }),
        'GET /links/archive/rules': RULES,
        'GET /links/archive/queue': QUEUE,
      },
      { query: '?tab=rules&site=archive' }
    );
    const chosen = page.getByRole('combobox', { name: 'Linked site' });
    await chosen.getByText('Archive').waitFor();
    await page.getByRole('tab', { name: 'Queue' }).click();
    await page.getByRole('tab', { name: 'Queue', selected: true }).waitFor();
    await chosen.getByText('Archive').waitFor();
    expect(calls.filter((call) => call.includes('/links/live/'))).toEqual([]);
  });

  it('gives the keyboard back to what has opened a dialog', async () => {
    const { page } = await open({
      'GET /overview': overview({ links: [link()] }),
      'GET /links/live/keys': [],
      'POST /links/live/compare': { link: 'live', at: 1, equal: 1, differentCount: 0, different: [], bytes: 9 },
      'POST /links/codes': { code: 'c', expiresAt: Date.now() + 900_000 },
    });
    const dialog = page.locator('[role=dialog], [role=alertdialog]');
    for (const name of ['Rename', 'Keys', 'Compare', 'Unlink', 'Change key', 'I have a code', 'Create link code']) {
      const button = page.getByRole('button', { name, exact: true });
      await button.focus();
      await page.keyboard.press('Enter');
      await dialog.waitFor();
      await page.waitForFunction(() => document.activeElement?.closest('[role=dialog], [role=alertdialog]'));
      // The design system takes no Escape in the very moment in which a dialog opens: a person presses again.
      await eventually(
        async () => {
          await page.keyboard.press('Escape');
          await still(page);
          return (await dialog.count()) === 0;
        },
        { what: `the dialog of “${name}” to be closed` }
      );
      await page.waitForFunction((text) => document.activeElement?.textContent === text, name);
    }
  });

  it('says that a link code has expired, and makes another one', async () => {
    let expiresAt = 1;
    const { page } = await open({
      'GET /overview': overview(),
      'POST /links/codes': () => ({ code: 'c', expiresAt }),
    });
    await page.getByRole('button', { name: 'Create link code' }).click();
    await page.getByText('This code has expired').waitFor();
    expect(await page.getByText('Waiting for the other site').count()).toBe(0);
    expiresAt = Date.now() + 900_000;
    await page.getByRole('button', { name: 'Create a new code' }).click();
    await page.getByText('Waiting for the other site').waitFor();
  });

  it('keeps the dialog open and says what is wrong with a code', async () => {
    const { page } = await open({
      'GET /overview': overview(),
      'POST /links/codes/read': failure(400, 'This is not a link code.', 'CODE_MALFORMED'),
    });
    await page.getByRole('button', { name: 'I have a code' }).click();
    await page.getByRole('textbox', { name: 'Link code' }).fill('nonsense');
    await page.getByRole('button', { name: 'Continue' }).click();
    const problem = page.getByRole('dialog').getByRole('alert');
    await problem.getByText('This is not a link code.').waitFor();
    // It stays until the next try.
    await page.getByRole('textbox', { name: 'Link code' }).fill('more nonsense');
    expect(await problem.count()).toBe(1);
  });

  it('says in the dialog, until the next try, why the other site could not be asked', async () => {
    let broken = true;
    const { page, screenshot } = await open({
      'GET /overview': overview(),
      'POST /links/codes/read': { id: 'live', url: 'https://live.example', fingerprint: 'a1b2 c3d4', expiresAt: 1 },
      'POST /links/redeem': () =>
        broken ? failure(400, 'Its address is a private one.', 'ADDRESS_REFUSED') : link({ state: 'REQUESTED' }),
    });
    await page.getByRole('button', { name: 'I have a code' }).click();
    await page.getByRole('textbox', { name: 'Link code' }).fill('code');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Ask to be linked' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('alert').getByText('Its address is a private one.').waitFor();
    await screenshot('have-code-refused');
    expect(await seriousFindings(dialog)).toEqual([]);
    expect(await page.getByText('Its address is a private one.').count()).toBe(1);
    broken = false;
    await page.getByRole('button', { name: 'Ask to be linked' }).click();
    await page.getByText('Waiting until the administrator of Live accepts.').waitFor();
    expect(await page.getByText('Its address is a private one.').count()).toBe(0);
  });

  it('says beside the request why it could not be accepted', async () => {
    const { page } = await open({
      'GET /overview': overview({ links: [link({ state: 'REQUESTING' })] }),
      'POST /links/live/accept': failure(400, 'Live does not answer.', 'UNREACHABLE'),
    });
    const request = page.getByRole('region', { name: 'Live' });
    await request.getByRole('button', { name: 'Accept' }).click();
    await request.getByRole('alert').getByText('Live does not answer.').waitFor();
  });

  it('asks before it unlinks a site', async () => {
    const { page, calls, screenshot } = await open({
      'GET /overview': overview({ links: [link()] }),
      'DELETE /links/live': null,
    });
    await page.getByRole('button', { name: 'Unlink' }).click();
    await page.getByText('Unlink Live?').waitFor();
    await screenshot('unlink');
    expect(calls).not.toContain('DELETE /links/live');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('Live is unlinked').waitFor();
    expect(calls).toContain('DELETE /links/live');
  });

  it('says what saving rules will do before it saves them', async () => {
    let saved: unknown = null;
    const { page, screenshot } = await open(
      {
        'GET /overview': overview({ links: [link()] }),
        'GET /links/live/rules': RULES,
        'PUT /links/live/rules': (route) => {
          saved = route.request().postDataJSON();
          return [];
        },
      },
      { query: '?tab=rules' }
    );
    await page.getByRole('combobox', { name: 'What is shared of Article' }).click();
    await page.getByRole('option', { name: 'Published only' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Drafts are taken back from Live.').waitFor();
    await screenshot('rules-confirm');
    expect(saved).toBeNull();
    await page.getByRole('button', { name: 'Save and apply' }).click();
    await page.getByText('The rules for Live are saved').waitFor();
    expect(saved).toEqual({
      rules: [{ scope: 'type', uid: 'api::article.article', level: 'PUBLISHED', direction: 'SEND_ONLY' }],
    });
  });

  it('retries one entry of the queue', async () => {
    const { page, calls } = await open(
      {
        'GET /overview': overview({ links: [link({ counts: QUEUE.counts })] }),
        'GET /links/live/queue': QUEUE,
        'POST /entries/api::article.article/a/retry': { retried: 1 },
      },
      { query: '?tab=queue' }
    );
    await page.getByRole('button', { name: 'Retry The internet’s own boy (Article)' }).click();
    await page.getByText('It is being tried again').waitFor();
    expect(calls).toContain('POST /entries/api::article.article/a/retry');
  });

  it('offers no other try of what waits for a decision or is being sent, and says where there was nothing to try', async () => {
    const [failed, held] = QUEUE.items;
    const items = [
      failed!,
      { ...held!, id: 'c', documentId: 'c', title: 'Stopped', state: 'stopped' as const },
      { ...held!, id: 'd', documentId: 'd', title: 'Sending', state: 'sending' as const, waitsFor: null },
    ];
    const { page } = await open(
      {
        'GET /overview': overview({ links: [link({ counts: QUEUE.counts })] }),
        'GET /links/live/queue': { ...QUEUE, items, total: 3 },
        'POST /entries/api::article.article/a/retry': { retried: 0 },
      },
      { query: '?tab=queue' }
    );
    await page.getByText('Stopped (Article)').waitFor();
    await page.getByText('Sending (Article)').waitFor();
    expect(await page.getByRole('button', { name: /^Retry .* \(Article\)/ }).count()).toBe(1);
    await page.getByRole('button', { name: 'Retry The internet’s own boy (Article)' }).click();
    await page.getByText('There is nothing to retry').waitFor();
  });

  it('goes back to the last page of a queue that has become shorter', async () => {
    let total = 41;
    const { page } = await open(
      {
        'GET /overview': overview({ links: [link({ counts: QUEUE.counts })] }),
        'GET /links/live/queue': (route) => {
          const asked = Number(new URL(route.request().url()).searchParams.get('page'));
          return { ...QUEUE, page: asked, total, items: asked <= Math.ceil(total / 20) ? QUEUE.items : [] };
        },
      },
      { query: '?tab=queue' }
    );
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Page 2 of 3').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Page 3 of 3').waitFor();
    total = 21;
    await page.getByText('Page 2 of 2').waitFor();
    await page.getByText('The internet’s own boy (Article)').waitFor();
  });

  it('goes on showing what was read where asking again fails, and says so', async () => {
    let broken = false;
    const { page, screenshot } = await open({
      'GET /overview': () =>
        broken
          ? failure(400, 'The database is locked.', 'LOCKED')
          : overview({ links: [link({ state: 'REQUESTED' })] }),
    });
    await page.getByRole('region', { name: 'Live' }).waitFor();
    broken = true;
    await page.getByText('This may be out of date').waitFor();
    await page.getByText('The database is locked.').waitFor();
    await page.getByRole('region', { name: 'Live' }).waitFor();
    await screenshot('page-outdated');
    broken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('This may be out of date').waitFor({ state: 'hidden' });
  });

  it('compares with a site and sends again what differs', async () => {
    const different = { uid: 'api::article.article', id: 'a', documentId: 'a', title: 'Hello', typeName: 'Article' };
    const { page, screenshot } = await open({
      'GET /overview': overview({ links: [link()] }),
      'POST /links/live/compare': (route) => ({
        link: 'live',
        at: 1,
        equal: 141,
        differentCount: 1,
        different: [{ ...different, here: true, there: false }],
        bytes: 900,
        repaired: route.request().postDataJSON().repair,
      }),
    });
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('is missing on Live').waitFor();
    await screenshot('compare');
    await page.getByRole('button', { name: 'Send again what differs' }).click();
    await page.getByText('1 entry is being sent again').waitFor();
  });

  it('is filled by the site itself, and the keyboard reaches its tabs', async () => {
    const { page, complaints, screenshot } = await open({});
    await page.getByRole('heading', { name: 'Replication' }).waitFor();
    await page.getByText(panel.site().url).first().waitFor();
    await page.getByRole('tab', { name: 'Sites' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText('No site is linked yet.').waitFor();
    await screenshot('page-real');
    expect(complaints).toEqual([]);
  });
});
