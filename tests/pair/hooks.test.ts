import fs from 'node:fs';
import path from 'node:path';
import type { Editor } from '../support/content';
import { startInstance, type Instance } from '../support/instance';
import { linkSites, share } from '../support/link';
import { addWebhook, startReceiver, type Receiver } from '../support/receiver';
import { settles } from '../support/wait';
import { rowsOf } from './rows';
import { ARTICLE, atRest, AUTHOR, BANNER, CATEGORY, everything, PAGE, type Pair } from './sites';

/** What `playground/overlay/src/hooks.js` has written down. */
interface Heard {
  kind: string;
  uid: string;
  action: string;
  params?: any;
  result?: any;
  data?: any;
  from: { site: string; siteName: string; revision: string | null } | null;
}

let pair: Pair;
let staging: Instance;
let live: Instance;
let editor: Editor;
let onLive: Editor;
let toStaging: Receiver;
let toLive: Receiver;

const CHOICES = {
  [BANNER]: { lifecycles: false, webhooks: 'never' },
  [AUTHOR]: { webhooks: 'once' },
};

beforeAll(async () => {
  [toStaging, toLive] = await Promise.all([startReceiver(), startReceiver()]);
  const config = JSON.stringify({ allowPrivateAddresses: true, contentTypes: CHOICES });
  [staging, live] = await Promise.all([
    startInstance({ name: 'staging', env: { PLAYGROUND_HOOKS: 'record' } }),
    startInstance({ name: 'live', env: { PLAYGROUND_HOOKS: 'record,refuse,hang', REPLICATION_CONFIG: config } }),
  ]);
  await addWebhook(staging, toStaging.url);
  await addWebhook(live, toLive.url);
  const { first, second } = await linkSites(staging, live);
  pair = { staging, live, toLive: first, toStaging: second };
  await staging.run(`
    const locales = strapi.plugin('i18n').service('locales');
    await locales.create({ code: 'de', name: 'German (de)' });
  `);
  await share(staging, first, everything([ARTICLE, CATEGORY, AUTHOR, PAGE, BANNER]));
  [editor, onLive] = [await staging.editor(), await live.editor()];
});
afterAll(() => Promise.all([toStaging.close(), toLive.close()]));

const fileOf = (site: Instance) => path.join(site.folder, 'heard.jsonl');
const heardOn = (site: Instance): Heard[] =>
  fs.existsSync(fileOf(site))
    ? fs
        .readFileSync(fileOf(site), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : [];
const forget = () => {
  for (const site of [staging, live]) fs.rmSync(fileOf(site), { force: true });
  toStaging.calls.length = 0;
  toLive.calls.length = 0;
};

/** Ids and times of one site's own, which the other cannot have. */
const OWN = new Set(['id', 'createdAt', 'updatedAt', 'publishedAt', 'related', 'createdBy', 'updatedBy', 'url']);
const shared = (value: any): any => {
  if (Array.isArray(value)) return value.map(shared);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, OWN.has(name) && one !== null ? '…' : shared(one)])
  );
};

/** Events of an entry as both sites' webhooks were told them, in order. */
const events = (receiver: Receiver, documentId: string) =>
  receiver.calls.filter(({ body }) => body.entry?.documentId === documentId || body.media?.documentId === documentId);

const chainOn = (site: Instance, documentId: string, kind = 'after') =>
  heardOn(site).filter(
    ({ kind: what, params, result }) =>
      what === kind && (result?.documentId ?? params?.documentId ?? params?.data?.documentId) === documentId
  );

const rest = () => atRest(staging, live);

/** Waits until live's webhooks said so many things of an entry, after everything has come to rest. */
const told = async (documentId: string, count: number) => {
  await rest();
  await settles(() => expect(events(toLive, documentId).map(({ event }) => event)).toHaveLength(count), {
    what: `live to tell ${count} events`,
  });
};

describe('a change that was applied', () => {
  beforeEach(forget);

  it('reaches webhooks as a local one does: create, update, publish, unpublish, delete, entry and all', async () => {
    const category = (await editor.create(CATEGORY, { name: 'News', slug: 'news' })).documentId;
    // Delivered together, the article may come first, and is told again when its category has come.
    await rest();
    const id = (
      await editor.create(ARTICLE, {
        title: 'One',
        category: { connect: [{ documentId: category }] },
        blocks: [{ __component: 'shared.rich-text', body: 'Text' }],
      })
    ).documentId;
    await told(id, 1);
    await editor.update(ARTICLE, id, { title: 'Two' });
    await told(id, 2);
    await editor.publish(ARTICLE, id);
    await told(id, 3);
    await editor.unpublish(ARTICLE, id);
    await told(id, 4);
    await editor.remove(ARTICLE, id);
    await told(id, 5);

    const heard = events(toLive, id);
    expect(heard.map(({ event }) => event)).toEqual([
      'entry.create',
      'entry.update',
      'entry.publish',
      'entry.unpublish',
      'entry.delete',
    ]);
    for (const { event, body } of heard) {
      // Publishing as it is saves the draft as well: the content manager sends what is in the form.
      const there = events(toStaging, id).filter(
        (one) => one.event === event && one.body.entry.title === body.entry.title
      );
      const native = shared(there.at(-1)!.body);
      // Of what is removed Strapi tells the row as its caller asked for it: the content manager asks for counts as well.
      if (['entry.unpublish', 'entry.delete'].includes(event)) expect(native).toMatchObject(shared(body));
      else expect(shared(body)).toEqual(native);
    }
    expect(heard[1]!.body).toMatchObject({ model: 'article', uid: ARTICLE, entry: { category: { name: 'News' } } });
  });

  it('reaches document middlewares with what a local call would give them, and nothing is written twice', async () => {
    const id = (await editor.create(ARTICLE, { title: 'Chain' })).documentId;
    await rest();
    await editor.publish(ARTICLE, id);
    await rest();
    await editor.update(ARTICLE, id, { title: 'Chained' });
    await rest();
    await editor.unpublish(ARTICLE, id, { discardDraft: false });
    await rest();
    const before = await rowsOf(live, ARTICLE, [id]);
    await editor.remove(ARTICLE, id);
    await rest();
    expect(before.map(({ status }) => status)).toEqual(['draft']);

    const calls = chainOn(live, id);
    expect(calls.map(({ action }) => action)).toEqual(['create', 'publish', 'update', 'unpublish', 'delete']);
    expect(calls[0]!.result).toMatchObject({ documentId: id, title: 'Chain', publishedAt: null });
    expect(calls[1]!.result).toMatchObject({ documentId: id, entries: [{ documentId: id, title: 'Chain' }] });
    expect(calls[1]!.result.entries[0].publishedAt).not.toBeNull();
    expect(calls[2]!.result).toMatchObject({ title: 'Chained' });
    expect(calls[3]!.result).toMatchObject({ documentId: id, entries: [{ title: 'Chain' }] });
    expect(calls[4]!.result).toMatchObject({ documentId: id, entries: [{ title: 'Chained' }] });

    const [created] = heardOn(live).filter(({ kind, action }) => kind === 'before' && action === 'create');
    expect(created!.params).toMatchObject({ status: 'draft', data: { title: 'Chain' } });
    const updated = heardOn(live).find(({ kind, action }) => kind === 'before' && action === 'update');
    expect(updated!.params).toMatchObject({ documentId: id, status: 'draft', data: { title: 'Chained' } });
    // Each row was made once: nobody called on.
    const made = heardOn(live).filter(({ kind, action, data }) => {
      return kind === 'lifecycle' && action === 'beforeCreate' && data?.documentId === id;
    });
    expect(made).toHaveLength(2);
  });

  it('says whose it is, in lifecycles and in middlewares; a local one does not', async () => {
    const id = (await editor.create(CATEGORY, { name: 'Whose', slug: 'whose' })).documentId;
    await rest();
    const applied = heardOn(live).filter(({ uid }) => uid === CATEGORY);
    expect(applied.map(({ kind, action }) => `${kind} ${action}`)).toEqual([
      'lifecycle beforeCreate',
      'lifecycle afterCreate',
      'before create',
      'after create',
    ]);
    const [{ head }] = (await live.run<{ head: string }[]>(
      "return strapi.db.connection('replication_entries').where({ local_id: args })",
      id
    )) as [{ head: string }];
    for (const { from } of applied) {
      expect(from).toEqual({ site: pair.toStaging, siteName: 'staging', revision: head });
    }
    expect(heardOn(staging).filter(({ from }) => from !== null)).toEqual([]);
  });

  it('runs database lifecycles with the events Strapi gives', async () => {
    const id = (await editor.create(CATEGORY, { name: 'A', slug: 'a' })).documentId;
    await editor.update(CATEGORY, id, { name: 'B', slug: 'a' });
    await rest();
    await editor.update(CATEGORY, id, { name: 'C', slug: 'a' });
    await rest();
    await editor.remove(CATEGORY, id);
    await rest();
    const [here, there] = [staging, live].map((site) =>
      heardOn(site).filter(({ kind, uid }) => kind === 'lifecycle' && uid === CATEGORY)
    ) as [Heard[], Heard[]];
    const names = (events: Heard[]) => new Set(events.map(({ action }) => action));
    expect(names(there)).toEqual(names(here));
    const last = (events: Heard[], action: string) => shared(events.filter((one) => one.action === action).at(-1));
    for (const action of ['afterCreate', 'afterUpdate', 'afterDelete']) {
      const [ours, theirs] = [last(there, action), last(here, action)];
      // The content manager has its deletions answer relations as well.
      expect(Object.keys(theirs.result)).toEqual(expect.arrayContaining(Object.keys(ours.result)));
      expect(ours.result.documentId).toBe(id);
    }
    expect(last(there, 'beforeUpdate').data).toMatchObject({ name: 'C' });
    expect(there.at(-1)!.result).toMatchObject({ name: 'C' });
  });

  it('of a type without drafts is created, updated and deleted', async () => {
    const id = (await editor.create(CATEGORY, { name: 'Plain', slug: 'plain' })).documentId;
    await told(id, 1);
    await editor.update(CATEGORY, id, { name: 'Plainer', slug: 'plain' });
    await told(id, 2);
    await editor.remove(CATEGORY, id);
    await told(id, 3);
    expect(events(toLive, id).map(({ event }) => event)).toEqual(['entry.create', 'entry.update', 'entry.delete']);
    expect(shared(events(toLive, id))).toEqual(shared(events(toStaging, id)));
  });

  it('of a file is told as media.create, media.update and media.delete', async () => {
    const file = await editor.upload('told.txt', Buffer.from('bytes'), 'text/plain');
    const id = (await editor.create(PAGE, { title: 'With a file', image: file.id })).documentId;
    await told(file.documentId, 1);
    const body = shared(events(toLive, file.documentId)[0]!.body);
    expect(body).toMatchObject({ event: 'media.create', media: { name: 'told.txt', documentId: file.documentId } });
    expect(Object.keys(body.media).sort()).toEqual(
      Object.keys(events(toStaging, file.documentId)[0]!.body.media).sort()
    );
    expect(chainOn(live, file.documentId)).toEqual([]);
    // Where the entry came before its file, it is rendered again when that is there.
    expect(events(toLive, id)[0]!.event).toBe('entry.create');
  });

  it('in a second locale is an update to middlewares and a create to webhooks', async () => {
    const id = (await editor.create(PAGE, { title: 'Page' })).documentId;
    await rest();
    await editor.update(PAGE, id, { title: 'Seite' }, { locale: 'de' });
    await told(id, 2);
    expect(chainOn(live, id).map(({ action }) => action)).toEqual(['create', 'update']);
    expect(events(toLive, id).map(({ event, body }) => `${event} ${body.entry.locale}`)).toEqual([
      'entry.create en',
      'entry.create de',
    ]);
  });

  it('is not copied to other locales by i18n, which have been applied as they are', async () => {
    const admin = await staging.admin();
    await admin.post(`/replication/links/${pair.toLive}/pause`, {});
    const id = (await editor.create(PAGE, { title: 'Page', order: 1 })).documentId;
    await editor.update(PAGE, id, { title: 'Seite', order: 1 }, { locale: 'de' });
    await admin.post(`/replication/links/${pair.toLive}/resume`, {});
    await settles(() => expect(events(toLive, id)).toHaveLength(2));
    await rest();
    expect(chainOn(live, id).map(({ action }) => action)).toEqual(['create', 'update']);
    const [here, there] = [await rowsOf(staging, PAGE, [id]), await rowsOf(live, PAGE, [id])];
    expect(there.map(({ updatedAt }) => updatedAt)).toEqual(here.map(({ updatedAt }) => updatedAt));
    expect(live.logs()).not.toContain('A hook of this site failed');
  });

  it('is not refused to middlewares because the entry is read-only here', async () => {
    const id = (await editor.create(ARTICLE, { title: 'Read-only' })).documentId;
    await rest();
    await editor.update(ARTICLE, id, { title: 'Read-only still' });
    await rest();
    expect(chainOn(live, id).map(({ action }) => action)).toEqual(['create', 'update']);
    await expect(onLive.update(ARTICLE, id, { title: 'no' })).rejects.toThrow();
    expect(live.logs()).not.toContain('A hook of this site failed');
  });
});

describe('a type of which the configuration says less', () => {
  beforeEach(forget);

  it('lifecycles: false and webhooks: never: nobody hears, content is there all the same', async () => {
    const id = (await editor.create(BANNER, { text: 'Quiet' }, { single: true })).documentId;
    await rest();
    expect((await rowsOf(live, BANNER)).map(({ fields }) => fields.text)).toEqual(['Quiet']);
    expect(heardOn(live).filter(({ uid }) => uid === BANNER)).toEqual([]);
    expect(events(toLive, id)).toEqual([]);
    // Dates come with the content, though Strapi's own hook did not run either.
    const [[here], [there]] = [await rowsOf(staging, BANNER), await rowsOf(live, BANNER)];
    expect(there!.updatedAt).toBe(here!.updatedAt);
    expect(there!.createdAt).toBe(here!.createdAt);
  });

  it('webhooks: once calls them once for what is applied together', async () => {
    const admin = await staging.admin();
    await admin.post(`/replication/links/${pair.toLive}/pause`, {});
    for (let n = 0; n < 10; n += 1) await editor.create(AUTHOR, { name: `Author ${n}` });
    await admin.post(`/replication/links/${pair.toLive}/resume`, {});
    await settles(async () => expect(await rowsOf(live, AUTHOR)).toHaveLength(10));
    await rest();
    await settles(() => expect(toLive.calls.length).toBeGreaterThan(0));
    const calls = toLive.calls.filter(({ body }) => body.uid === AUTHOR);
    expect(calls.length).toBeLessThan(10);
    expect(calls.at(-1)!.event).toBe('entry.create');
    expect(chainOn(live, calls[0]!.body.entry.documentId)).toHaveLength(1);
    expect(heardOn(live).filter(({ kind, uid }) => kind === 'after' && uid === AUTHOR)).toHaveLength(10);
  });
});

describe('a hook with a defect', () => {
  beforeEach(forget);

  it('a lifecycle that throws holds its entry alone, with its message', async () => {
    const refused = (await editor.create(CATEGORY, { name: 'refuse', slug: 'refuse' })).documentId;
    const fine = (await editor.create(CATEGORY, { name: 'fine', slug: 'fine' })).documentId;
    await rest();
    expect((await rowsOf(live, CATEGORY, [refused, fine])).map(({ fields }) => fields.name)).toEqual(['fine']);
    const { data } = await (await staging.admin()).get(`/replication/entries/${CATEGORY}/${refused}`);
    expect(data.sites[0]).toMatchObject({ state: 'held' });
    expect(JSON.stringify(data.sites[0])).toContain('Our ERP does not know this category.');
    expect(chainOn(live, refused)).toEqual([]);
    expect(events(toLive, refused)).toEqual([]);
    await editor.update(CATEGORY, refused, { name: 'accepted', slug: 'refuse' });
    await told(refused, 1);
    expect(events(toLive, refused).map(({ event }) => event)).toEqual(['entry.create']);
  });

  it('killed between the commit and the end of the notification: notified again at the next start', async () => {
    const id = (await editor.create(ARTICLE, { title: 'hang' })).documentId;
    await settles(() => expect(chainOn(live, id, 'before')).toHaveLength(1), { what: 'the hook to be told' });
    await settles(async () => expect(await rowsOf(live, ARTICLE, [id])).toHaveLength(1));
    expect(events(toLive, id)).toEqual([]);
    await live.kill('SIGKILL');
    live.env.PLAYGROUND_HOOKS = 'record';
    await live.start();
    await told(id, 1);
    expect(events(toLive, id).map(({ event }) => event)).toEqual(['entry.create']);
    expect(chainOn(live, id).filter(({ action }) => action === 'create').length).toBeGreaterThan(0);
    expect(await live.run("return strapi.db.connection('replication_notifications')")).toEqual([]);
  });

  it('a middleware that throws is logged, and neither undoes anything nor keeps the event from anybody', async () => {
    live.env.PLAYGROUND_HOOKS = 'break';
    await live.restart();
    const id = (await editor.create(CATEGORY, { name: 'Unbroken', slug: 'unbroken' })).documentId;
    await told(id, 1);
    expect((await rowsOf(live, CATEGORY, [id])).map(({ fields }) => fields.name)).toEqual(['Unbroken']);
    expect(live.logs()).toContain('A plugin with a defect.');
  });
});

describe('where nobody listens', () => {
  it('nothing is noted', async () => {
    live.env.PLAYGROUND_HOOKS = '';
    await live.run(
      "for (const one of await strapi.get('webhookStore').findWebhooks()) await strapi.get('webhookStore').deleteWebhook(one.id)"
    );
    await live.restart();
    await live.run(`
      globalThis.notes = 0;
      strapi.db.connection.on('query', ({ sql }) => {
        if (/^insert into .replication_notifications/i.test(sql)) globalThis.notes += 1;
      });
    `);
    const id = (await editor.create(CATEGORY, { name: 'Unheard', slug: 'unheard' })).documentId;
    await rest();
    await editor.update(CATEGORY, id, { name: 'Unheard still', slug: 'unheard' });
    await rest();
    expect((await rowsOf(live, CATEGORY, [id])).map(({ fields }) => fields.name)).toEqual(['Unheard still']);
    expect(await live.run('return globalThis.notes')).toBe(0);
  });
});
