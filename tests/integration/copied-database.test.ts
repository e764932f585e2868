import type { Overview } from '../../server/src/contracts';
import { startInstance, type Instance } from '../support/instance';
import { linkSites, overview, quiet, share, type Linked } from '../support/link';
import type { HttpError } from '../support/rest';
import { eventually, settles } from '../support/wait';

const CATEGORY = 'api::category.category';

let original: Instance;
let other: Instance;
/** Starts on a copy of the original's database, under another URL. */
let copy: Instance;
let linked: Linked;
let waiting: string;

const save = async (site: Instance, name: string): Promise<string> => {
  const { documentId } = await site.run<{ documentId: string }>(
    "return strapi.documents('api::category.category').create({ data: { name: args, slug: args } })",
    name
  );
  return documentId;
};
const has = (site: Instance, documentId: string) =>
  site.run<boolean>(
    "return (await strapi.db.query('api::category.category').count({ where: { documentId: args } })) > 0",
    documentId
  );
const rows = <T = Record<string, unknown>>(site: Instance, table: string): Promise<T[]> =>
  site.run('return strapi.db.connection(args)', `replication_${table}`);
const queueOf = (site: Instance, id: string) =>
  site.run<{ state: string; sent_hash: string | null }>(
    "return strapi.db.connection('replication_replicas').where({ entity: args }).first()",
    `${CATEGORY}/${id}`
  );
const revisions = async (site: Instance) =>
  (await rows<{ id: string; origin: string }>(site, 'revisions')).sort((a, b) => a.id.localeCompare(b.id));
const post = async (site: Instance, path: string): Promise<Overview> =>
  (await (await site.admin()).post(`/replication${path}`, {})).data;
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: HttpError) => (error.body as { error: { details: { code: string } } }).error.details.code
  );

/** Every address where other sites come in: each is shut. */
const expectShut = async (site: Instance) => {
  for (const [method, path] of [
    ['GET', 'hello'],
    ['POST', 'messages'],
    ['POST', 'ask/compare-buckets'],
    ['PUT', `blobs/${'0'.repeat(64)}`],
    ['POST', 'link'],
    ['POST', 'link/state'],
  ] as const) {
    const answer = await fetch(`${site.url}/api/replication/v1/${path}`, { method });
    expect([path, answer.status, answer.headers.get('replication-error')]).toEqual([path, 503, 'SILENT']);
    expect([path, answer.headers.get('signature')]).toEqual([path, null]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
};

beforeAll(async () => {
  original = await startInstance({ name: 'original' });
  other = await startInstance({ name: 'other' });
  linked = await linkSites(original, other);
  await share(original, linked.first, [{ scope: 'type', uid: CATEGORY, level: 'EVERYTHING', direction: 'BOTH' }]);
  await share(other, linked.second, [{ scope: 'type', uid: CATEGORY, level: 'EVERYTHING', direction: 'BOTH' }]);
  await quiet([original, other]);
  await other.kill();
  waiting = await save(original, 'waiting');
  await eventually(async () => (await queueOf(original, waiting))?.state === 'queued', { what: 'a queue' });
  await original.kill();
  copy = await startInstance({ name: 'copy', copyOf: original });
  await other.start();
  await original.start();
});

describe('a database that was copied to another path and another URL', () => {
  it('asks whether the site was moved or is a copy, and keeps its identity, its links and its queue meanwhile', async () => {
    const { site, question, links, problems } = await overview(copy);
    expect(site!.id).toBe((await overview(original)).site!.id);
    expect(question).toMatchObject({ urlBefore: `${original.url}/api`, urlNow: `${copy.url}/api` });
    expect(question!.differs).toEqual(expect.arrayContaining(['url', copy.databaseFile ? 'inode' : 'database']));
    expect(links).toMatchObject([{ name: 'other', state: 'REGISTERED', counts: { queued: 1 } }]);
    expect(problems).toEqual([]);
  });

  it('sends nothing: what it has queued too comes from the original', async () => {
    // On a server, what it was sending when it ended is sent again after half a minute.
    await eventually(() => has(other, waiting), { within: 100_000, what: 'the original to deliver what waited' });
    await settles(async () => expect(await queueOf(original, waiting)).toMatchObject({ state: 'done' }));
    // The copy was there before, and the other site was up: nothing but its silence kept it from being first.
    expect((await queueOf(copy, waiting)).state).not.toBe('done');
  });

  it('takes nothing in, at no address, and signs no answer in the original’s name', () => expectShut(copy));

  it('does nothing an administrator asks for that would speak in the original’s name', async () => {
    const administrator = await copy.admin();
    const link = (await overview(copy)).links[0]!.id;
    for (const act of ['test', 'pause', 'retry', 'compare', 'accept']) {
      expect([act, await refusal(administrator.post(`/replication/links/${link}/${act}`, {}))]).toEqual([
        act,
        'MOVED_OR_COPIED',
      ]);
    }
    expect(await refusal(administrator.post('/replication/links/codes', {}))).toBe('MOVED_OR_COPIED');
    expect(await refusal(administrator.delete(`/replication/links/${link}`))).toBe('MOVED_OR_COPIED');
  });

  it('still asks after a restart', async () => {
    await copy.restart();
    expect((await overview(copy)).question).not.toBeNull();
  });
});

describe('a copy that is said to be one', () => {
  it('becomes another site, linked with nobody, with the history it had', async () => {
    const saved = await save(copy, 'saved-while-silent');
    expect((await rows<{ document_id: string }>(copy, 'marks')).map((mark) => mark.document_id)).toContain(saved);
    const before = await revisions(copy);
    const was = (await overview(copy)).site!.id;

    const after = await post(copy, '/site/copy');
    expect(after).toMatchObject({ question: null, links: [] });
    expect(after.site!.id).not.toBe(was);
    expect(await rows(copy, 'replicas')).toEqual([]);
    expect(await rows(copy, 'rules')).toEqual([]);
    expect((await revisions(copy)).filter(({ origin }) => origin === was)).toEqual(before);
    const secrets = (await rows<{ instance: string; private_key: string | null }>(copy, 'signing_keys')).filter(
      (key) => key.private_key !== null
    );
    expect(secrets.map(({ instance }) => instance)).toEqual([after.site!.id]);
    // What was saved while nobody knew whose it was is the new site's own.
    await settles(async () => expect(await rows(copy, 'marks')).toEqual([]));
    expect((await revisions(copy)).filter(({ origin }) => origin === after.site!.id)).toHaveLength(1);
    expect(await refusal(post(copy, '/site/copy'))).toBe('NOTHING_ASKED');
  });

  it('is the same site after a restart, and lets others in', async () => {
    const { site } = await overview(copy);
    await copy.restart();
    expect((await overview(copy)).site).toEqual(site);
    expect((await fetch(`${copy.url}/api/replication/v1/hello`)).status).toBe(200);
  });

  it('leaves the original and those linked with it as they were', async () => {
    const [there, back] = [await save(original, 'there'), await save(other, 'back')];
    await eventually(async () => (await has(other, there)) && (await has(original, back)), {
      what: 'the original and its link to go on',
    });
    expect((await overview(original)).question).toBeNull();
    expect((await overview(other)).links).toMatchObject([{ name: 'original', state: 'REGISTERED' }]);
    expect(await has(copy, there)).toBe(false);
  });

  it('can be linked with the original like any other site', async () => {
    const { second } = await linkSites(original, copy);
    await share(original, (await overview(copy)).site!.id, [
      { scope: 'type', uid: CATEGORY, level: 'EVERYTHING', direction: 'SEND_ONLY' },
    ]);
    expect(second).toBe((await overview(original)).site!.id);
    const news = await save(original, 'news');
    await eventually(() => has(copy, news), { what: 'the original to send to its copy' });
    await quiet([original, copy]);
    const { counts } = (await overview(original)).links.find(({ name }) => name === 'copy')!;
    expect(counts).toMatchObject({ failed: 0, held: 0 });
  });
});

describe('a site that was moved', () => {
  let moved: Instance;
  let edited: string;

  it('is silent at first, and for others a site that is down: nothing fails and nothing is lost', async () => {
    await quiet([original, other]);
    await original.kill();
    edited = await save(other, 'edited-meanwhile');
    const { port, url } = original;
    const env = { PUBLIC_URL: url, REPLICATION_PUBLIC_URL: url };
    moved = await startInstance({ name: 'original', copyOf: original, port, env });
    expect((await overview(moved)).question!.differs).not.toContain('url');
    await expectShut(moved);
    await (await other.admin()).post(`/replication/links/${linked.second}/retry`, {});
    await settles(
      async () => {
        const [link] = (await overview(other)).links;
        expect(link).toMatchObject({ state: 'REGISTERED', counts: { queued: 1, failed: 0 } });
        expect(link!.lastError).toMatch(/waiting for its administrator/);
        // The Retry-After that it was given.
        expect(link!.retryAt).toBeGreaterThan(Date.now() + 30_000);
      },
      // What was on its way as the site went down is given up after a while.
      { within: 100_000 }
    );
  });

  it('goes on where it was once somebody says so', async () => {
    expect(await post(moved, '/site/moved')).toMatchObject({ question: null });
    await (await other.admin()).post(`/replication/links/${linked.second}/retry`, {});
    await eventually(() => has(moved, edited), { what: 'what waited on the other site' });
    const sent = await save(moved, 'sent-after-the-move');
    await eventually(() => has(other, sent), { what: 'the moved site to send' });
  });

  it('goes on by itself where the environment has a new word for it, and others learn its address', async () => {
    const url = moved.url.includes('localhost')
      ? moved.url.replace('localhost', '127.0.0.1')
      : moved.url.replace('127.0.0.1', 'localhost');
    Object.assign(moved.env, { REPLICATION_PUBLIC_URL: url, REPLICATION_MOVED: 'to another name' });
    await moved.restart();
    expect((await overview(moved)).question).toBeNull();
    await settles(async () => expect((await overview(other)).links[0]!.url).toBe(`${url}/api`));
    Object.assign(moved.env, { REPLICATION_PUBLIC_URL: moved.url });
    await moved.restart();
    expect((await overview(moved)).question).toMatchObject({ differs: ['url'] });
    await post(moved, '/site/moved');
    await settles(async () => expect((await overview(other)).links[0]!.url).toBe(`${moved.url}/api`));
  });

  it('is silent in development unless it is switched on there; what is saved is recorded and waits', async () => {
    moved.env.NODE_ENV = 'development';
    await moved.restart();
    expect((await overview(moved)).problems).toMatchObject([{ code: 'DEVELOPMENT' }]);
    await expectShut(moved);
    const kept = await save(moved, 'saved-in-development');
    await eventually(async () => (await queueOf(moved, kept))?.state === 'queued', { what: 'it to be recorded' });
    expect(await has(other, kept)).toBe(false);
    moved.env.REPLICATION_ENABLED = 'true';
    await moved.restart();
    expect((await overview(moved)).problems).toEqual([]);
    await eventually(() => has(other, kept), { what: 'it to be sent' });
  });

  it('is silent on every path while it is paused', async () => {
    moved.env.REPLICATION_PAUSED = 'true';
    await moved.restart();
    expect((await overview(moved)).problems).toMatchObject([{ code: 'PAUSED' }]);
    await expectShut(moved);
    const administrator = await moved.admin();
    const { data: code } = await (await other.admin()).post('/replication/links/codes', {});
    const link = (await overview(moved)).links.find(({ name }) => name === 'other')!.id;
    const heard = async () => (await rows(other, 'nonces')).length;
    const before = await heard();
    const { data: test } = await administrator.post(`/replication/links/${link}/test`, {});
    expect(test).toMatchObject({ ok: false, message: expect.stringMatching(/REPLICATION_PAUSED/) });
    expect(await refusal(administrator.post(`/replication/links/${link}/compare`, {}))).toBe('UNREACHABLE');
    expect(await refusal(administrator.post('/replication/links/redeem', { code: code.code }))).not.toBeNull();
    await administrator.post(`/replication/links/${link}/retry`, {});
    const kept = await save(moved, 'saved-while-paused');
    await eventually(async () => (await queueOf(moved, kept))?.state === 'queued', { what: 'it to be recorded' });
    expect(await heard()).toBe(before);
    delete moved.env.REPLICATION_PAUSED;
    await moved.restart();
    await eventually(() => has(other, kept), { what: 'it to be sent' });
  });
});
