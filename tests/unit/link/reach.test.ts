import type { LinkView } from '../../../server/src/contracts';
import { createLinkedSite, type LinkedSite } from './linked-site';

/** `hidden` can call `open`, and nobody can call `hidden`. */
let open: LinkedSite;
let hidden: LinkedSite;
beforeEach(async () => {
  [open, hidden] = await Promise.all([createLinkedSite('Open'), createLinkedSite('Hidden')]);
  open.network.down = true;
});
afterEach(async () => {
  await Promise.all([open.close(), hidden.close()]);
});

const linkOf = async (site: LinkedSite) => (await site.desk.list())[0]!;
const MINUTE = 60_000;
/** Time passes, and both do what they do every few seconds. */
const pass = async (ms: number) => {
  for (const site of [open, hidden]) site.clock.shift += ms;
  await open.exchange.poll();
  await hidden.exchange.poll();
};
const link = async () => {
  const { code } = await open.desk.issueCode();
  await hidden.desk.redeem(code);
  await open.desk.accept(hidden.identity.instance);
  await pass(31_000);
};

describe('who fetches is found out', () => {
  it('where a code is answered by a site that can not be called: it hears that it is accepted, and fetches', async () => {
    await link();
    expect(await linkOf(hidden)).toMatchObject({ state: 'REGISTERED', fetching: 'HERE', failures: 0 });
    expect(await linkOf(open)).toMatchObject({ state: 'REGISTERED', fetching: 'THERE', failures: 0, last_error: null });
  });

  it('also where nobody looks at the acceptance for long: it is asked for every half minute', async () => {
    const { code } = await open.desk.issueCode();
    await hidden.desk.redeem(code);
    for (let times = 0; times < 20; times += 1) await pass(MINUTE);
    await open.desk.accept(hidden.identity.instance);
    await pass(31_000);
    expect(await linkOf(hidden)).toMatchObject({ state: 'REGISTERED', fetching: 'HERE' });
  });

  it('and not where both can call', async () => {
    open.network.down = false;
    await link();
    for (let times = 0; times < 5; times += 1) await pass(MINUTE);
    expect(await linkOf(hidden)).toMatchObject({ state: 'REGISTERED', fetching: null });
    expect(await linkOf(open)).toMatchObject({ state: 'REGISTERED', fetching: null });
  });

  it('of a link that was well, when one of both is behind a firewall by now', async () => {
    open.network.down = false;
    await link();
    open.network.down = true;
    for (let times = 0; times < 40; times += 1) await pass(MINUTE);
    expect(await linkOf(hidden)).toMatchObject({ fetching: 'HERE' });
    expect(await linkOf(open)).toMatchObject({ fetching: 'THERE', failures: 0 });
  });

  it('and ends when it can be called again', async () => {
    await link();
    open.network.down = false;
    for (let times = 0; times < 12; times += 1) await pass(MINUTE);
    expect(await linkOf(open)).toMatchObject({ fetching: null });
    for (let times = 0; times < 12; times += 1) await pass(MINUTE);
    expect(await linkOf(hidden)).toMatchObject({ fetching: null });
  });

  it('a site that was away for a moment is called first, and not left to fetch', async () => {
    open.network.down = false;
    await link();
    // Deliveries have failed while it was away.
    await open.store.transaction(({ tables }) =>
      tables.update('links', {}, { failures: 7, retry_at: open.clock.now() + MINUTE, last_error: 'It was away.' })
    );
    await hidden.exchange.exchange(await linkOf(hidden));
    expect(await linkOf(open)).toMatchObject({ fetching: 'DOUBTED', failures: 0, retry_at: 0 });
    expect(await linkOf(hidden)).toMatchObject({ fetching: null });
    await open.exchange.poll();
    expect(await linkOf(open)).toMatchObject({ fetching: null, failures: 0 });
  });

  it('one that fetches is not said to fail, though it is called now and then', async () => {
    await link();
    for (let times = 0; times < 30; times += 1) await pass(MINUTE);
    expect(await linkOf(open)).toMatchObject({ fetching: 'THERE', failures: 0, last_error: null });
  });

  it('and a test says so', async () => {
    await link();
    expect(await open.desk.test(hidden.identity.instance)).toMatchObject({ ok: true, cause: 'FETCHES' });
    open.clock.shift += 5 * MINUTE;
    expect(await open.desk.test(hidden.identity.instance)).toMatchObject({ ok: false, cause: 'FETCHES' });
    const view: Pick<LinkView, 'failures'> = await linkOf(open);
    expect(view.failures).toBe(0);
  });
});

it('a site that fetches learns the newer key of one that can not tell it', async () => {
  await link();
  await open.keys.change();
  await hidden.keys.change();
  await hidden.exchange.exchange(await linkOf(hidden));
  expect(await linkOf(hidden)).toMatchObject({ fingerprint: open.identity.fingerprint, failures: 0 });
  expect(await linkOf(open)).toMatchObject({ fingerprint: hidden.identity.fingerprint });
});

it('a site at rest that has forgotten the link does not end it here: perhaps its database was put back', async () => {
  open.network.down = false;
  await link();
  await open.store.transaction(({ tables }) => tables.remove('links', {}));
  for (let times = 0; times < 12; times += 1) await pass(MINUTE);
  expect(await linkOf(hidden)).toMatchObject({
    state: 'REGISTERED',
    last_error: expect.stringContaining('NOT_LINKED'),
  });
});
