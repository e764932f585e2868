import { startInstance, type Instance } from '../support/instance';
import { linkSites, share } from '../support/link';
import { settles } from '../support/wait';
import { ARTICLE, CATEGORY, everything, GLOBAL } from './sites';

/** `@strapi-community/plugin-rest-cache` on live, as a site has it that answers many readers. */
let staging: Instance;
let live: Instance;

beforeAll(async () => {
  [staging, live] = await Promise.all([
    startInstance({ name: 'staging' }),
    startInstance({ name: 'live', env: { PLAYGROUND_REST_CACHE: 'true' } }),
  ]);
  const { first } = await linkSites(staging, live);
  await share(staging, first, everything([ARTICLE, CATEGORY, GLOBAL]));
});

/** What live answers a reader, and whether the cache or Strapi did. */
const read = async (path: string): Promise<{ cache: string | null; status: number; body: any }> => {
  const response = await fetch(`${live.url}/api${path}`);
  return { cache: response.headers.get('x-cache'), status: response.status, body: await response.json() };
};

/** Reads until the cache answers: what came before is purged, and nothing but another purge brings anything new. */
const keep = async (path: string) => {
  let kept = await read(path);
  await settles(async () => {
    kept = await read(path);
    expect(kept.cache).toBe('HIT');
  });
  return kept.body;
};

const onStaging = <T = unknown>(code: string, args?: unknown): Promise<T> => staging.run<T>(code, args);

it('forgets what it kept of an entry and of lists when a change of it is applied', async () => {
  const { documentId } = await onStaging<{ documentId: string }>(
    "return strapi.documents('api::category.category').create({ data: { name: 'Kept', slug: 'kept' } })"
  );
  await settles(async () => expect((await read(`/categories/${documentId}`)).status).toBe(200));
  expect((await keep(`/categories/${documentId}`)).data.name).toBe('Kept');
  const list = '/categories?filters[slug][$eq]=kept';
  expect((await keep(list)).data).toHaveLength(1);

  await onStaging("return strapi.documents('api::category.category').update(args)", {
    documentId,
    data: { name: 'Changed' },
  });
  await settles(async () => expect((await read(`/categories/${documentId}`)).body.data.name).toBe('Changed'));
  await settles(async () => expect((await read(list)).body.data[0].name).toBe('Changed'));

  await keep(list);
  await onStaging("return strapi.documents('api::category.category').delete(args)", { documentId });
  await settles(async () => expect((await read(list)).body.data).toHaveLength(0));
});

it('forgets what it kept when an entry is published and when it is not any more', async () => {
  const { documentId } = await onStaging<{ documentId: string }>(
    "return strapi.documents('api::article.article').create({ data: { title: 'Soon', slug: 'soon' } })"
  );
  const list = '/articles?filters[slug][$eq]=soon';
  expect((await keep(list)).data).toHaveLength(0);
  await onStaging("return strapi.documents('api::article.article').publish(args)", { documentId });
  await settles(async () => expect((await read(list)).body.data).toHaveLength(1));
  await keep(list);
  await onStaging("return strapi.documents('api::article.article').unpublish(args)", { documentId });
  await settles(async () => expect((await read(list)).body.data).toHaveLength(0));
});
