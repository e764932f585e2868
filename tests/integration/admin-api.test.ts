import { access } from '../support/app';
import { startInstance, type Instance } from '../support/instance';
import { restClient, type Rest } from '../support/rest';

let site: Instance;

const ACTIONS = ['read', 'links.manage', 'rules.manage', 'queue.manage'].map((one) => `plugin::replication.${one}`);

beforeAll(async () => {
  site = await startInstance({ name: 'staging' });
});

/** An admin token as a script would use it, with these permissions only. */
const tokenFor = async (name: string, actions: string[]): Promise<Rest> => {
  const { data } = await (
    await site.admin()
  ).post('/admin/admin-tokens', {
    name,
    description: '',
    lifespan: null,
    adminPermissions: actions.map((action) => ({ action })),
  });
  return restClient(site.url, () => ({ authorization: `Bearer ${data.accessKey}` }));
};

const refusal = (call: Promise<unknown>): Promise<{ status: number; code?: string }> =>
  call.then(
    () => ({ status: 200 }),
    ({ status, body }) => ({ status, code: body?.error?.details?.code })
  );

describe('the admin API', () => {
  it('answers an admin token with the permission to read', async () => {
    const reader = await tokenFor('reader', [ACTIONS[0]!]);
    const { data } = await reader.get('/replication/overview');
    expect(data).toMatchObject({ site: { name: 'staging', url: `${site.url}/api` }, problems: [], links: [] });
    const { data: types } = await reader.get('/replication/types');
    expect(types.map((type: { uid: string }) => type.uid)).toContain('api::article.article');
    expect(types.map((type: { uid: string }) => type.uid)).not.toContain('plugin::upload.file');
  });

  it('pauses sharing with all sites, of which there are none', async () => {
    const manager = await tokenFor('pauses', ACTIONS);
    expect((await manager.post('/replication/pause')).data).toMatchObject({ links: [] });
    expect((await manager.post('/replication/resume')).data).toMatchObject({ links: [] });
  });

  it('refuses strangers and tokens of the content API', async () => {
    const { API_TOKEN } = await access();
    const content = restClient(site.url, () => ({ authorization: `Bearer ${API_TOKEN}` }));
    expect(await refusal(restClient(site.url).get('/replication/overview'))).toMatchObject({ status: 401 });
    expect(await refusal(content.get('/replication/overview'))).toMatchObject({ status: 401 });
  });

  it('tells the status of entries only to those who may read them', async () => {
    const reader = await tokenFor('reads status', [ACTIONS[0]!]);
    // With its message: the panel beside an entry shows it.
    await expect(reader.get('/replication/entries/api::article.article/x')).rejects.toMatchObject({
      status: 403,
      body: { error: { message: expect.stringContaining('may not read'), details: { code: 'FORBIDDEN' } } },
    });
    const administrator = await site.admin();
    const { data } = await administrator.get('/replication/entries/api::article.article/x');
    expect(data).toEqual({
      documentId: 'x',
      sites: [],
      brakes: [],
      lockedBy: null,
      diverged: false,
      missing: [],
      hasDrafts: true,
      localFields: [],
      events: [],
    });
    const { data: batch } = await administrator.post('/replication/entries/status', {
      uid: 'api::article.article',
      documentIds: ['x'],
    });
    expect(batch).toEqual({ x: { state: 'unshared', sites: [], goesTo: [], locked: false, diverged: false } });
  });

  it('issues a code, reads it, and does not link a site with itself', async () => {
    const manager = await tokenFor('links sites', ACTIONS);
    const { data: issued } = await manager.post('/replication/links/codes');
    const { data: seen } = await manager.post('/replication/links/codes/read', { code: issued.code });
    expect(seen).toMatchObject({ url: `${site.url}/api`, expiresAt: issued.expiresAt });
    expect(await refusal(manager.post('/replication/links/redeem', { code: issued.code }))).toEqual({
      status: 400,
      code: 'SELF_LINK',
    });
  });

  it('answers wrong input with 400 and unknown sites and entries with 404, each with a code', async () => {
    const manager = await tokenFor('makes mistakes', ACTIONS);
    const wrong: [string, string, unknown][] = [
      ['POST', '/replication/links/codes/read', {}],
      ['POST', '/replication/links/codes/read', { code: 5 }],
      ['POST', '/replication/links/codes', { more: true }],
      ['POST', '/replication/pause', { link: 'x' }],
      ['PUT', '/replication/links/x/rules', { rules: [{ scope: 'all' }] }],
      ['POST', '/replication/entries/status', { uid: 'nonsense', documentIds: [] }],
      ['GET', '/replication/links/x/queue?page=0', undefined],
    ];
    for (const [method, path, body] of wrong) {
      expect([path, await refusal(manager.request(method, path, body))]).toEqual([
        path,
        { status: 400, code: 'INVALID_INPUT' },
      ]);
    }
    for (const call of ['accept', 'refuse', 'test', 'pause', 'resume', 'retry', 'compare']) {
      expect(await refusal(manager.post(`/replication/links/x/${call}`))).toEqual({
        status: 404,
        code: 'LINK_UNKNOWN',
      });
    }
    expect(await refusal(manager.get('/replication/types?link=x'))).toEqual({ status: 404, code: 'LINK_UNKNOWN' });
    expect(await refusal(manager.delete('/replication/links/x'))).toEqual({ status: 404, code: 'LINK_UNKNOWN' });
    expect(await refusal((await site.admin()).post('/replication/entries/api::article.article/x/retry'))).toEqual({
      status: 404,
      code: 'ENTRY_UNKNOWN',
    });
  });
});
