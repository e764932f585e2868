import { startInstance, type Instance } from '../support/instance';
import { linkSites, share } from '../support/link';
import { settles } from '../support/wait';
import { rowsOf } from './rows';
import { atRest, CATEGORY, everything } from './sites';

/** Each site's document middleware gives every category that site's own slug, whoever has changed it. */
let staging: Instance;
let live: Instance;

beforeAll(async () => {
  [staging, live] = (await Promise.all(
    ['staging', 'live'].map((name) => startInstance({ name, env: { PLAYGROUND_HOOKS: 'correct' } }))
  )) as [Instance, Instance];
  const { first } = await linkSites(staging, live);
  await share(staging, first, everything([CATEGORY], 'BOTH'));
});

const slugs = async (id: string) =>
  (await Promise.all([staging, live].map((site) => rowsOf(site, CATEGORY, [id])))).map((rows) => rows[0]?.fields.slug);

/** Versions that nobody signed for, as they are in a site's history. */
const automatic = (site: Instance, id: string) =>
  site.run<{ origin: string; side: number }[]>(async (strapi, local) => {
    const rows = await strapi.db
      .connection('replication_revisions')
      .where({ entity: `api::category.category/${local}` });
    return rows
      .filter(({ header }: { header: string }) => !('people' in JSON.parse(header).parts))
      .map(({ origin, side }: { origin: string; side: number }) => ({ origin, side: Number(side) }));
  }, id as never);

it('two sites whose hooks rewrite one slug make at most one automatic version each, and edits still arrive', async () => {
  const editor = await staging.editor();
  const { documentId: id } = await editor.create(CATEGORY, { name: 'Argued', slug: 'argued' });
  await settles(async () => expect(await slugs(id)).toEqual(['slug-of-staging', 'slug-of-live']));
  await atRest(staging, live);
  for (const site of [staging, live]) {
    const sent = (await automatic(site, id)).filter(({ side }) => side === 0).map(({ origin }) => origin);
    expect(new Set(sent).size).toBe(sent.length);
  }
  const before = (await automatic(staging, id)).length;

  const onLive = await live.editor();
  const { slug } = (await rowsOf(live, CATEGORY, [id]))[0]!.fields;
  await onLive.update(CATEGORY, id, { name: 'Edited on live', slug });
  await settles(async () => expect((await rowsOf(staging, CATEGORY, [id]))[0]!.fields.name).toBe('Edited on live'));
  await atRest(staging, live);
  expect(await slugs(id)).toEqual(['slug-of-staging', 'slug-of-live']);
  expect((await automatic(staging, id)).length).toBeLessThanOrEqual(before + 1);
});
