import { settles } from '../support/wait';
import { seriousFindings } from './accessibility';
import type { Theme } from './chromium';
import { startPanel, type Answers } from './panel';
import { answer, failure, link, overview } from './replication-answers';
import { withoutPermission } from './without-permission';

const panel = startPanel();

const LINKS = [link(), link({ id: 'archive', name: 'Archive' })];
const LEAVE = 'Disconnect and remove data';

const open = async (answers: Answers, theme: Theme = 'light') => {
  const opened = await panel.open('/admin/plugins/replication', answers, { theme });
  const dialog = opened.page.getByRole('dialog');
  const name = dialog.getByRole('textbox', { name: /Type the name of this site/ });
  const confirm = dialog.getByRole('button', { name: LEAVE });
  return { ...opened, dialog, name, confirm };
};

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it('the dialog says what is lost and what stays, and wants the name of the site', async () => {
    let sent: unknown = null;
    let links = LINKS;
    const { page, dialog, name, confirm, complaints, screenshot } = await open(
      {
        'GET /overview': () => overview({ links }),
        'POST /site/leave': (route) => {
          sent = route.request().postDataJSON();
          links = [];
          return overview();
        },
      },
      theme
    );
    await page.getByRole('region', { name: 'This site' }).getByRole('button', { name: LEAVE }).click();
    await dialog.getByText('Disconnect Staging and remove its replication data?').waitFor();
    await dialog.getByText('All 2 linked sites are unlinked, and told so: Live, Archive.').waitFor();
    await dialog.getByText('The history of all entries').waitFor();
    await dialog.getByText('Links, keys and sharing rules').waitFor();
    await dialog.getByText('All entries and files of this site.').waitFor();
    expect(await confirm.isDisabled()).toBe(true);
    await name.fill('Live');
    expect(await confirm.isDisabled()).toBe(true);
    await screenshot(`leave-${theme}`);
    expect(await seriousFindings(dialog)).toEqual([]);
    await name.fill('Staging');
    await confirm.click();
    await page.getByText('This site is disconnected and its replication data are removed').waitFor();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('This site is not linked with another one yet.').waitFor();
    expect(sent).toEqual({ name: 'Staging', evenIfUntold: false });
    expect(complaints).toEqual([]);
  });

  it('the dialog stays where a site could not be told, and leaves all the same when that is chosen', async () => {
    const message = 'All sites are unlinked here, and no data was removed yet, because “Archive” could not be told.';
    const sent: unknown[] = [];
    let links = LINKS;
    const { page, dialog, name, confirm, screenshot } = await open(
      {
        'GET /overview': () => overview({ links }),
        'POST /site/leave': (route) => {
          sent.push(route.request().postDataJSON());
          links = [];
          return sent.length < 2 ? failure(400, message, 'SITES_NOT_TOLD') : overview();
        },
      },
      theme
    );
    await page.getByRole('region', { name: 'This site' }).getByRole('button', { name: LEAVE }).click();
    await name.fill('Staging');
    await confirm.click();
    await dialog.getByText('Not every site could be told').waitFor();
    await dialog.getByText(message).waitFor();
    const anyway = dialog.getByRole('checkbox', { name: /Remove the data all the same/ });
    await anyway.scrollIntoViewIfNeeded();
    await screenshot(`leave-untold-${theme}`);
    expect(await seriousFindings(dialog)).toEqual([]);
    await anyway.click();
    await confirm.click();
    await dialog.waitFor({ state: 'hidden' });
    expect(sent).toEqual([
      { name: 'Staging', evenIfUntold: false },
      { name: 'Staging', evenIfUntold: true },
    ]);
  });

  it('is offered for this site, which leaves all others, and not beside one of them', async () => {
    const { page, dialog, screenshot } = await open({ 'GET /overview': overview({ links: LINKS }) }, theme);
    const live = page.getByRole('region', { name: 'Live' });
    await live.getByRole('button', { name: 'Unlink' }).waitFor();
    expect(await live.getByRole('button', { name: LEAVE }).count()).toBe(0);
    const here = page.getByRole('region', { name: 'This site' });
    await here.scrollIntoViewIfNeeded();
    await screenshot(`leave-offered-${theme}`);
    await here.getByRole('button', { name: LEAVE }).click();
    await dialog.getByText('told so: Live, Archive').waitFor();
  });
});

describe('the page', () => {
  it('says what went wrong, and offers nothing that would not help', async () => {
    const { page, dialog, name, confirm } = await open({
      'GET /overview': overview({ links: LINKS }),
      'POST /site/leave': failure(400, 'Links of this site come from the configuration.', 'LINK_LOCKED'),
    });
    await page.getByRole('region', { name: 'This site' }).getByRole('button', { name: LEAVE }).click();
    await name.fill('Staging');
    await confirm.click();
    await dialog.getByText('This site was not disconnected').waitFor();
    await dialog.getByText('Links of this site come from the configuration.').waitFor();
    expect(await dialog.getByRole('checkbox').count()).toBe(0);
  });

  it('offers it also where no site is linked any more', async () => {
    const { page, dialog, screenshot } = await open({ 'GET /overview': overview() });
    await page.getByRole('region', { name: 'This site' }).getByRole('button', { name: LEAVE }).click();
    await dialog.getByText('This is lost for good').waitFor();
    expect(await dialog.getByText(/told so/).count()).toBe(0);
    await page.keyboard.press('Escape');
    await screenshot('leave-nobody-linked');
  });

  it('does not offer it to who may only link sites', async () => {
    const { page } = await panel.enter();
    await answer(page, { 'GET /jobs': [], 'GET /overview': overview({ links: LINKS }) });
    await withoutPermission(page, 'plugin::replication.site.leave');
    await page.goto('/admin/plugins/replication');
    await page.getByRole('button', { name: 'Unlink' }).first().waitFor();
    expect(await page.getByRole('button', { name: LEAVE }).count()).toBe(0);
  });

  it('really leaves', async () => {
    const { page, name, confirm } = await open({});
    const here = page.getByRole('region', { name: 'This site' });
    const fingerprint = () => here.getByText(/Fingerprint/).innerText();
    await here.waitFor();
    const before = await fingerprint();
    await here.getByRole('button', { name: LEAVE }).click();
    await name.fill('staging');
    await confirm.click();
    await page.getByText('This site is disconnected and its replication data are removed').waitFor();
    // The page asks anew for what is there now.
    await settles(async () => expect(await fingerprint()).not.toBe(before));
  });
});
