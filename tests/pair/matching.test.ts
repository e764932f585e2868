import type { DifferenceView, MatchResult, PreviewEntry, PreviewPage, RuleInput } from '../../server/src/contracts';
import type { Instance } from '../support/instance';
import { share } from '../support/link';
import { png } from '../support/png';
import { settles } from '../support/wait';
import { rowsOf, type ReadRow } from './rows';
import { ARTICLE, atRest, CATEGORY, everything, FILE, published, startPair, type Pair } from './sites';

/*
 * Two sites that were filled each by itself from the same content: nothing has the same documentId.
 */
const EQUAL = 142;
const OTHERWISE = 5;
const COUNT = EQUAL + OTHERWISE;

/** Sent to the instance: makes the content, in another order and at another time on each site. */
const fill = async (
  strapi: any,
  { count, otherwise, file, isOther }: { count: number; otherwise: number; file: number; isOther: boolean }
) => {
  const { url } = await strapi.db.query('plugin::upload.file').findOne({ where: { id: file } });
  const categories = [];
  for (const name of ['News', 'Tech', 'Food']) {
    const data = { name, slug: name.toLowerCase() };
    categories.push(await strapi.documents('api::category.category').create({ data }));
  }
  const order = Array.from({ length: count }, (_, index) => (isOther ? count - 1 - index : index));
  for (const index of order) {
    await strapi.documents('api::article.article').create({
      status: 'published',
      data: {
        title: isOther && index < otherwise ? `Entry ${index}, other words` : `Entry ${index}`,
        slug: `entry-${index}`,
        description: `What it is about: ${index}`,
        category: categories[index % 3].documentId,
        cover: file,
        blocks: [{ __component: 'shared.rich-text', body: `![picture](${url}) and text ${index}` }],
      },
    });
  }
};

let pair: Pair;

beforeAll(async () => {
  pair = await startPair();
  for (const [site, isOther] of [
    [pair.staging, false],
    [pair.live, true],
  ] as const) {
    const editor = await site.editor();
    const { id } = await editor.upload('cover.png', png(1200, 600, [20, 90, 160]), 'image/png');
    await site.run(fill, { count: COUNT, otherwise: OTHERWISE, file: id, isOther });
  }
}, 300_000);

const SENDS = { level: 'PUBLISHED', direction: 'SEND_ONLY' } as const;

const preview = async (uid: string, rule: Pick<RuleInput, 'level' | 'direction'>, by: string | null) => {
  const admin = await pair.staging.admin();
  const entries: PreviewEntry[] = [];
  let cursor: string | null = null;
  let page: PreviewPage;
  do {
    page = (await admin.post(`/replication/links/${pair.toLive}/preview`, { uid, ...rule, by, cursor })).data;
    entries.push(...page.entries);
    ({ cursor } = page);
  } while (cursor !== null);
  return { ...page, entries };
};

const match = async (uid: string, rule: Pick<RuleInput, 'level' | 'direction'>, by: string | null) => {
  const admin = await pair.staging.admin();
  const refused: MatchResult['refused'] = [];
  let matched = 0;
  let files = 0;
  let cursor: string | null = null;
  do {
    const { data }: { data: MatchResult } = await admin.post(`/replication/links/${pair.toLive}/match`, {
      uid,
      ...rule,
      by,
      cursor,
      choices: [],
    });
    refused.push(...data.refused);
    matched += data.matched;
    files += data.files;
    ({ cursor } = data);
  } while (cursor !== null);
  return { matched, files, refused };
};

const difference = async ({ uid, documentId, matched }: PreviewEntry): Promise<DifferenceView> => {
  const request = { uid, documentId, level: 'PUBLISHED', there: matched };
  return (await (await pair.staging.admin()).post(`/replication/links/${pair.toLive}/difference`, request)).data;
};

/** Lets everybody read articles through the site's own API, or nobody. */
const publish = (site: Instance, isPublic: boolean) =>
  site.run(async (strapi: any, given: boolean) => {
    const actions = ['find', 'findOne'].map((name) => `api::article.article.${name}`);
    const role = await strapi.db.query('plugin::users-permissions.role').findOne({ where: { type: 'public' } });
    const permissions = strapi.db.query('plugin::users-permissions.permission');
    await permissions.deleteMany({ where: { action: { $in: actions }, role: role.id } });
    for (const action of given ? actions : []) await permissions.create({ data: { action, role: role.id } });
  }, isPublic);

const states = (entries: PreviewEntry[]) =>
  entries.reduce<Record<string, number>>((all, { state }) => ({ ...all, [state]: (all[state] ?? 0) + 1 }), {});

const bySlug = (rows: ReadRow[]) =>
  new Map(rows.filter(({ status }) => status === 'published').map((row) => [String(row.fields.slug), row]));

/** All that says that a row was touched. */
const stateOf = (site: Instance) =>
  site.run(async (strapi: any) => strapi.db.connection('articles').select('*').orderBy('id'));

it('are new to each other by their ids', async () => {
  const found = await preview(ARTICLE, SENDS, null);
  expect(states(found.entries)).toEqual({ new: COUNT });
  expect(found).toMatchObject({ total: COUNT, totalThere: COUNT });
});

it('are found by their slug: what is equal, and what is not, by field', async () => {
  const fields = (await (await pair.staging.admin()).get(`/replication/links/${pair.toLive}/match-fields`)).data;
  expect(fields[ARTICLE][0]).toBe('slug');
  const found = await preview(ARTICLE, SENDS, 'slug');
  expect(states(found.entries)).toEqual({ same: EQUAL, different: OTHERWISE });
  const different = found.entries.filter(({ state }) => state === 'different');
  expect(different.every(({ fields: names }) => names.join() === 'title')).toBe(true);
  const [one] = different;
  // What is there is told only where everybody may read it.
  await publish(pair.live, false);
  expect(await difference(one!)).toEqual({ hidden: true, parts: [] });
  await publish(pair.live, true);
  const { hidden, parts } = await difference(one!);
  expect(hidden).toBe(false);
  const title = parts[0]!.fields.find(({ name }) => name === 'title');
  expect(title).toMatchObject({ here: one!.title, there: `${one!.title}, other words` });
});

it('become one by being matched and sent: the equal ones untouched, nothing doubled, nothing lost', async () => {
  const before = await rowsOf(pair.live, ARTICLE);
  const raw = await stateOf(pair.live);
  expect(await match(CATEGORY, { level: 'EVERYTHING', direction: 'SEND_ONLY' }, 'slug')).toMatchObject({ matched: 3 });
  expect(await match(ARTICLE, SENDS, 'slug')).toEqual({ matched: COUNT, files: expect.any(Number), refused: [] });
  expect(await rowsOf(pair.live, ARTICLE)).toEqual(before);

  await share(pair.staging, pair.toLive, [...published([ARTICLE]), ...everything([CATEGORY])]);
  await settles(
    async () => {
      await atRest(pair.staging, pair.live);
      const [here, there] = [bySlug(await rowsOf(pair.staging, ARTICLE)), bySlug(await rowsOf(pair.live, ARTICLE))];
      expect([...there.values()].map(({ fields }) => fields.title).sort()).toEqual(
        [...here.values()].map(({ fields }) => fields.title).sort()
      );
    },
    { within: 60_000 }
  );
  const after = await rowsOf(pair.live, ARTICLE);
  expect(after.map(({ documentId }) => documentId).sort()).toEqual(before.map(({ documentId }) => documentId).sort());
  expect(await rowsOf(pair.live, CATEGORY)).toHaveLength(3);
  expect(await rowsOf(pair.live, FILE)).toHaveLength(1);
  // Untouched to the column.
  const now = new Map((await stateOf(pair.live)).map((row: any) => [row.id, row]));
  const kept = raw.filter((row: any) => !row.title.includes('other words'));
  expect(kept).toHaveLength(EQUAL * 2);
  expect(kept.map((row: any) => now.get(row.id))).toEqual(kept);
  // What live had is in its history.
  const texts = await pair.live.run(async (strapi: any) => {
    const rows = await strapi.db.connection('replication_revisions').where({ side: 1 }).count({ n: '*' });
    return Number(rows[0].n);
  });
  expect(texts).toBeGreaterThanOrEqual(COUNT);
}, 240_000);

it('are one from then on: an edit here is an edit there, under the id it has there', async () => {
  const [here] = (await rowsOf(pair.staging, ARTICLE)).filter(({ fields }) => fields.slug === 'entry-7');
  const there = (await rowsOf(pair.live, ARTICLE)).find(({ fields }) => fields.slug === 'entry-7')!;
  expect(there.documentId).not.toBe(here!.documentId);
  const editor = await pair.staging.editor();
  await editor.publish(ARTICLE, here!.documentId, { title: 'Edited after all' });
  await settles(async () => {
    await atRest(pair.staging, pair.live);
    const rows = (await rowsOf(pair.live, ARTICLE)).filter(({ documentId }) => documentId === there.documentId);
    expect(rows.map(({ fields }) => fields.title)).toEqual(['Edited after all', 'Edited after all']);
    expect(rows[0]!.fields.category).toEqual(there.fields.category);
    expect(rows[0]!.fields.cover).toEqual(there.fields.cover);
    expect(rows[0]!.fields.blocks).toEqual(there.fields.blocks);
  });
  expect(
    (await (await pair.live.admin()).get(`/replication/entries/${ARTICLE}/${there.documentId}`)).data
  ).toMatchObject({
    lockedBy: { link: pair.toStaging },
  });
  await editor.remove(ARTICLE, here!.documentId);
  await settles(async () => {
    await atRest(pair.staging, pair.live);
    expect((await rowsOf(pair.live, ARTICLE)).filter(({ documentId }) => documentId === there.documentId)).toEqual([]);
  });
});

it('match again without any change, and are not taken twice', async () => {
  expect(await match(ARTICLE, SENDS, 'slug')).toMatchObject({ refused: [] });
  expect(states((await preview(ARTICLE, SENDS, 'slug')).entries)).toEqual({ same: COUNT - 1 });
});
