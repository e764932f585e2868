import type { BrakeView } from '../../server/src/contracts';
import { eventually } from '../support/wait';
import { seriousFindings } from './accessibility';
import { startPanel, type Answers, type VisitOptions } from './panel';
import { answer, failure, link, overview, QUEUE } from './replication-answers';
import { withoutPermission } from './without-permission';

const panel = startPanel();

/** Opens the homepage with these answers, and gives the widget and what was called. */
const open = async (answers: Answers, options?: VisitOptions) => {
  const opened = await panel.open('/admin', answers, options);
  const widget = opened.page.getByRole('region', { name: 'Linked sites' });
  /** Of the widget and what stands around it. */
  const picture = async (name: string) => {
    await widget.scrollIntoViewIfNeeded();
    await opened.screenshot(name);
  };
  return { ...opened, widget, picture };
};

const brake: BrakeView = {
  id: 'MANY_DELETED api::category.category',
  code: 'MANY_DELETED',
  subjectName: 'Category',
  told: { deleted: 37, total: 40, minutes: 10 },
  since: Date.now() - 60_000,
  answers: ['restore', 'delete'],
  entries: [],
};

const sites = () => [
  link({ counts: { queued: 3, held: 1, failed: 2, stopped: 37, done: 142 } }),
  link({ id: 'partner', name: 'Partner' }),
  link({
    id: 'archive',
    name: 'Archive',
    failures: 4,
    lastError: 'archive.example refused the connection. Is it running?',
    lastContactAt: Date.now() - 3 * 3_600_000,
    counts: { queued: 12, held: 0, failed: 0, stopped: 0, done: 130 },
  }),
  link({ id: 'old', name: 'Old', paused: true, counts: { queued: 0, held: 0, failed: 0, stopped: 0, done: 0 } }),
  link({ id: 'shop', name: 'Shop', state: 'REQUESTING', lastContactAt: null }),
];

describe.each(['light', 'dark'] as const)('the homepage in the %s theme', (theme) => {
  it('shows of each linked site its state, what waits, and the last contact', async () => {
    const { widget, complaints, calls, picture } = await open(
      { 'GET /overview': overview({ links: sites() }) },
      { theme }
    );
    const lineOf = (name: string) => widget.getByRole('listitem').filter({ hasText: name });
    await lineOf('Live').getByText('2 failed').waitFor();
    await lineOf('Live').getByText('37 waiting for a decision').waitFor();
    await lineOf('Live').getByText('1 waiting there').waitFor();
    await lineOf('Live').getByText('3 on the way').waitFor();
    await lineOf('Live').getByText('Last contact: 2 minutes ago').waitFor();
    await lineOf('Partner').getByText('142 entries and files up to date').waitFor();
    await lineOf('Archive').getByText('Not reachable').waitFor();
    await lineOf('Archive').getByText('refused the connection').waitFor();
    await lineOf('Old').getByText('Paused').waitFor();
    await lineOf('Shop').getByText('Asks to be linked').waitFor();
    await picture(`home-${theme}`);
    // Its frame and title are Strapi's.
    expect(await seriousFindings(widget.getByRole('list'))).toEqual([]);
    expect(complaints).toEqual([]);
    expect(calls).toEqual(['GET /overview']);
  });

  it('says first where sharing is paused, and leads to where it can be said how it goes on', async () => {
    const { page, widget, picture } = await open(
      { 'GET /overview': overview({ links: sites().slice(0, 2), brakes: [brake] }) },
      { theme }
    );
    await widget.getByText('Sharing is paused until somebody says how it goes on').waitFor();
    await widget.getByText('Concerns Category').waitFor();
    await picture(`home-paused-${theme}`);
    await widget.getByRole('link', { name: 'Answer on the Replication page' }).click();
    await page.getByText('37 of 40 entries of “Category” were deleted').waitFor();
  });

  it('leads to where sites are linked where none is', async () => {
    const { page, widget, complaints, picture } = await open({ 'GET /overview': overview() }, { theme });
    await widget.getByText('This site is not linked with another one yet.').waitFor();
    await picture(`home-empty-${theme}`);
    await widget.getByRole('link', { name: 'Link a site' }).click();
    await page.getByRole('button', { name: 'Create link code' }).first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('says what went wrong, and tries again', async () => {
    let broken = true;
    const { widget, picture } = await open(
      {
        'GET /overview': () =>
          broken
            ? failure(400, 'Replication is not running on this site: it is switched off.', 'NOT_RUNNING')
            : overview({ links: sites() }),
      },
      { theme }
    );
    await widget.getByText('Replication is not running on this site').waitFor();
    await picture(`home-error-${theme}`);
    broken = false;
    await widget.getByRole('button', { name: 'Try again' }).click();
    await widget.getByText('2 failed').waitFor();
  });
});

describe('the homepage', () => {
  it.each([
    ['2 failed', 'Failed'],
    ['37 waiting for a decision', 'Waits for a decision'],
    ['1 waiting there', 'Waiting there'],
    ['3 on the way', 'On the way'],
  ])('leads from “%s” to that part of the site’s queue', async (count, filter) => {
    const { page, widget } = await open({
      'GET /overview': overview({ links: [link({ id: 'other', name: 'Other' }), ...sites()] }),
      'GET /links/live/queue': QUEUE,
    });
    await widget.getByRole('link', { name: count, exact: true }).click();
    await page.getByRole('combobox', { name: 'Show' }).getByText(filter).waitFor();
    await page.getByRole('combobox', { name: 'Linked site' }).getByText('Live').waitFor();
  });

  it('asks where the database has moved, and says what keeps the site from sharing', async () => {
    const { widget, picture } = await open({
      'GET /overview': overview({
        question: { urlBefore: 'https://a.example', urlNow: 'https://b.example', differs: ['url'], boundAt: 1 },
        problems: [{ code: 'ENCRYPTION_KEY_MISSING', message: 'Add ENCRYPTION_KEY to .env.' }],
        links: sites().slice(0, 2),
      }),
    });
    await widget.getByText('Was this site moved, or is it a copy?').waitFor();
    await widget.getByText('Add ENCRYPTION_KEY to .env').waitFor();
    // Nothing is on the way from a silent site.
    await widget.getByRole('link', { name: '3 wait here' }).waitFor();
    await picture('home-question');
  });

  it('shows that it is still loading', async () => {
    const { page } = await panel.enter();
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/replication/overview', async (route) => {
      await released;
      await route.fulfill({ json: { data: overview({ links: sites() }) } });
    });
    await page.goto('/admin');
    const widget = page.getByRole('region', { name: 'Linked sites' });
    await widget.getByText('Loading…').waitFor({ state: 'attached' });
    release();
    await widget.getByText('2 failed').waitFor();
  });

  it('says nothing of sites, and asks for nothing, to who may not see them', async () => {
    const { page } = await panel.enter();
    const calls = await answer(page, { 'GET /overview': overview({ links: sites() }) });
    await withoutPermission(page, 'plugin::replication.');
    await page.goto('/admin');
    await page.getByRole('region', { name: 'Last edited entries' }).waitFor();
    const widget = page.getByRole('region', { name: 'Linked sites' });
    await eventually(async () => (await widget.count()) === 0, { what: 'the widget to be gone' });
    expect(calls).toEqual([]);
  });

  it('speaks German, on a narrow screen as well', async () => {
    const { page, screenshot } = await panel.enter({ language: 'de', width: 420 });
    await answer(page, { 'GET /overview': overview({ links: sites(), brakes: [brake] }) });
    await page.goto('/admin');
    const widget = page.getByRole('region', { name: 'Verbundene Sites' });
    await widget.getByText('37 warten auf eine Entscheidung').waitFor();
    await widget.scrollIntoViewIfNeeded();
    await screenshot('home-narrow-de');
  });
});
