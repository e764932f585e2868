import type { Page, Route } from 'playwright-core';
import { startPanel, type Answers, type VisitOptions } from './panel';
import { answer, batch, entryStatus, failure, overview } from './replication-answers';
import { still } from './still';
import { withoutPermission } from './without-permission';

const UID = 'api::author.author';
const ids: string[] = [];
let translated: string;

const panel = startPanel(async (site) => {
  for (const name of ['Ada', 'Ben', 'Cho']) {
    const { documentId } = await site.run((strapi, data) => strapi.documents('api::author.author').create({ data }), {
      name,
    });
    ids.push(documentId);
  }
  translated = await site.run(async (strapi) => {
    const data = { title: 'Hello' };
    const { documentId } = await strapi.documents('api::page.page').create({ data, locale: 'en' });
    return documentId;
  }, null);
});

const CONTENT = `/admin/content-manager/collection-types/${UID}`;

const openEntry = async (status: Answers[string], options?: VisitOptions) => {
  const retry = `POST /entries/${UID}/${ids[0]}/retry`;
  const answers = { 'GET /overview': overview(), [`GET /entries/${UID}/${ids[0]}`]: status, [retry]: { retried: 1 } };
  return { ...(await panel.open(`${CONTENT}/${ids[0]}`, answers, options)), retry };
};

describe('the panel beside an entry', () => {
  it.each(['light', 'dark'] as const)('tells the status on each site and retries, in the %s theme', async (theme) => {
    const { page, complaints, calls, retry, screenshot } = await openEntry(entryStatus(), { theme });
    const live = page.getByRole('region', { name: 'Live' });
    await live.getByText('Up to date').waitFor();
    await live.getByText('Published only · Edited here').waitFor();
    expect(await live.getByRole('button').count()).toBe(0);
    const archive = page.getByRole('region', { name: 'Archive' });
    await archive.getByText('Archive has no content type “api::author.author”. Add it there').waitFor();
    await screenshot(`panel-${theme}`);
    await archive.getByRole('button', { name: 'Retry on Archive' }).click();
    await page.getByText('It is being tried again').waitFor();
    expect(calls).toContain(retry);
    expect(complaints).toEqual([]);
  });

  it('says below the buttons where else what one does goes, and asks for that nothing of its own', async () => {
    const { page, calls } = await openEntry(entryStatus());
    await page.getByText('What you save also goes to Archive.').waitFor();
    await page.getByText('What you publish also goes to Live.').waitFor();
    expect(calls.filter((call) => call === `GET /entries/${UID}/${ids[0]}`)).toHaveLength(1);
  });

  it('does not say so of what stays here or comes from there', async () => {
    const [live, archive] = entryStatus().sites;
    const sites = [
      { ...live!, direction: 'RECEIVE_ONLY' as const },
      { ...archive!, state: 'unshared' as const, level: 'NONE' as const },
    ];
    const { page } = await openEntry(entryStatus({ sites }));
    await page.getByRole('region', { name: 'Archive' }).getByText('Not shared').waitFor();
    expect(await page.getByText('also goes to').count()).toBe(0);
  });

  it.each(['light', 'dark'] as const)(
    'tells on demand what was done last, and by whom, in the %s theme',
    async (theme) => {
      const { page, complaints, screenshot } = await openEntry(entryStatus(), { theme });
      const button = page.getByRole('button', { name: 'Recent changes' });
      expect(await button.getAttribute('aria-expanded')).toBe('false');
      await button.press('Enter');
      await page.getByText('Published by Ada Lovelace').waitFor();
      await page.getByText('Edited by Dora. Set aside: another version took its place.').waitFor();
      await page.getByText('Edited on Archive by Ben and Cho').waitFor();
      await page.getByText('Recorded for the first time').waitFor();
      expect(await button.getAttribute('aria-expanded')).toBe('true');
      await screenshot(`panel-recent-${theme}`);
      expect(complaints).toEqual([]);
    }
  );

  it('says what an entry waits for of which not all has come here yet', async () => {
    const [, archive] = entryStatus().sites;
    const waits = { ...archive!, state: 'incomplete' as const, waitsFor: null, since: null };
    const { page, complaints, screenshot } = await openEntry(entryStatus({ sites: [waits] }));
    const region = page.getByRole('region', { name: 'Archive' });
    await region.getByText('Waits for the rest').waitFor();
    await region.getByText('Archive gets it as soon as the rest has.').waitFor();
    await screenshot('panel-rest');
    expect(complaints).toEqual([]);
  });

  it('says where an entry is edited that is read-only here', async () => {
    const [live] = entryStatus().sites;
    const { page, screenshot } = await openEntry(
      entryStatus({
        sites: [{ ...live!, direction: 'RECEIVE_ONLY' }],
        lockedBy: { link: 'live', name: 'Live', url: 'https://live.example/api' },
      })
    );
    await page.getByText('Edited at Live, read-only here').waitFor();
    expect(await page.getByRole('link', { name: 'Open Live' }).getAttribute('href')).toBe('https://live.example');
    // What is typed is not lost to a refusal: it cannot be saved in the first place.
    await page.getByRole('textbox', { name: 'name' }).fill('Of this site');
    await still(page);
    expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
    await screenshot('panel-locked');
  });

  it('says where else an entry is deleted before it is', async () => {
    const [live, archive] = entryStatus().sites;
    const waiting = { ...archive!, state: 'unpublished' as const, since: null, level: 'PUBLISHED' as const };
    const { page, screenshot } = await openEntry(entryStatus({ sites: [live!, waiting] }));
    await page.getByText('What you publish also goes to Live and Archive.').waitFor();
    await page.getByRole('button', { name: 'More actions' }).first().click();
    await page.getByRole('menuitem', { name: /Delete entry/ }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('Are you sure you want to delete this document?').waitFor();
    expect(await dialog.getByText('It is deleted on Live, too.').count()).toBe(1);
    await screenshot('panel-delete');
  });

  it('lets be saved what is this site’s own where an entry is read-only here, and names it', async () => {
    const [live] = entryStatus().sites;
    const { page, screenshot } = await openEntry(
      entryStatus({
        sites: [{ ...live!, direction: 'RECEIVE_ONLY' }],
        lockedBy: { link: 'live', name: 'Live', url: 'https://live.example/api' },
        localFields: ['stock', 'remark'],
      })
    );
    await page.getByText('Save changes to them alone: stock, remark').waitFor();
    await page.getByRole('textbox', { name: 'name' }).fill('Of this site');
    await still(page);
    expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(false);
    await screenshot('panel-local-fields');
  });

  it('says where sharing is paused, and that an unpublished entry is a draft there', async () => {
    const [live] = entryStatus().sites;
    const paused = { ...live!, state: 'paused' as const };
    const gone = {
      ...live!,
      link: 'archive',
      name: 'Archive',
      state: 'unpublished' as const,
      level: 'PUBLISHED' as const,
    };
    const { page, screenshot } = await openEntry(entryStatus({ sites: [paused, gone] }));
    const site = (name: string) => page.getByRole('region', { name });
    await site('Live').getByText('Paused', { exact: true }).waitFor();
    await site('Live').getByText('Sharing with this site is paused.').waitFor();
    await site('Archive').getByText('Visitors of Archive do not see it: it is not published.').waitFor();
    expect(await page.getByRole('button', { name: /Retry/ }).count()).toBe(0);
    await screenshot('panel-paused');
  });

  it('says why nothing goes where this site sends nothing, and promises nothing', async () => {
    const [live, archive] = entryStatus().sites;
    const waiting = { ...live!, state: 'waiting' as const };
    const recording = { ...archive!, state: 'recording' as const, waitsFor: null };
    const message = 'Replication is paused by the configuration (REPLICATION_PAUSED).';
    const { page, screenshot } = await panel.open(`${CONTENT}/${ids[0]}`, {
      'GET /overview': overview({ problems: [{ code: 'PAUSED', message }] }),
      [`GET /entries/${UID}/${ids[0]}`]: entryStatus({ sites: [waiting, recording] }),
    });
    await page.getByText(message).waitFor();
    for (const name of ['Live', 'Archive']) {
      const site = page.getByRole('region', { name });
      await site.getByText('Waits here').waitFor();
      await site.getByText('This site sends nothing at the moment.').waitFor();
    }
    expect(await page.getByText('It is sent in a moment.').count()).toBe(0);
    expect(await page.getByText('On the way').count()).toBe(0);
    await screenshot('panel-silent');
  });

  it('says where the deletion of one language goes, and lets nobody delete one who may not', async () => {
    const [live] = entryStatus().sites;
    let status = entryStatus({ sites: [live!] });
    const address = `/admin/content-manager/collection-types/api::page.page/${translated}?plugins[i18n][locale]=en`;
    const { page, screenshot } = await panel.open(address, {
      'GET /overview': overview(),
      [`GET /entries/api::page.page/${translated}`]: () => status,
    });
    await page.getByText('What you publish also goes to Live.').waitFor();
    await page.getByRole('button', { name: 'More actions' }).first().click();
    await page.getByRole('menuitem', { name: /Delete entry \(English/ }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('This language of it is deleted on Live, too.').waitFor();
    await screenshot('panel-delete-language');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    status = entryStatus({
      sites: [{ ...live!, direction: 'RECEIVE_ONLY' }],
      lockedBy: { link: 'live', name: 'Live', url: 'https://live.example/api' },
    });
    await page.reload();
    await page.getByText('Edited at Live, read-only here').waitFor();
    await page.getByRole('button', { name: 'More actions' }).first().click();
    const entries = page.getByRole('menuitem', { name: /Delete entry/ });
    await entries.first().waitFor();
    for (const entry of await entries.all()) expect(await entry.getAttribute('data-disabled')).not.toBeNull();
  });

  it('goes on showing what was read where asking again fails, and says so', async () => {
    const [live] = entryStatus().sites;
    let broken = false;
    const { page } = await openEntry(() =>
      broken
        ? failure(400, 'The database is locked.', 'LOCKED')
        : entryStatus({ sites: [{ ...live!, state: 'recording' }] })
    );
    await page.getByText('Saved just now').waitFor();
    broken = true;
    await page.getByText('This may be out of date').waitFor();
    await page.getByText('The database is locked.').waitFor();
    expect(await page.getByText('Saved just now').count()).toBe(1);
  });

  it('says that an entry was edited on two sites', async () => {
    const { page, screenshot } = await openEntry(entryStatus({ diverged: true }));
    await page.getByText('each site keeps showing its own version').waitFor();
    await page.getByRole('region', { name: 'Live' }).getByText('Has both versions').waitFor();
    await screenshot('panel-diverged');
  });

  it('shows why a delivery failed', async () => {
    const [live] = entryStatus().sites;
    const failed = { ...live!, state: 'failed' as const, error: 'The other site does not know the field “slug”.' };
    const { page, screenshot } = await openEntry(entryStatus({ sites: [failed] }));
    await page.getByText('The other site does not know the field “slug”.').waitFor();
    await screenshot('panel-failed');
  });

  it('says what the other site answered while a delivery is tried again', async () => {
    const [live] = entryStatus().sites;
    const error = 'By its own rules this site only sends these entries.';
    const refused = { ...live!, state: 'waiting' as const, error, retryAt: Date.now() + 60_000 };
    const { page, screenshot } = await openEntry(entryStatus({ sites: [refused] }));
    await page.getByText('Being retried').waitFor();
    await page.getByText(`Live did not accept it. It answered: “${error}”`).waitFor();
    await screenshot('panel-retrying');
  });

  it('says it in the language of whoever looks', async () => {
    const { page, screenshot } = await openEntry(entryStatus(), { language: 'de' });
    await page.getByText('Archive hat keinen Inhaltstyp „api::author.author“.').waitFor();
    await screenshot('panel-german');
  });

  it('leads to linking a site where none is linked', async () => {
    const { page } = await openEntry(entryStatus({ sites: [] }));
    await page.getByRole('link', { name: 'Link a site' }).click();
    await page.getByRole('heading', { name: 'Replication', exact: true }).waitFor();
  });

  it('says what is wrong where the status cannot be read, and leaves the form alone', async () => {
    const { page, screenshot } = await openEntry(
      failure(400, 'Replication is not running on this site.', 'NOT_RUNNING')
    );
    await page.getByText('Replication is not running on this site.').waitFor();
    await page.getByRole('textbox', { name: 'name' }).waitFor();
    await screenshot('panel-error');
  });

  it('is not there for an entry that is not saved yet', async () => {
    const { page } = await panel.open(`${CONTENT}/create`, {
      'GET /overview': overview(),
      [`GET /entries/${UID}/create`]: entryStatus(),
    });
    await page.getByRole('textbox', { name: 'name' }).waitFor();
    // Where it is about to go is no secret before it does.
    await page.getByText('What you publish also goes to Live.').waitFor();
    expect(await page.getByRole('heading', { name: 'Linked sites' }).count()).toBe(0);
  });
});

describe('what is deleted from a list', () => {
  const ask = { 'POST /entries/status': (route: Route) => batch(route.request().postDataJSON().documentIds) };

  it('is deleted on other sites as well, as is said before it is', async () => {
    const { page, screenshot } = await panel.open(CONTENT, ask);
    await page.getByText('Edited on two sites').waitFor();
    await page.getByRole('button', { name: 'Row actions' }).first().click();
    await page.getByRole('menuitem', { name: /Delete/ }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('It is deleted on Live, too.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    for (const box of (await page.getByRole('checkbox').all()).slice(1, 3)) await box.click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await dialog.getByText('They are deleted on Live, too.').waitFor();
    await screenshot('list-delete');
  });
});

describe('the column in a list', () => {
  it('shows the most pressing state of each entry with one request for the page', async () => {
    const { page, calls, complaints, screenshot } = await panel.open(CONTENT, {
      'POST /entries/status': (route) => batch(route.request().postDataJSON().documentIds),
    });
    await page.getByText('Edited on two sites').waitFor();
    await page.getByText('Failed').waitFor();
    // Beside the entry's name: at the end of a list with long texts nobody would see it.
    const headers = await page.locator('thead th').allInnerTexts();
    expect(headers.map((text) => text.trim().toLowerCase())).toContain('linked sites');
    expect(headers.findIndex((text) => /linked sites/i.test(text))).toBe(
      headers.findIndex((text) => /^name$/i.test(text.trim())) + 1
    );
    await screenshot('list-column');
    expect(calls.filter((call) => call === 'POST /entries/status')).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  const column = (page: Page) =>
    page.evaluate(() => {
      const at = [...document.querySelectorAll('thead th')].findIndex((th) =>
        /linked sites/i.test(th.textContent ?? '')
      );
      return [...document.querySelectorAll('tbody tr')].map((row) => row.children[at]?.textContent?.trim());
    });

  it('is empty for whoever may not know it', async () => {
    const { page } = await panel.enter();
    await withoutPermission(page, 'plugin::replication.');
    const calls = await answer(page, {});
    await page.goto(CONTENT);
    await page.getByRole('gridcell', { name: 'Ben' }).waitFor();
    expect(await column(page)).toEqual(['', '', '']);
    expect(calls).toEqual([]);
  });

  it('says why it is not known where it could not be asked', async () => {
    const { page, screenshot } = await panel.open(CONTENT, {
      'POST /entries/status': failure(400, 'The database is locked.', 'LOCKED'),
    });
    const sign = page.getByRole('img', { name: 'The database is locked.' });
    await sign.first().waitFor();
    expect([await sign.count(), await column(page)]).toEqual([3, ['', '', '']]);
    await sign.first().hover();
    await page.getByRole('tooltip').getByText('The database is locked.').first().waitFor();
    await screenshot('list-column-error');
  });

  it('looks again as long as something is on its way, and names each site on a line of its own', async () => {
    let state: 'waiting' | 'current' = 'waiting';
    const { page, calls, screenshot } = await panel.open(CONTENT, {
      'POST /entries/status': (route) =>
        Object.fromEntries(
          route
            .request()
            .postDataJSON()
            .documentIds.map((id: string) => [
              id,
              {
                state,
                sites: [
                  { name: 'Live', state },
                  { name: 'Archive', state: 'current' },
                ],
                locked: false,
                diverged: false,
              },
            ])
        ),
    });
    await page.getByText('On the way').first().hover();
    const tooltip = page.getByRole('tooltip').locator('span');
    await tooltip.first().waitFor();
    expect(
      await page
        .locator('span', { hasText: /^Live: On the way\nArchive: Up to date$/ })
        .last()
        .evaluate((line) => getComputedStyle(line).whiteSpace)
    ).toBe('pre-line');
    await screenshot('list-column-tooltip');
    state = 'current';
    await page.getByText('On the way', { exact: true }).first().waitFor({ state: 'hidden' });
    await page.getByText('Up to date', { exact: true }).first().waitFor();
    expect(calls.length).toBeGreaterThan(1);
  });

  it('promises nothing where this site sends nothing', async () => {
    const brief = {
      state: 'waiting',
      sites: [
        { name: 'Live', state: 'waiting' },
        { name: 'Archive', state: 'current' },
      ],
      locked: false,
      diverged: false,
    };
    const { page, screenshot } = await panel.open(CONTENT, {
      'GET /overview': overview({ problems: [{ code: 'PAUSED', message: 'Replication is paused.' }] }),
      'POST /entries/status': (route) =>
        Object.fromEntries(
          route
            .request()
            .postDataJSON()
            .documentIds.map((id: string) => [id, brief])
        ),
    });
    await page.getByText('Waits here', { exact: true }).first().hover();
    await page
      .locator('span', { hasText: /^Live: Waits here\nArchive: Up to date$/ })
      .first()
      .waitFor();
    expect(await page.getByText('On the way').count()).toBe(0);
    await screenshot('list-column-silent');
  });
});

describe('what they ask of the site', () => {
  const list = 'POST /entries/status';
  const entry = (n: number) => `GET /entries/${UID}/${ids[n]}`;
  const [live] = entryStatus().sites;
  const status = (state: 'current' | 'waiting') => entryStatus({ sites: [{ ...live!, state }] });

  /** In a browser whose clock is ours: everything that is asked of the plugin, in order. */
  const open = async (path: string, states: ('current' | 'waiting')[]) => {
    const { page } = await panel.enter();
    await page.clock.install();
    const calls = await answer(page, {
      'GET /overview': overview(),
      [list]: (route) => batch(route.request().postDataJSON().documentIds),
      [entry(0)]: () => status(states.shift() ?? 'current'),
      [entry(1)]: status('current'),
    });
    await page.goto(path);
    return { page, calls };
  };

  it('is one request for an entry and one for the site, and of the entry again each 15 s, or each 2 s while something is under way', async () => {
    const { page, calls } = await open(`${CONTENT}/${ids[0]}`, ['current', 'waiting', 'current']);
    await page.getByText('Up to date').waitFor();
    await page.waitForLoadState('networkidle');
    expect([...calls].sort()).toEqual([entry(0), 'GET /overview']);
    await page.clock.runFor(8_000);
    expect(calls).toHaveLength(2);
    await page.clock.runFor(8_000);
    await page.getByText('Up to date').waitFor({ state: 'hidden' });
    expect(calls).toHaveLength(3);
    await page.clock.runFor(2_500);
    await page.getByText('Up to date').waitFor();
    expect(calls.filter((call) => call !== 'GET /overview')).toEqual([entry(0), entry(0), entry(0)]);
  });

  it('is one request for a page of a list, none later, and as before for an entry that is opened from it', async () => {
    const { page, calls } = await open(CONTENT, []);
    await page.getByText('Edited on two sites').waitFor();
    await page.waitForLoadState('networkidle');
    expect(calls).toEqual([list]);
    await page.clock.runFor(60_000);
    expect(calls).toEqual([list]);
    await page.getByRole('gridcell', { name: 'Ben' }).click();
    await page.getByText('Up to date').waitFor();
    await page.waitForLoadState('networkidle');
    expect([...calls].sort()).toEqual([entry(1), 'GET /overview', list]);
  });
});
