import { applyConfiguredRules } from '../../../server/src/replication/controller/configured-rules';
import { ruleProblems } from '../../../server/src/replication/controller/rule-links';
import { dropLinks, moveLink } from '../../../server/src/replication/link/rows';
import type { Schemas } from '../../../server/src/replication/ports';
import type { Row } from '../../../server/src/replication/tables';
import { newStore } from '../http/two-sites';

const ARTICLE = 'api::article.article';
const PAGE = 'api::page.page';
const schemas = {
  types: () => [ARTICLE, PAGE],
  type: () => ({ attributes: {} }),
  components: () => null,
} as unknown as Schemas;

const LIVE = '11111111-1111-8111-8111-111111111111';
const OTHER = '22222222-2222-8222-8222-222222222222';
const URL = 'https://live.example/api';

const link = (id: string, more: Partial<Row<'links'>> = {}): Row<'links'> => ({
  id,
  name: `Site ${id[0]}`,
  url: `https://site${id[0]}.example/api`,
  state: 'REGISTERED',
  fingerprint: '',
  granted: '["*"]',
  paused: 0,
  locked: 0,
  failures: 0,
  retry_at: 0,
  last_contact_at: null,
  last_error: null,
  fetching: null,
  created_at: 0,
  ...more,
});

const rule = (called: string, uid = ARTICLE) => ({ link: called, scope: 'type', uid, level: 'EVERYTHING' });

const newSite = (...links: Row<'links'>[]) => {
  const store = newStore();
  let now = 1;
  const inserted = store.transaction(({ tables }) => tables.insert('links', links, 'fail'));
  return {
    /** As each start does. */
    start: async (given: unknown) => {
      await inserted;
      const options = { schemas, clock: { now: () => (now += 1_000) } };
      return store.transaction((unit) => applyConfiguredRules(unit, options, given));
    },
    add: (row: Row<'links'>) => store.transaction(({ tables }) => tables.insert('links', [row], 'fail')),
    change: (id: string, patch: Partial<Row<'links'>>) =>
      store.transaction(({ tables }) => tables.update('links', { id }, patch)),
    move: (id: string, state: Row<'links'>['state']) => store.transaction((unit) => moveLink(unit, id, state, now)),
    dropLinks: () => store.transaction((unit) => dropLinks(unit)),
    /** What rules from the configuration share with whom. */
    rules: async () => {
      const rows = await store.transaction(({ tables }) => tables.find('rules', { locked: 1 }));
      return rows.map((row) => `${row.link === LIVE ? 'live' : 'other'} ${row.uid}`).sort();
    },
    /** Types of which something is decided again since this was last asked. */
    jobs: () =>
      store.transaction(async ({ tables }) => {
        const jobs = await tables.find('jobs', {});
        await tables.remove('jobs', {});
        return jobs.map(({ subject }) => subject).sort();
      }),
    problems: () => store.transaction((unit) => ruleProblems(unit)),
    /** As sites were before it was noted whom a name means. */
    forget: () => store.transaction(({ tables }) => tables.remove('settings', {})),
  };
};

describe('a rule of the configuration', () => {
  it.each([
    ['id', LIVE],
    ['address', URL],
    ['name', 'Live'],
  ])('finds its site by %s', async (_, called) => {
    const site = newSite(link(LIVE, { url: URL, name: 'Live' }), link(OTHER));
    expect(await site.start(JSON.stringify([rule(called)]))).toEqual([]);
    expect(await site.rules()).toEqual([`live ${ARTICLE}`]);
    expect(await site.jobs()).toEqual([ARTICLE]);
    expect(await site.start([rule(called)])).toEqual([]);
    expect(await site.jobs()).toEqual([]);
  });

  it.each([
    ['says another address', { url: 'https://moved.example/api' }, URL],
    ['is renamed', { name: 'Production' }, 'Live'],
  ])('stays with its site when that %s', async (_, patch, called) => {
    const site = newSite(link(LIVE, { url: URL, name: 'Live' }));
    await site.start([rule(called)]);
    await site.jobs();
    await site.change(LIVE, patch);
    expect(await site.start([rule(called)])).toEqual([]);
    expect(await site.rules()).toEqual([`live ${ARTICLE}`]);
    expect(await site.jobs()).toEqual([]);
  });

  it.each([
    ['address', { url: URL }, URL],
    ['name', { name: 'Live' }, 'Live'],
  ])('does not go to another site that takes its %s', async (_, patch, called) => {
    const site = newSite(link(LIVE, { url: URL, name: 'Live' }), link(OTHER));
    await site.start([rule(called)]);
    await site.change(LIVE, { url: 'https://moved.example/api', name: 'Production' });
    await site.change(OTHER, patch);
    await site.start([rule(called)]);
    expect(await site.rules()).toEqual([`live ${ARTICLE}`]);
  });

  it('does not go to another site when its own is over: it waits for that one, and says so', async () => {
    const site = newSite(link(LIVE, { url: URL }), link(OTHER));
    await site.start([rule(URL)]);
    await site.move(LIVE, 'UNLINKED');
    expect(await site.start([rule(URL)])).toEqual([]);
    await site.change(OTHER, { url: URL });
    expect(await site.start([rule(URL)])).toEqual([expect.stringContaining(OTHER)]);
    expect(await site.rules()).toEqual([`live ${ARTICLE}`]);
    await site.move(LIVE, 'REGISTERED');
    expect(await site.start([rule(URL)])).toEqual([]);
    expect(await site.rules()).toEqual([`live ${ARTICLE}`]);
  });

  it('goes to nobody where several sites fit, and says so until it is clear', async () => {
    const site = newSite(link(LIVE, { name: 'Live' }), link(OTHER, { name: 'Live' }));
    expect(await site.start([rule('Live')])).toEqual([expect.stringContaining('several linked sites')]);
    expect(await site.rules()).toEqual([]);
    expect(await site.problems()).toMatchObject([{ code: 'RULES_UNCLEAR', message: expect.stringContaining(LIVE) }]);
    expect(await site.start([rule(LIVE)])).toEqual([]);
    expect(await site.rules()).toEqual([`live ${ARTICLE}`]);
    expect(await site.problems()).toEqual([]);
  });

  it('means the site whose address stands in the configuration, whoever else says that it is there', async () => {
    const site = newSite(link(LIVE, { url: URL, locked: 1 }), link(OTHER, { url: URL, name: URL }));
    await site.start([rule(URL)]);
    expect(await site.rules()).toEqual([`live ${ARTICLE}`]);
  });

  it('stays with its site where another one is given the same place in the configuration, and says so', async () => {
    const site = newSite(link(LIVE, { url: URL, locked: 1 }));
    await site.start([rule(URL)]);
    await site.add(link(OTHER, { url: URL, locked: 1 }));
    expect(await site.start([rule(URL)])).toEqual([expect.stringContaining('several linked sites')]);
    expect(await site.rules()).toEqual([`live ${ARTICLE}`]);
  });

  it.each([
    ['address', { url: URL }, URL],
    ['name', { name: 'Live' }, 'Live'],
  ])('follows its %s in the configuration to another site that takes the place of one', async (_, place, called) => {
    const site = newSite(link(LIVE, { ...place, locked: 1 }));
    await site.start([rule(called)]);
    await site.move(LIVE, 'UNLINKED');
    await site.change(LIVE, { locked: 0 });
    await site.add(link(OTHER, { ...place, locked: 1 }));
    expect(await site.start([rule(called)])).toEqual([]);
    expect(await site.rules()).toEqual([`other ${ARTICLE}`]);
  });

  it('that names a site by its id is for nobody who calls itself so', async () => {
    const site = newSite(link(OTHER, { name: LIVE, url: LIVE }));
    await site.start([rule(LIVE)]);
    expect(await site.rules()).toEqual([]);
  });
});

describe('rules of the configuration go', () => {
  it('with their line, also where the name that stood there fits nobody any more', async () => {
    const site = newSite(link(LIVE, { url: URL }));
    await site.start([rule(URL), rule(URL, PAGE)]);
    await site.jobs();
    await site.change(LIVE, { url: 'https://moved.example/api' });
    await site.start([rule(URL, PAGE)]);
    expect(await site.rules()).toEqual([`live ${PAGE}`]);
    expect(await site.jobs()).toEqual([ARTICLE]);
    await site.start('');
    expect(await site.rules()).toEqual([]);
    expect(await site.jobs()).toEqual([PAGE]);
  });

  it('with their line while the link is over: it comes back without them', async () => {
    const site = newSite(link(LIVE), link(OTHER));
    await site.start([rule(LIVE), rule(OTHER)]);
    await site.move(LIVE, 'UNLINKED');
    await site.start([rule(OTHER)]);
    expect(await site.rules()).toEqual([`other ${ARTICLE}`]);
  });

  it('not because nobody has noted for whom they are, but when the configuration changes', async () => {
    const site = newSite(link(LIVE, { url: URL }), link(OTHER, { name: 'Other' }));
    await site.start([rule(URL), rule('Other')]);
    await site.forget();
    await site.change(LIVE, { url: 'https://moved.example/api' });
    const kept = expect.stringContaining(LIVE);
    expect(await site.start([rule(URL), rule('Other')])).toEqual([kept]);
    expect(await site.start([rule(URL), rule('Other')])).toEqual([kept]);
    expect(await site.rules()).toEqual([`live ${ARTICLE}`, `other ${ARTICLE}`]);
    await site.start([rule('Other')]);
    expect(await site.rules()).toEqual([`other ${ARTICLE}`]);
  });

  it('and are forgotten with all links: the same name may mean another site then', async () => {
    const site = newSite(link(LIVE, { name: 'Live' }));
    await site.start([rule('Live')]);
    await site.dropLinks();
    await site.add(link(OTHER, { name: 'Live' }));
    await site.start([rule('Live')]);
    expect(await site.rules()).toEqual([`other ${ARTICLE}`]);
  });
});
