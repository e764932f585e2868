import { access } from '../support/app';
import { overview } from '../support/link';
import { HttpError, restClient } from '../support/rest';
import { eventually } from '../support/wait';
import { rowsOf } from './rows';
import { CATEGORY, everything, startPair } from './sites';

/** What a scheduler elsewhere calls: with a token of the content API, of full access or one that may do only this. */
it('a call from outside does what waits, at once and for who may ask for it', async () => {
  const { staging, live, toLive } = await startPair(everything([CATEGORY]));
  await live.kill();
  const { documentId } = await staging.run<{ documentId: string }>(
    'return strapi.documents(args).create({ data: { name: "Late", slug: "late" } })',
    CATEGORY
  );
  const link = async () => (await overview(staging)).links.find(({ id }) => id === toLive)!;
  await eventually(async () => (await link()).failures > 0, { what: 'the other site to be missed' });
  // As after many failures: nobody would try again for hours.
  await staging.run(
    (strapi, id: string) =>
      strapi.db
        .connection('replication_links')
        .where({ id })
        .update({ retry_at: Date.now() + 3_600_000 }),
    toLive
  );
  await live.start();

  const { API_TOKEN } = await access();
  const scheduler = restClient(staging.url, () => ({ authorization: `Bearer ${API_TOKEN}` }));
  expect(await scheduler.post('/api/replication/v1/run')).toEqual({ data: { done: true } });
  expect(await rowsOf(live, CATEGORY, [documentId])).toHaveLength(1);

  const { data: token } = await (
    await staging.admin()
  ).post('/admin/api-tokens', {
    name: 'only runs',
    description: '',
    lifespan: null,
    type: 'custom',
    permissions: ['plugin::replication.run.run'],
  });
  const onlyRuns = restClient(staging.url, () => ({ authorization: `Bearer ${token.accessKey}` }));
  expect(await onlyRuns.post('/api/replication/v1/run')).toEqual({ data: { done: true } });
  await expect(onlyRuns.get('/api/categories')).rejects.toThrow(HttpError);

  for (const authorization of [undefined, 'Bearer nothing']) {
    const stranger = restClient(staging.url, () => (authorization ? { authorization } : {}) as Record<string, string>);
    const status = await stranger.post('/api/replication/v1/run').then(
      () => 200,
      (error: HttpError) => error.status
    );
    expect([401, 403]).toContain(status);
  }
});
