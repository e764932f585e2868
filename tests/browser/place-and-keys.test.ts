import type { Theme } from './chromium';
import { startPanel, type Answers } from './panel';
import { link, overview, QUEUE, SITE } from './replication-answers';

const panel = startPanel();

const open = (answers: Answers, theme: Theme = 'light') => panel.open('/admin/plugins/replication', answers, { theme });

const DAYS = 86_400_000;
const question = {
  urlBefore: 'https://live.example/api',
  urlNow: 'http://staging.example/api',
  differs: ['url', 'path', 'inode'],
  boundAt: Date.now() - 40 * DAYS,
};
const KEYS = [
  { id: 'k1', fingerprint: '7c20 11ab 9e5f 3d44', createdAt: Date.now() - 400 * DAYS, inUse: false, revokedAt: null },
  { id: 'k2', fingerprint: 'a1b2 c3d4 e5f6 0718', createdAt: Date.now() - 2 * DAYS, inUse: true, revokedAt: null },
];

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it('the page asks whether a site was moved or is a copy', async () => {
    const asking = overview({
      question,
      links: [link({ counts: { queued: 3, held: 0, failed: 0, stopped: 0, done: 142 } })],
    });
    const { page, complaints, screenshot } = await open({ 'GET /overview': asking }, theme);
    await page.getByText('Was this site moved, or is it a copy?').waitFor();
    await page.getByText('https://live.example/api').waitFor();
    // Nothing of what its card offers would work.
    const live = page.getByRole('region', { name: 'Live' });
    await live.getByText('3 wait here').waitFor();
    expect(await live.getByRole('button').allInnerTexts()).toEqual(['Sharing rules', 'Queue']);
    expect(await live.getByText('Somebody whose role may').count()).toBe(0);
    await screenshot(`place-${theme}`);
    await page.getByRole('button', { name: 'This is a copy' }).click();
    await page.getByText('It becomes a site of its own').waitFor();
    await screenshot(`place-copy-${theme}`);
    expect(complaints).toEqual([]);
  });

  it('a linked site’s keys are shown', async () => {
    const { page, complaints, screenshot } = await open(
      {
        'GET /overview': overview({ links: [link()] }),
        'GET /links/live/keys': [
          ...KEYS,
          { ...KEYS[0], id: 'k0', fingerprint: '55ee 0b0b 71c2 9a90', revokedAt: Date.now() - DAYS },
        ],
      },
      theme
    );
    await page.getByRole('button', { name: 'Change key' }).waitFor();
    await screenshot(`this-site-${theme}`);
    await page.getByRole('button', { name: 'Keys', exact: true }).click();
    await page.getByText('7c20 11ab 9e5f 3d44').waitFor();
    await screenshot(`keys-${theme}`);
    expect(complaints).toEqual([]);
  });
});

describe('whoever may link sites', () => {
  it('answers “moved” after being told what it means', async () => {
    const { page, calls } = await open({
      'GET /overview': overview({ question }),
      'POST /site/moved': overview(),
    });
    await page.getByRole('button', { name: 'This site was moved here' }).click();
    await page.getByText('two sites with one identity undo each other').waitFor();
    expect(calls).not.toContain('POST /site/moved');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('Replication goes on here').waitFor();
    expect(calls).toContain('POST /site/moved');
  });

  it('is told what keeps this site from being linked', async () => {
    const { page } = await open({ 'GET /overview': overview({ question }) });
    await page.getByText('once it is answered above whether it was moved or is a copy').waitFor();
    expect(await page.getByText('Somebody whose role may link sites can do that here').count()).toBe(0);
  });

  it('reads in the queue why nothing goes', async () => {
    const waiting = { ...QUEUE.items[0]!, state: 'queued' as const, error: null, retryAt: Date.now() + 60_000 };
    const { page } = await panel.open('/admin/plugins/replication?tab=queue', {
      'GET /overview': overview({ question, links: [link()] }),
      'GET /links/live/queue': { ...QUEUE, items: [waiting] },
    });
    await page.getByText('This site sends nothing at the moment.').waitFor();
    expect(await page.getByText('It is sent in a moment.').count()).toBe(0);
    expect(await page.getByRole('button', { name: /^Retry/ }).count()).toBe(0);
  });

  it('answers “copy”', async () => {
    const { page, calls } = await open({ 'GET /overview': overview({ question }), 'POST /site/copy': overview() });
    await page.getByRole('button', { name: 'This is a copy' }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('This is a site of its own now').waitFor();
    expect(calls).toContain('POST /site/copy');
  });

  it('changes this site’s key', async () => {
    const { page, calls } = await open({
      'GET /overview': overview({ links: [link()] }),
      'POST /site/key': SITE,
    });
    await page.getByRole('button', { name: 'Change key' }).click();
    await page.getByText('Change the key of this site?').waitFor();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('This site has a new key').waitFor();
    expect(calls).toContain('POST /site/key');
  });

  it('revokes a key of a linked site, and is told what that stops', async () => {
    const { page, calls, screenshot } = await open({
      'GET /overview': overview({ links: [link()] }),
      'GET /links/live/keys': KEYS,
      'POST /links/live/keys/k2/revoke': KEYS,
    });
    await page.getByRole('button', { name: 'Keys', exact: true }).click();
    await page.getByRole('button', { name: 'Revoke a1b2 c3d4 e5f6 0718' }).click();
    await page.getByText('sharing is paused').waitFor();
    await screenshot('key-revoke');
    expect(calls).not.toContain('POST /links/live/keys/k2/revoke');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('The key a1b2 c3d4 e5f6 0718 is revoked').waitFor();
    expect(calls).toContain('POST /links/live/keys/k2/revoke');
  });
});
