import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { APP } from '../../tests/support/app';
import type { Editor } from '../../tests/support/content';
import { differences, filesIn, localesOf, readAll, readEverything } from '../../tests/support/deep-read';
import type { Instance } from '../../tests/support/instance';
import { share } from '../../tests/support/link';
import { eventually, settles } from '../../tests/support/wait';
import { link } from './pair';
import type { RecordingProxy } from './recording-proxy';
import type { Report } from './report';
import { mentions, tablesMentioning } from './traces';

const BLOG = ['article', 'author', 'category', 'global', 'about'].map((name) => `api::${name}.${name}`);
const PAGE = 'api::page.page';
const ARTICLE = 'api::article.article';
const CATEGORY = 'api::category.category';

/** Proves the main job from outside: through both sites' own REST and admin APIs. */
export const checkMainJob = async (
  report: Report,
  staging: Instance,
  live: Instance,
  traffic: RecordingProxy[]
): Promise<void> => {
  let linkId = '';
  const linked = await report.check('the two sites are linked by a code', async () => {
    linkId = (await link(staging, live)).first;
  });
  if (!linked) return;
  const editor = await staging.editor();
  await checkFirstFill(report, staging, live);
  await checkEdits(report, staging, live, editor);
  await checkPublishedOnly(report, staging, live, editor, traffic, linkId);
};

/** Throws with the first places that differ. Every field counts, also dates and documentIds. */
const expectEqual = async (staging: Instance, live: Instance, uid: string): Promise<number> => {
  const locales = await localesOf(staging);
  const [here, there] = await Promise.all([staging, live].map((site) => readEverything(site, uid, locales)));
  const found = differences(here, there);
  if (found.length) throw new Error(`${uid} differs in ${found.length} places: ${found.slice(0, 5).join('; ')}`);
  return Object.values(here).reduce((total, rows) => total + rows.length, 0);
};

const checkFirstFill = async (report: Report, staging: Instance, live: Instance) => {
  for (const uid of [...BLOG, PAGE]) {
    await report.check(`all of ${uid} is equal on live`, async () => {
      const rows = await eventually(() => expectEqual(staging, live, uid), {
        within: 60_000,
        what: `${uid} to be equal`,
      });
      return `${rows} rows`;
    });
  }
  await report.check('every image is equal byte by byte', async () => {
    const read = await Promise.all([...BLOG, PAGE].map((uid) => readEverything(staging, uid, ['en', 'de'])));
    const files = filesIn(read);
    const urls = [...files.values()].flatMap((file) => [
      file.url,
      ...Object.values((file.formats ?? {}) as Record<string, { url: string }>).map((format) => format.url),
    ]);
    for (const url of urls) await settles(() => expectSameBytes(staging, live, url), { what: `${url} to be equal` });
    if (files.size < 10) throw new Error(`Only ${files.size} files were seen.`);
    return `${files.size} files, ${urls.length} images with their formats`;
  });
};

const bytesHash = async (site: Instance, url: string): Promise<string> => {
  const response = await fetch(`${site.url}${url}`);
  if (!response.ok) throw new Error(`${site.name} answers ${response.status} for ${url}`);
  return createHash('sha256')
    .update(Buffer.from(await response.arrayBuffer()))
    .digest('hex');
};

const expectSameBytes = async (staging: Instance, live: Instance, url: string) => {
  const [here, there] = await Promise.all([bytesHash(staging, url), bytesHash(live, url)]);
  if (here !== there) throw new Error(`${url} has other bytes on live`);
};

const checkEdits = async (report: Report, staging: Instance, live: Instance, editor: Editor) => {
  const seen = (uid: string) =>
    settles(async () => void (await expectEqual(staging, live, uid)), { what: `${uid} to be equal` });
  const drafts = await readAll(staging, ARTICLE, { status: 'draft' });
  const published = await readAll(staging, ARTICLE, { status: 'published' });
  const unpublished = drafts.find((draft) => !published.some(({ documentId }) => documentId === draft.documentId));
  const [first, second] = published;
  const step = (what: string, act: () => Promise<unknown>, uid: string) =>
    report.check(`${what} is seen on live`, async () => {
      await act();
      const started = performance.now();
      await seen(uid);
      return `${Math.round(performance.now() - started)} ms after it was saved`;
    });

  await step(
    'an edited draft',
    () => editor.update(ARTICLE, first.documentId, { title: 'Edited on staging' }),
    ARTICLE
  );
  await step('publishing it', () => editor.publish(ARTICLE, first.documentId), ARTICLE);
  await step('publishing a draft', () => editor.publish(ARTICLE, unpublished.documentId), ARTICLE);
  await step('unpublishing', () => editor.unpublish(ARTICLE, second.documentId), ARTICLE);
  await step('a new language', () => addFrench(staging, editor), PAGE);
  await step('a re-ordered dynamic zone', () => reverseBlocks(editor, first.documentId), ARTICLE);
  await step('a replaced image', () => replaceCover(staging, editor, first), ARTICLE);
  await report.check("the replaced image's bytes are seen on live", async () => {
    await settles(() => expectSameBytes(staging, live, first.cover.url), { what: 'the new bytes' });
  });
  await step('a relation changed from the other side', () => moveArticle(staging, editor, first), ARTICLE);
  await step('a deletion', () => editor.remove(ARTICLE, second.documentId), ARTICLE);
};

const addFrench = async (staging: Instance, editor: Editor) => {
  await (await staging.admin()).post('/i18n/locales', { code: 'fr', name: 'French (fr)', isDefault: false });
  const [page] = await readAll(staging, PAGE, { status: 'draft', locale: 'en' });
  await editor.publish(
    PAGE,
    page.documentId,
    { title: 'Accueil', slug: 'accueil', body: '# Accueil' },
    { locale: 'fr' }
  );
};

const reverseBlocks = async (editor: Editor, documentId: string) => {
  const article = await editor.read(ARTICLE, documentId);
  await editor.publish(ARTICLE, documentId, { blocks: [...article.blocks].reverse() });
};

const replaceCover = async (staging: Instance, editor: Editor, article: { documentId: string }) => {
  const { data } = await staging.rest().get(`/api/articles/${article.documentId}`, { populate: ['cover'] });
  const other = path.join(APP, 'data', 'uploads', 'coffee-art.jpg');
  await editor.replaceFile(data.cover.id, data.cover.name, fs.readFileSync(other), 'image/jpeg');
};

const moveArticle = async (staging: Instance, editor: Editor, article: { documentId: string; category: any }) => {
  const categories = await readAll(staging, CATEGORY, {});
  const other = categories.find(({ documentId }) => documentId !== article.category?.documentId);
  await editor.update(CATEGORY, other.documentId, {
    articles: { connect: [{ documentId: article.documentId, status: 'draft' }], disconnect: [] },
  });
};

const checkPublishedOnly = async (
  report: Report,
  staging: Instance,
  live: Instance,
  editor: Editor,
  traffic: RecordingProxy[],
  linkId: string
) => {
  const [article] = await readAll(staging, ARTICLE, { status: 'published' });
  const secret = 'Zanzibar-not-for-the-public';
  const control = 'Quixotic-for-the-public';
  const passed = (text: string) => traffic.some(({ bodies }) => bodies.some((body) => mentions(body, text)));

  await report.check('articles are lowered to PUBLISHED', async () => {
    await share(staging, linkId, [
      { scope: 'instance', uid: '', level: 'EVERYTHING', direction: 'SEND_ONLY' },
      { scope: 'type', uid: ARTICLE, level: 'PUBLISHED', direction: 'SEND_ONLY' },
    ]);
    traffic.forEach((proxy) => proxy.forget());
  });
  await report.check('a draft edit is not seen on live, but later edits of other types are', async () => {
    await editor.update(ARTICLE, article.documentId, { title: secret });
    const [category] = await readAll(staging, CATEGORY, {});
    await editor.update(CATEGORY, category.documentId, { description: control });
    await eventually(
      async () => (await readAll(live, CATEGORY, {})).some(({ description }) => description === control),
      {
        what: 'the other edit to arrive',
      }
    );
    for (const status of ['draft', 'published'] as const) {
      const rows = await readAll(live, ARTICLE, { status });
      if (JSON.stringify(rows).includes(secret)) throw new Error(`Live shows the draft's text as ${status}.`);
    }
  });
  await report.check('the traffic does not contain it, after inflating', async () => {
    if (!passed(control)) throw new Error('The search does not even find what did pass.');
    if (passed(secret)) throw new Error("The draft's text went over the wire.");
    return `${traffic.reduce((total, { bodies }) => total + bodies.length, 0)} bodies searched`;
  });
  await report.check("live's database does not contain it", async () => {
    if (!live.databaseFile) throw new Error('This check needs SQLite.');
    const seen = await tablesMentioning(live.databaseFile, control);
    // It has to be found in rows and in packed history, or a miss would prove nothing.
    if (!seen.includes('categories') || !seen.includes('replication_contents')) {
      throw new Error(`The search does not find what is there: only in ${seen.join(', ')}.`);
    }
    const found = await tablesMentioning(live.databaseFile, secret);
    if (found.length) throw new Error(`The draft's text is in ${found.join(', ')}.`);
  });
  await report.check('publishing it is seen on live', async () => {
    await editor.publish(ARTICLE, article.documentId);
    await eventually(
      async () => JSON.stringify(await readAll(live, ARTICLE, { status: 'published' })).includes(secret),
      { what: 'the published text' }
    );
  });
};
