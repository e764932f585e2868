import { randomBytes } from 'node:crypto';
import { recordingProxy, type RecordingProxy } from '../../playground/demo/recording-proxy';
import type { Editor } from '../support/content';
import { startInstance, type Instance } from '../support/instance';
import { linkSites, share } from '../support/link';
import { HttpError } from '../support/rest';
import { settles } from '../support/wait';
import { comparableRows, rowsOf } from './rows';
import { ARTICLE, AUTHOR, atRest, CATEGORY, everything, equalOnBoth, PAGE, published, type Pair } from './sites';
import { tracesOf } from './traces';

let pair: Pair;
let staging: Instance;
let live: Instance;
let editor: Editor;
let onLive: Editor;
/** Everything that goes to live passes through the first, everything that goes to staging through the second. */
let taps: RecordingProxy[];

beforeAll(async () => {
  taps = [await recordingProxy(), await recordingProxy()];
  [staging, live] = await Promise.all([
    startInstance({ name: 'staging', env: { REPLICATION_PUBLIC_URL: taps[1]!.url } }),
    startInstance({ name: 'live', env: { REPLICATION_PUBLIC_URL: taps[0]!.url } }),
  ]);
  taps[0]!.forwardTo(live.port);
  taps[1]!.forwardTo(staging.port);
  const { first: toLive, second: toStaging } = await linkSites(staging, live);
  pair = { staging, live, toLive, toStaging };
  editor = await staging.editor();
  onLive = await live.editor();
});

afterAll(() => Promise.all(taps.map((tap) => tap.close())));

const secret = () => `secret-${randomBytes(12).toString('hex')}`;
const heard = (text: string) => taps.some(({ bodies }) => bodies.some((body) => body.includes(text)));
const expectUnknownOnLive = async (text: string) => {
  expect(heard(text)).toBe(false);
  expect(await tracesOf(live, text)).toEqual([]);
};
const rest = () => atRest(staging, live);
const rows = async (uid: string, id: string) => rowsOf(live, uid, [id]);
const titles = async (id: string) => (await rows(ARTICLE, id)).map(({ status, fields }) => [status, fields.title]);
const apply = async (rules: Parameters<typeof share>[2]) => {
  await share(staging, pair.toLive, rules);
  await rest();
};

describe('published only', () => {
  let id: string;

  beforeAll(() => apply(published([ARTICLE, PAGE])));

  it('an entry that was never published sends nothing, not even that it exists', async () => {
    const text = secret();
    for (const tap of taps) tap.forget();
    id = (await editor.create(ARTICLE, { title: text })).documentId;
    await editor.update(ARTICLE, id, { title: `${text} again` });
    await rest();
    await expectUnknownOnLive(text);
    await expectUnknownOnLive(id);
    expect(await rows(ARTICLE, id)).toEqual([]);
  });

  it('once published, it is on live, its draft a copy of what is published', async () => {
    await editor.update(ARTICLE, id, { title: 'Public' });
    await editor.publish(ARTICLE, id);
    await rest();
    expect(await titles(id)).toEqual([
      ['draft', 'Public'],
      ['published', 'Public'],
    ]);
    const here = (await rowsOf(staging, ARTICLE, [id])).filter(({ status }) => status === 'published');
    const there = (await rows(ARTICLE, id)).filter(({ status }) => status === 'published');
    expect(comparableRows(there)).toEqual(comparableRows(here));
  });

  it('a draft that is edited after that does not leave, until it is published', async () => {
    const text = secret();
    await editor.update(ARTICLE, id, { title: text });
    await rest();
    await expectUnknownOnLive(text);
    expect(await titles(id)).toEqual([
      ['draft', 'Public'],
      ['published', 'Public'],
    ]);
    await editor.publish(ARTICLE, id);
    await rest();
    expect(heard(text)).toBe(true);
    expect(await titles(id)).toEqual([
      ['draft', text],
      ['published', text],
    ]);
  });

  it('nothing of what drafts said between two publications is told with the second', async () => {
    const text = secret();
    await editor.update(ARTICLE, id, { title: text });
    await rest();
    await editor.publish(ARTICLE, id, { title: 'Second edition' });
    await rest();
    expect(await titles(id)).toEqual([
      ['draft', 'Second edition'],
      ['published', 'Second edition'],
    ]);
    await expectUnknownOnLive(text);
  });

  it('unpublished, it is gone from what live publishes; its draft stays as last published', async () => {
    const text = secret();
    await editor.update(ARTICLE, id, { title: text });
    await editor.unpublish(ARTICLE, id);
    await rest();
    expect(await titles(id)).toEqual([['draft', 'Second edition']]);
    await expectUnknownOnLive(text);
    await editor.publish(ARTICLE, id, { title: 'Third edition' });
    await rest();
    expect(await titles(id)).toEqual([
      ['draft', 'Third edition'],
      ['published', 'Third edition'],
    ]);
  });

  it('of two languages only the published one is told', async () => {
    const text = secret();
    const page = (await editor.create(PAGE, { title: 'Only English' }, { locale: 'en' })).documentId;
    await staging.run("await strapi.plugin('i18n').service('locales').create({ code: 'de', name: 'German (de)' })");
    await editor.update(PAGE, page, { title: text }, { locale: 'de' });
    await editor.publish(PAGE, page, {}, { locale: 'en' });
    await rest();
    expect((await rows(PAGE, page)).map(({ locale, status }) => `${locale} ${status}`)).toEqual([
      'en draft',
      'en published',
    ]);
    await expectUnknownOnLive(text);
    await editor.publish(PAGE, page, {}, { locale: 'de' });
    await rest();
    expect((await rows(PAGE, page)).map(({ locale, status }) => `${locale} ${status}`)).toEqual([
      'de draft',
      'de published',
      'en draft',
      'en published',
    ]);
  });

  it('deleted, it is gone from live', async () => {
    await editor.remove(ARTICLE, id);
    await rest();
    expect(await rows(ARTICLE, id)).toEqual([]);
  });
});

describe('from everything to published only, and back', () => {
  let drafted: string;
  let both: string;
  let draftText: string;

  it('what live saw of drafts goes, rows and history', async () => {
    await apply(everything([ARTICLE]));
    draftText = secret();
    drafted = (await editor.create(ARTICLE, { title: draftText })).documentId;
    both = (await editor.create(ARTICLE, { title: 'Out' })).documentId;
    await editor.publish(ARTICLE, both);
    await editor.update(ARTICLE, both, { title: `${draftText} too` });
    await equalOnBoth(pair, ARTICLE, [drafted, both]);
    await apply(published([ARTICLE]));
    expect(await rows(ARTICLE, drafted)).toEqual([]);
    expect(await titles(both)).toEqual([
      ['draft', 'Out'],
      ['published', 'Out'],
    ]);
    expect(await tracesOf(live, draftText)).toEqual([]);
  });

  it('and a new draft is not seen', async () => {
    const text = secret();
    for (const tap of taps) tap.forget();
    await editor.update(ARTICLE, both, { title: text });
    await editor.update(ARTICLE, drafted, { title: text });
    await rest();
    await expectUnknownOnLive(text);
    await editor.update(ARTICLE, both, { title: `${draftText} too` });
    await editor.update(ARTICLE, drafted, { title: draftText });
  });

  it('raised again, drafts come back', async () => {
    await apply(everything([ARTICLE]));
    await equalOnBoth(pair, ARTICLE, [drafted, both]);
    expect(await titles(drafted)).toEqual([['draft', draftText]]);
  });
});

describe('shared no more', () => {
  it.each<[string, (uid: string) => Parameters<typeof share>[2]]>([
    ['by a rule that says so', (uid) => [{ scope: 'type', uid, level: 'NONE', direction: 'SEND_ONLY' }]],
    ['because the rule is gone', () => []],
  ])('%s: withdrawn from live, untouched on staging, and there again with a new rule', async (_, rules) => {
    await apply(everything([CATEGORY]));
    const { documentId: id } = await editor.create(CATEGORY, {
      name: 'Lent',
      slug: `lent-${randomBytes(3).toString('hex')}`,
    });
    await equalOnBoth(pair, CATEGORY, [id]);
    await apply(rules(CATEGORY));
    expect(await rows(CATEGORY, id)).toEqual([]);
    expect(await rowsOf(staging, CATEGORY, [id])).toHaveLength(1);
    await editor.update(CATEGORY, id, { name: 'Changed meanwhile' });
    await rest();
    expect(await rows(CATEGORY, id)).toEqual([]);
    await apply(everything([CATEGORY]));
    const { live: there } = await equalOnBoth(pair, CATEGORY, [id]);
    expect(there[0]!.fields.name).toBe('Changed meanwhile');
  });

  it('what is live’s own stays', async () => {
    const own = (await onLive.create(CATEGORY, { name: 'Live’s own', slug: 'lives-own' })).documentId;
    await apply([]);
    expect(await rows(CATEGORY, own)).toHaveLength(1);
  });
});

describe('both sites edit', () => {
  let id: string;

  it('what is made here is edited there, and comes back', async () => {
    await apply(everything([AUTHOR], 'BOTH'));
    id = (await editor.create(AUTHOR, { name: 'Made on staging' })).documentId;
    await equalOnBoth(pair, AUTHOR, [id]);
    await onLive.update(AUTHOR, id, { name: 'Edited on live' });
    const first = await equalOnBoth(pair, AUTHOR, [id]);
    expect(first.staging[0]!.fields.name).toBe('Edited on live');
    await editor.update(AUTHOR, id, { email: 'again@example.com' });
    const second = await equalOnBoth(pair, AUTHOR, [id]);
    expect(second.live[0]!.fields).toMatchObject({ name: 'Edited on live', email: 'again@example.com' });
  });

  it('what is deleted there is deleted here', async () => {
    await onLive.remove(AUTHOR, id);
    await rest();
    expect(await rowsOf(staging, AUTHOR, [id])).toEqual([]);
  });

  it('what is made there comes here once live’s rules say so too', async () => {
    await share(live, pair.toStaging, everything([AUTHOR], 'BOTH'));
    const made = (await onLive.create(AUTHOR, { name: 'Made on live' })).documentId;
    await equalOnBoth(pair, AUTHOR, [made]);
    await editor.update(AUTHOR, made, { name: 'Edited on staging' });
    const both = await equalOnBoth(pair, AUTHOR, [made]);
    expect(both.live[0]!.fields.name).toBe('Edited on staging');
    await share(live, pair.toStaging, []);
  });
});

describe('the receiver’s own rules', () => {
  it('“edited there” on live locks what comes, although staging would let both edit', async () => {
    await share(live, pair.toStaging, everything([AUTHOR], 'RECEIVE_ONLY'));
    await apply(everything([AUTHOR], 'BOTH'));
    const id = (await editor.create(AUTHOR, { name: 'For reading' })).documentId;
    await equalOnBoth(pair, AUTHOR, [id]);
    await expect(onLive.update(AUTHOR, id, { name: 'no' })).rejects.toThrow('read-only here');
    await editor.update(AUTHOR, id, { name: 'Still edited on staging' });
    const { live: there } = await equalOnBoth(pair, AUTHOR, [id]);
    expect(there[0]!.fields.name).toBe('Still edited on staging');
  });

  it('where both sites only send, live refuses, and staging says why', async () => {
    await share(live, pair.toStaging, everything([CATEGORY], 'SEND_ONLY'));
    await share(staging, pair.toLive, everything([CATEGORY], 'SEND_ONLY'));
    const id = (await editor.create(CATEGORY, { name: 'Unwanted', slug: 'unwanted' })).documentId;
    await settles(async () => {
      const { data } = await (
        await staging.admin()
      ).get(`/replication/links/${pair.toLive}/queue`, { state: 'queued' });
      const error = expect.stringContaining('only sends');
      expect(data.items).toContainEqual(expect.objectContaining({ id, error }));
    });
    expect(await rows(CATEGORY, id)).toEqual([]);
    await onLive.create(CATEGORY, { name: 'Live’s', slug: 'lives' });
    expect((await rowsOf(live, CATEGORY)).length).toBeGreaterThan(0);
  });

  it('a rule that makes no sense is refused', async () => {
    const rules = [{ scope: 'type' as const, uid: ARTICLE, level: 'PUBLISHED' as const, direction: 'BOTH' as const }];
    await expect(share(staging, pair.toLive, rules)).rejects.toThrow(HttpError);
  });
});
