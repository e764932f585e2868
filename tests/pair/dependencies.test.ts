import { randomBytes } from 'node:crypto';
import { recordingProxy, type RecordingProxy } from '../../playground/demo/recording-proxy';
import type { EntryOnSite, RuleInput } from '../../server/src/contracts';
import type { Editor } from '../support/content';
import { startInstance, type Instance } from '../support/instance';
import { linkSites, share } from '../support/link';
import { rowsOf } from './rows';
import { ARTICLE, AUTHOR, atRest, CATEGORY, KITCHEN, PAGE, published, type Pair } from './sites';
import { tracesOf } from './traces';

/*
 * Articles are shared, published only; categories and authors have no rule. Later it is pages, which refer to articles,
 * and then what refers to pages.
 */
let pair: Pair;
let staging: Instance;
let live: Instance;
let editor: Editor;
let tap: RecordingProxy;

beforeAll(async () => {
  tap = await recordingProxy();
  staging = await startInstance({ name: 'staging' });
  live = await startInstance({ name: 'live', env: { REPLICATION_PUBLIC_URL: tap.url } });
  tap.forwardTo(live.port);
  const { first: toLive, second: toStaging } = await linkSites(staging, live);
  pair = { staging, live, toLive, toStaging };
  editor = await staging.editor();
});
afterAll(() => tap.close());

const rest = () => atRest(staging, live);
const secret = () => `secret-${randomBytes(12).toString('hex')}`;
const rules = async (given: RuleInput[]) => {
  await share(staging, pair.toLive, given);
  await rest();
};
const articles = (dependencies: RuleInput['dependencies'] = {}): RuleInput[] => [
  { ...published([ARTICLE])[0]!, dependencies },
];
const onLive = async (uid: string, id: string) =>
  (await rowsOf(live, uid, [id])).map(({ status, fields }) => [status, fields.name ?? fields.title]);
const statusOf = async (uid: string, id: string): Promise<EntryOnSite> =>
  (await (await staging.admin()).get(`/replication/entries/${uid}/${id}`)).data.sites[0];
const connect = (...ids: string[]) => ({ connect: ids.map((documentId) => ({ documentId })) });
const category = async (name: string): Promise<string> => (await editor.create(CATEGORY, { name })).documentId;
const article = async (title: string, fields: object): Promise<string> => {
  const { documentId } = await editor.create(ARTICLE, { title, ...fields });
  await editor.publish(ARTICLE, documentId);
  await rest();
  return documentId;
};
const linkedOnLive = async (id: string) => {
  const rows = await rowsOf(live, ARTICLE, [id]);
  return rows.find(({ status }) => status === 'published')?.fields;
};

describe('what shared entries refer to', () => {
  it('was there long before any rule, has no history, and goes along all the same', async () => {
    const news = await category('News');
    const author = (await editor.create(AUTHOR, { name: 'Ada' })).documentId;
    const id = await article('First', { category: connect(news), author: connect(author) });
    await rules(articles());
    expect(await onLive(CATEGORY, news)).toEqual(expect.arrayContaining([['published', 'News']]));
    expect(await onLive(AUTHOR, author)).toEqual(expect.arrayContaining([['published', 'Ada']]));
    expect(await linkedOnLive(id)).toMatchObject({
      category: [news],
      author: [author],
    });
    expect(await statusOf(CATEGORY, news)).toMatchObject({
      state: 'current',
      level: 'PUBLISHED',
      direction: 'SEND_ONLY',
      goesWith: [expect.objectContaining({ title: 'First' })],
    });
  });

  it('may not be edited there, and is sent once', async () => {
    const news = await category('Once');
    await article('Second', { category: connect(news) });
    const onLiveEditor = await live.editor();
    await expect(onLiveEditor.update(CATEGORY, news, { name: 'Mine' })).rejects.toThrow();
    await editor.update(CATEGORY, news, { name: 'Twice' });
    await rest();
    expect(await onLive(CATEGORY, news)).toEqual(expect.arrayContaining([['published', 'Once']]));
  });

  it('always goes along where the field says so, with what is edited later', async () => {
    await rules(articles({ category: 'always' }));
    const news = await category('Followed');
    await article('Third', { category: connect(news) });
    await editor.update(CATEGORY, news, { name: 'Followed on' });
    await rest();
    expect(await onLive(CATEGORY, news)).toEqual(expect.arrayContaining([['published', 'Followed on']]));
  });

  it('never goes along where the field says so, until somebody sends it too', async () => {
    await rules(articles({ category: 'never' }));
    const kept = await category('Kept');
    const id = await article('Fourth', { category: connect(kept) });
    expect(await onLive(CATEGORY, kept)).toEqual([]);
    const [staying] = (await statusOf(ARTICLE, id)).stays;
    expect(staying).toMatchObject({ entry: { uid: CATEGORY, id: kept, title: 'Kept' }, reason: 'never' });
    const admin = await staging.admin();
    const along = { link: pair.toLive, uid: CATEGORY, id: kept };
    await admin.post(`/replication/entries/${ARTICLE}/${id}/along`, along);
    await rest();
    expect(await onLive(CATEGORY, kept)).toEqual(expect.arrayContaining([['published', 'Kept']]));
    expect(await linkedOnLive(id)).toMatchObject({ category: [kept] });
    expect((await statusOf(ARTICLE, id)).stays).toEqual([]);
  });

  it('stays here by a rule that says “Not shared”, which nobody can get round, and is taken back by it', async () => {
    await rules(articles());
    const gone = await category('Gone');
    const id = await article('Fifth', { category: connect(gone) });
    expect(await onLive(CATEGORY, gone)).not.toEqual([]);
    await rules([...articles(), { scope: 'type', uid: CATEGORY, level: 'NONE', direction: 'BOTH' }]);
    expect(await onLive(CATEGORY, gone)).toEqual([]);
    const admin = await staging.admin();
    const along = { link: pair.toLive, uid: CATEGORY, id: gone };
    await expect(admin.post(`/replication/entries/${ARTICLE}/${id}/along`, along)).rejects.toMatchObject({
      status: 400,
    });
    await rules(articles());
    expect(await onLive(CATEGORY, gone)).not.toEqual([]);
  });
});

describe('pages, which refer to articles and to the page above them', () => {
  const page = async (title: string, fields: object): Promise<string> => {
    const { documentId } = await editor.create(PAGE, { title, ...fields });
    await editor.publish(PAGE, documentId);
    return documentId;
  };

  it('take published articles along, and of these not one word of a draft', async () => {
    await rules(published([PAGE]));
    const [first, second] = [secret(), secret()];
    const unpublished = (await editor.create(ARTICLE, { title: first })).documentId;
    const { documentId: public_ } = await editor.create(ARTICLE, { title: 'Public' });
    await editor.publish(ARTICLE, public_);
    await editor.update(ARTICLE, public_, { title: second });
    await page('Secrets', { related: connect(unpublished, public_) });
    await rest();
    expect(await onLive(ARTICLE, public_)).toEqual([
      ['draft', 'Public'],
      ['published', 'Public'],
    ]);
    expect(await onLive(ARTICLE, unpublished)).toEqual([]);
    for (const text of [first, second]) {
      expect(tap.bodies.some((body) => body.includes(text))).toBe(false);
      expect(await tracesOf(live, text)).toEqual([]);
    }
  });

  it('take what these refer to along as well', async () => {
    const far = await category('Two steps away');
    const { documentId } = await editor.create(ARTICLE, { title: 'One step away', category: connect(far) });
    await editor.publish(ARTICLE, documentId);
    await page('Chain', { related: connect(documentId) });
    await rest();
    expect(await onLive(CATEGORY, far)).toEqual([['published', 'Two steps away']]);
    expect(await linkedOnLive(documentId)).toMatchObject({ category: [far] });
  });

  it('go along themselves for three steps, and come to an end in a circle', async () => {
    await rules([{ ...published([KITCHEN])[0]!, level: 'EVERYTHING' }]);
    const ids: string[] = [];
    for (const above of [4, 3, 2, 1])
      ids.unshift(await page(`Page ${above}`, ids[0] ? { parent: connect(ids[0]) } : {}));
    await editor.update(PAGE, ids[3]!, { parent: connect(ids[0]!) });
    await editor.publish(PAGE, ids[3]!);
    await editor.create(KITCHEN, { page: connect(ids[0]!) });
    await rest();
    const there = await Promise.all(ids.map((id) => onLive(PAGE, id)));
    expect(there.map((rows) => rows.length > 0)).toEqual([true, true, true, false]);
    expect((await statusOf(PAGE, ids[2]!)).stays).toMatchObject([{ entry: { id: ids[3] }, reason: 'far' }]);
  });
});

describe('choices of what goes along', () => {
  it('are refused where they make no sense, and change nothing', async () => {
    await rules(articles({ category: 'never' }));
    const admin = await staging.admin();
    const put = (dependencies: object) =>
      admin.put(`/replication/links/${pair.toLive}/rules`, { rules: [{ ...published([ARTICLE])[0], dependencies }] });
    await expect(put({ title: 'never' })).rejects.toMatchObject({ status: 400 });
    await expect(put({ category: 'sometimes' })).rejects.toMatchObject({ status: 400 });
    const { data } = await admin.get(`/replication/links/${pair.toLive}/rules`);
    expect(data).toEqual([{ ...articles({ category: 'never' })[0], locked: false }]);
  });

  it('have a default for the site, and limits that are told', async () => {
    const admin = await staging.admin();
    const path = `/replication/links/${pair.toLive}/dependencies`;
    expect((await admin.get(path)).data).toEqual({ default: 'missing', mostSteps: 3, mostEntries: 100 });
    await rules(articles());
    expect((await admin.put(path, { default: 'never' })).data).toMatchObject({ default: 'never' });
    const kept = await category('By default');
    await article('Sixth', { category: connect(kept) });
    expect(await onLive(CATEGORY, kept)).toEqual([]);
    await admin.put(path, { default: 'missing' });
    await rest();
    expect(await onLive(CATEGORY, kept)).not.toEqual([]);
  });
});
