import { ACTIONS } from '../../../server/src/contracts';
import { adminRoutes } from '../../../server/src/routes/admin';
import { access } from '../../support/app';
import { startInstance, type Instance } from '../../support/instance';
import { adminClient, restClient, type Rest } from '../../support/rest';

interface Route {
  method: string;
  path: string;
  action: string;
}

const ROUTES: Route[] = adminRoutes.routes.map(({ method, path, config }) => ({
  method,
  // Names of what is not there: who may not ask must not even hear that.
  path: `/replication${path.replace(':uid', 'api::article.article').replace(/:[a-zA-Z]+/g, 'nothing')}`,
  action: (config.policies[1] as { config: { actions: string[] } }).config.actions[0]!,
}));
const ALL = Object.values(ACTIONS);

let site: Instance;
let before: unknown;

beforeAll(async () => {
  site = await startInstance({ name: 'staging' });
  before = await stateOf();
});

/** What the plugin has, which nobody here may change. */
const stateOf = () =>
  site.run(`
    const dump = {};
    for (const name of ['links', 'rules', 'signing_keys', 'identity', 'link_codes', 'jobs', 'replicas']) {
      const table = 'replication_' + name;
      if (await strapi.db.connection.schema.hasTable(table)) dump[name] = await strapi.db.connection(table).select('*');
    }
    return dump;
  `);

const answerTo = (client: Rest, { method, path }: Route): Promise<{ status: number; body: any }> =>
  client.request(method, path, method === 'GET' || method === 'DELETE' ? undefined : {}).then(
    (body) => ({ status: 200, body }),
    ({ status, body }) => ({ status, body })
  );

/** Each route is refused with this status, and says nothing besides. */
const refusesAll = async (client: Rest, status: number, routes = ROUTES): Promise<void> => {
  for (const route of routes) {
    const { status: got, body } = await answerTo(client, route);
    expect([route.method, route.path, got]).toEqual([route.method, route.path, status]);
    expect(body.data).toBeNull();
    expect(JSON.stringify(body)).not.toMatch(/"(site|links|code|rules|items)":/);
  }
};

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

/** An editor who logs in, with a role that has these permissions and no others. */
const userFor = async (name: string, actions: string[]): Promise<Rest> => {
  const admin = await site.admin();
  const { data: role } = await admin.post('/admin/roles', { name, description: '' });
  const permissions = actions.map((action) => ({ action, subject: null, properties: {}, conditions: [] }));
  await admin.put(`/admin/roles/${role.id}/permissions`, { permissions });
  const email = `${name}@site.example`;
  const password = 'Not-Guessed-1';
  const { data: user } = await admin.post('/admin/users', { firstname: name, email, roles: [role.id] });
  await admin.put(`/admin/users/${user.id}`, { password, isActive: true });
  return adminClient(site.url, email, password);
};

it('has an action for every route', () => {
  expect(ROUTES.length).toBeGreaterThan(20);
  for (const { action } of ROUTES) expect(ALL).toContain(action);
  for (const route of ROUTES.filter(({ method }) => method === 'DELETE' || method === 'PUT'))
    expect(route.action).not.toBe(ACTIONS.read);
});

it('is shut to strangers, and to tokens and users of the content API', async () => {
  await refusesAll(restClient(site.url), 401);
  const { API_TOKEN } = await access();
  await refusesAll(
    restClient(site.url, () => ({ authorization: `Bearer ${API_TOKEN}` })),
    401
  );
  await refusesAll(
    restClient(site.url, () => ({ authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJpZCI6MX0.' })),
    401
  );
});

it('is shut to administrators and tokens without a permission', async () => {
  await refusesAll(await userFor('nobody', []), 403);
  await refusesAll(await tokenFor('other', ['plugin::upload.read']), 403);
});

it.each(Object.entries(ACTIONS))(
  'opens with the permission “%s” what it is for, and nothing else',
  async (name, action) => {
    const others = ROUTES.filter((route) => route.action !== action);
    const [user, token] = [await userFor(`only-${name}`, [action]), await tokenFor(`only ${name}`, [action])];
    for (const client of [user, token]) {
      await refusesAll(client, 403, others);
      // Only those that change nothing here: they are let in, and told what is wrong.
      const mine = ROUTES.filter((route) => route.action === action);
      const own = mine.find(({ path }) => path.includes('nothing')) ?? mine[0]!;
      const { status, body } = await answerTo(client, own);
      const reason = body.error?.details?.code ?? null;
      expect([own.path, status, reason]).not.toEqual([own.path, 403, null]);
      expect([200, 400, 404]).toContain(status);
    }
  }
);

it('has changed nothing by all of that', async () => {
  expect(await stateOf()).toEqual(before);
});
