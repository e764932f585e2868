import { newEntry } from '../../../server/src/replication/capture/gather';
import type { EntityKey } from '../../../server/src/replication/entity';
import { applyConfiguredLinks, readConfiguredLinks } from '../../../server/src/replication/link/configured';
import { leave } from '../../../server/src/replication/link/leave';
import type { Row } from '../../../server/src/replication/tables';
import { createLinkedSite, linkByCode } from './linked-site';
import type { LinkedSite } from './linked-site';

/**
 * What a link that ends had made read-only is decided again, however it ends. That is written down with its end: so the
 * tests look at the jobs, and nobody here works on them.
 */
describe('whatever ends a link', () => {
  let a: LinkedSite;
  let b: LinkedSite;
  beforeEach(async () => {
    a = await createLinkedSite('Staging');
    b = await createLinkedSite('Live');
  });
  afterEach(() => Promise.all([a.close(), b.close()]));
  const idA = () => a.identity.instance;
  const idB = () => b.identity.instance;
  const link = () => linkByCode(a, b);
  /** On the site `a`; what came to be when the link was made is done. */
  const somethingReadOnly = () =>
    a.store.transaction(async ({ tables }) => {
      await tables.remove('jobs', {});
      await tables.insert(
        'entries',
        [{ ...newEntry('entity' as EntityKey, 'api::article.article', 'x'), locked: 1 }],
        'fail'
      );
    });
  const decidedAgain = async () => {
    const jobs = await a.store.transaction(({ tables }) => tables.find('jobs', { state: 'running' }));
    return jobs.map(({ id }) => id);
  };
  const expected = ['decide api::article.article'];

  it('here, by a person', async () => {
    await link();
    await somethingReadOnly();
    a.network.down = true;
    await a.desk.unlink(idB());
    expect(await decidedAgain()).toEqual(expected);
  });

  it('also of what it shared and made not read-only', async () => {
    await link();
    const replica = { entity: 'entity', link: idB(), uid: 'api::page.page' } as Row<'replicas'>;
    await a.store.transaction(({ tables }) => tables.insert('replicas', [replica], 'fail'));
    await a.desk.unlink(idB());
    expect(await decidedAgain()).toEqual(['decide api::page.page']);
  });

  it('there, by a person', async () => {
    await link();
    await somethingReadOnly();
    await b.desk.unlink(idA());
    expect(await a.stateOf(idB())).toBe('UNLINKED');
    expect(await decidedAgain()).toEqual(expected);
  });

  it('by a site that has lost its links', async () => {
    await link();
    await somethingReadOnly();
    await b.store.transaction(({ tables }) => tables.remove('links', {}));
    const [row] = await a.desk.list();
    expect(await a.exchange.exchange(row!)).toBe('UNLINKED');
    expect(await decidedAgain()).toEqual(expected);
  });

  it('by a line of the configuration that is gone', async () => {
    const configure = (links: unknown) =>
      a.store.transaction((unit) => applyConfiguredLinks(unit, readConfiguredLinks(links), a.identity, 1));
    await configure([{ url: b.url, publicKey: b.identity.publicKey }]);
    await somethingReadOnly();
    await configure([]);
    expect(await a.stateOf(idB())).toBe('UNLINKED');
    expect(await decidedAgain()).toEqual(expected);
  });

  it('by leaving, when others could not be told', async () => {
    await link();
    await somethingReadOnly();
    a.network.down = true;
    const options = { store: a.store, clock: a.clock, site: { name: 'Staging' }, exchange: a.exchange } as never;
    await expect(leave(options, { name: 'Staging', evenIfUntold: false })).rejects.toMatchObject({
      code: 'SITES_NOT_TOLD',
    });
    expect(await decidedAgain()).toEqual(expected);
  });
});

/** Rules of the configuration outlive a link: nothing else says that what they share is to be decided again. */
describe('whatever brings a link back', () => {
  let a: LinkedSite;
  let b: LinkedSite;
  beforeEach(async () => {
    a = await createLinkedSite('Staging');
    b = await createLinkedSite('Live');
  });
  afterEach(() => Promise.all([a.close(), b.close()]));
  const idB = () => b.identity.instance;
  const rule = (scope: 'type' | 'instance', uid: string, link = idB()): Row<'rules'> => ({
    ...{ id: `${link}${uid}`, scope, uid, link, locked: 1, created_at: 1, dependencies: null },
    ...{ level: 'EVERYTHING', direction: 'BOTH' },
  });
  const ended = async (...rules: Row<'rules'>[]) => {
    await a.store.transaction(async ({ tables }) => {
      await tables.insert('rules', rules, 'fail');
      await tables.insert(
        'entries',
        ['api::page.page', 'plugin::upload.file'].map((uid) => newEntry(uid as EntityKey, uid, 'x')),
        'fail'
      );
    });
    await a.desk.unlink(idB());
    await a.store.transaction(({ tables }) => tables.remove('jobs', {}));
  };
  const decidedAgain = async () => {
    const jobs = await a.store.transaction(({ tables }) => tables.find('jobs', { state: 'running' }));
    return jobs.map(({ id }) => id).sort();
  };
  const configure = (links: unknown) =>
    a.store.transaction((unit) => applyConfiguredLinks(unit, readConfiguredLinks(links), a.identity, 1));

  it('has what its rules name decided again when both have accepted it', async () => {
    await linkByCode(a, b);
    await ended(rule('type', 'api::article.article'), rule('type', 'api::tag.tag', 'another'));
    await b.desk.redeem((await a.desk.issueCode()).code);
    expect(await decidedAgain()).toEqual([]);
    await a.desk.accept(idB());
    expect(await decidedAgain()).toEqual(['decide api::article.article']);
  });

  it('also where it was asked for here', async () => {
    await linkByCode(a, b);
    await ended(rule('type', 'api::article.article'));
    await linkByCode(b, a);
    await a.exchange.poll();
    expect(await a.stateOf(idB())).toBe('REGISTERED');
    expect(await decidedAgain()).toEqual(['decide api::article.article']);
  });

  it('or all that has a history, where they are for the whole site; files go with what uses them', async () => {
    await linkByCode(a, b);
    await ended(rule('type', 'api::article.article'), rule('instance', ''));
    await configure([{ url: b.url, publicKey: b.identity.publicKey }]);
    expect(await decidedAgain()).toEqual(['decide api::article.article', 'decide api::page.page']);
  });
});
