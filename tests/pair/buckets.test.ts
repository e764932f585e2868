import { startStorage, type Storage } from '../support/bucket';
import { startInstance, stopAllInstances, type Instance } from '../support/instance';
import { linkSites, overview, share } from '../support/link';
import { png } from '../support/png';
import { eventually, settles } from '../support/wait';
import { ARTICLE, everything } from './sites';

/** Uploads in a bucket, by Strapi's official provider for S3. */
let storage: Storage;
let staging: Instance;
let live: Instance;
let toLive: string;

const start = async (buckets: { staging: string; live: string }, isPrivate = false): Promise<void> => {
  storage = await startStorage({ isPrivate });
  const acl = isPrivate ? 'private' : 'public-read';
  const env = (bucket: string) => ({
    PLAYGROUND_BUCKET: JSON.stringify({ endpoint: storage.endpoint, bucket, acl }),
  });
  staging = await startInstance({ name: 'staging', env: env(buckets.staging) });
  live = await startInstance({ name: 'live', env: env(buckets.live) });
  ({ first: toLive } = await linkSites(staging, live));
  await share(staging, toLive, everything([ARTICLE]));
};

afterEach(async () => {
  await stopAllInstances();
  await storage.close();
});

/** An article with a new picture, saved on staging. */
const articleWith = async (name: string, red: number): Promise<{ id: string; file: any }> => {
  const editor = await staging.editor();
  const file = await editor.upload(`${name}.png`, png(900, 600, [red, 80, 120]), 'image/png');
  const { documentId: id } = await editor.create(ARTICLE, { title: name, slug: name, cover: file.id });
  return { id, file };
};

/** What a site shows of an article's picture, once it has one. */
const coverOn = (site: Instance, id: string, within?: number): Promise<any> =>
  eventually(
    async () => {
      const entry = await site.run<any>(
        "return strapi.documents('api::article.article').findOne({ documentId: args, populate: ['cover'] })",
        id
      );
      return entry?.cover ?? null;
    },
    { within, what: `the picture of ${id} to be on ${site.name}` }
  );

const keysIn = (bucket: string): string[] =>
  [...storage.objects.keys()].filter((key) => key.startsWith(`${bucket}/`)).map((key) => key.slice(bucket.length + 1));

it('each site has its own: every format is copied, byte by byte, and goes with its file', async () => {
  await start({ staging: 'staging', live: 'live' });
  const { id, file } = await articleWith('own', 10);
  const cover = await coverOn(live, id);
  expect(Object.keys(cover.formats).sort()).toEqual(Object.keys(file.formats).sort());
  expect(cover.url).toBe(`${storage.endpoint}/live/${file.hash}.png`);
  expect(keysIn('live').sort()).toEqual(keysIn('staging').sort());
  expect(keysIn('live').length).toBeGreaterThan(2);
  for (const key of keysIn('live')) {
    expect(storage.objects.get(`live/${key}`)!.equals(storage.objects.get(`staging/${key}`)!)).toBe(true);
  }
  await share(staging, toLive, []);
  await settles(async () => expect(keysIn('live')).toEqual([]));
  expect(keysIn('staging').length).toBeGreaterThan(2);
});

it('both sites have one: what is withdrawn from one site stays there for the other', async () => {
  await start({ staging: 'shared', live: 'shared' });
  const { id, file } = await articleWith('shared', 20);
  const cover = await coverOn(live, id);
  expect(cover.url).toBe(`${storage.endpoint}/shared/${file.hash}.png`);
  const before = keysIn('shared').sort();
  await share(staging, toLive, []);
  await settles(async () => expect(await live.run("return strapi.db.query('plugin::upload.file').count()")).toBe(0));
  // The other site was asked, and has answered.
  await eventually(() => staging.logs().includes('/v1/ask/uses-bytes'), { what: 'the other site to be asked' });
  expect(keysIn('shared').sort()).toEqual(before);

  await (await staging.editor()).removeFile(file.id);
  await settles(async () => expect(keysIn('shared')).toEqual([]));
});

it('it is private: what is read is signed for', async () => {
  await start({ staging: 'staging', live: 'live' }, true);
  const { id, file } = await articleWith('private', 30);
  await coverOn(live, id);
  const main = `${file.hash}.png`;
  expect(storage.objects.get(`live/${main}`)!.equals(storage.objects.get(`staging/${main}`)!)).toBe(true);
  expect((await fetch(`${storage.endpoint}/staging/${main}`)).status).toBe(403);
});

it('it is down for a while, or a file is gone: whatever needs none goes on, and it is caught up with', async () => {
  await start({ staging: 'staging', live: 'live' });
  const editor = await staging.editor();
  // One whose bytes were read before, one whose were most likely not.
  const early = await editor.upload('early.png', png(900, 600, [60, 80, 120]), 'image/png');
  await eventually(() => staging.run("return strapi.db.connection('replication_file_bytes').first()"), {
    what: 'its bytes to be read',
  });
  const late = await editor.upload('late.png', png(900, 600, [40, 80, 120]), 'image/png');
  storage.down = true;
  const waiting = await Promise.all(
    [early, late].map(({ id, name }) => editor.create(ARTICLE, { title: name, slug: `with-${id}`, cover: id }))
  );
  const { documentId: goes } = await editor.create(ARTICLE, { title: 'Goes', slug: 'goes' });
  const titleOnLive = (id: string) =>
    live.run<string | undefined>(
      "return (await strapi.documents('api::article.article').findOne({ documentId: args }))?.title",
      id
    );
  await settles(async () => expect(await titleOnLive(goes)).toBe('Goes'));
  storage.down = false;
  // Somebody presses Retry until it is there: what was on its way when they pressed it first is not hurried by that.
  const retrying = setInterval(() => {
    void staging.admin().then((admin) => admin.post(`/replication/links/${toLive}/retry`, {}));
  }, 5_000);
  // What could not be recorded is tried again after half a minute.
  const covers = await Promise.all(waiting.map(({ documentId }) => coverOn(live, documentId, 120_000))).finally(() =>
    clearInterval(retrying)
  );
  expect(covers.map(({ name }) => name)).toEqual(['early.png', 'late.png']);

  const lost = await editor.upload('lost.png', png(900, 600, [50, 80, 120]), 'image/png');
  for (const key of keysIn('staging')) if (key.includes(lost.hash)) storage.objects.delete(`staging/${key}`);
  const { documentId: without } = await editor.create(ARTICLE, { title: 'Without', slug: 'without', cover: lost.id });
  await settles(async () => expect(await titleOnLive(without)).toBe('Without'));
  const { links } = await overview(staging);
  expect(links[0]!.counts.failed).toBe(0);
}, 300_000);
