import { clearOut, leave, leavingNow } from '../../../server/src/replication/link/leave';
import { loadIdentity } from '../../../server/src/replication/link/identity';
import { untoldOf } from '../../../server/src/replication/link/rows';
import { PRIMARY_KEYS, type TableName } from '../../../server/src/replication/tables';
import { plainSecrets } from '../http/two-sites';
import { createLinkedSite, type LinkedSite } from './linked-site';

let staging: LinkedSite;
let live: LinkedSite;
let archive: LinkedSite;
/** What was waited for, in its order, with whether data were about to be removed and how many links there were. */
let steps: string[];
let died: Error | null;

const link = async (one: LinkedSite, other: LinkedSite): Promise<void> => {
  const { code } = await one.desk.issueCode();
  await other.desk.redeem(code);
  await one.desk.accept(other.identity.instance);
  await other.exchange.poll();
};

beforeEach(async () => {
  staging = await createLinkedSite('staging');
  live = await createLinkedSite('live');
  archive = await createLinkedSite('archive');
  await link(staging, live);
  await link(staging, archive);
  steps = [];
  died = null;
});

afterEach(() => Promise.all([staging.close(), live.close(), archive.close()]));

const step = async (name: string): Promise<void> => {
  const { leaving, links } = await staging.store.transaction(async (unit) => ({
    leaving: await leavingNow(unit, staging.clock.now()),
    links: await unit.tables.count('links', {}),
  }));
  steps.push(`${name}: ${leaving ? 'leaving' : 'not leaving'}, ${links} links`);
};

const options = () => ({
  store: staging.store,
  clock: staging.clock,
  site: { name: 'staging' },
  exchange: staging.exchange,
  onChange: (id: string) => void staging.changes.push([id, 'UNLINKED']),
  takenUp: () => step('this process'),
  othersRest: async () => {
    await step('others');
    if (died) throw died;
  },
});
const leaves = (evenIfUntold = false, name = 'staging') => leave(options(), { name, evenIfUntold });

/** Names of the tables in which there is anything. */
const filled = () =>
  staging.store.transaction(async ({ tables }) => {
    const names: string[] = [];
    for (const name of Object.keys(PRIMARY_KEYS) as TableName[]) {
      if ((await tables.count(name, {})) > 0) names.push(name);
    }
    return names;
  });

describe('a site that leaves', () => {
  it('tells every linked site, and keeps nothing', async () => {
    const { instance } = staging.identity;
    await leaves();
    expect(await live.stateOf(instance)).toBe('UNLINKED');
    expect(await archive.stateOf(instance)).toBe('UNLINKED');
    expect(await filled()).toEqual([]);
  });

  it('lets every process come to rest before anything is removed, and look again afterwards', async () => {
    await leaves();
    expect(steps).toEqual([
      'this process: leaving, 2 links',
      'others: leaving, 2 links',
      'this process: not leaving, 0 links',
    ]);
  });

  it('is another site when it starts again', async () => {
    const before = staging.identity.instance;
    await leaves();
    const after = await staging.store.transaction((unit) =>
      loadIdentity(unit, { secrets: plainSecrets, clock: staging.clock })
    );
    expect(after.instance).not.toBe(before);
    expect(after.formers).toEqual([]);
  });

  it('does nothing where another name is typed', async () => {
    await expect(leaves(false, 'live')).rejects.toMatchObject({ code: 'NAME_DIFFERS' });
    expect(await staging.stateOf(live.identity.instance)).toBe('REGISTERED');
    expect(steps).toEqual([]);
  });

  it('does nothing while the configuration would link it anew', async () => {
    await staging.store.transaction(({ tables }) =>
      tables.update('links', { id: live.identity.instance }, { locked: 1 })
    );
    await expect(leaves(true)).rejects.toMatchObject({ code: 'LINK_LOCKED' });
    expect(await staging.stateOf(archive.identity.instance)).toBe('REGISTERED');
    expect(steps).toEqual([]);
  });

  it('is unlinked and keeps its data where a site cannot be told, and leaves once it can', async () => {
    staging.network.down = true;
    const { instance } = staging.identity;
    await expect(leaves()).rejects.toMatchObject({
      code: 'SITES_NOT_TOLD',
      details: { sites: expect.arrayContaining([expect.any(String)]) },
    });
    expect(steps).toEqual([]);
    expect(await staging.stateOf(live.identity.instance)).toBe('UNLINKED');
    expect(await live.stateOf(instance)).toBe('REGISTERED');
    expect(await filled()).toContain('signing_keys');

    staging.network.down = false;
    await leaves();
    expect(await live.stateOf(instance)).toBe('UNLINKED');
    expect(await filled()).toEqual([]);
  });

  it('tells those that it can, and names the others', async () => {
    await live.close();
    await expect(leaves()).rejects.toMatchObject({
      code: 'SITES_NOT_TOLD',
      message: expect.stringContaining('unlink'),
    });
    expect(await archive.stateOf(staging.identity.instance)).toBe('UNLINKED');
    const rows = await staging.desk.list();
    const untold = await staging.store.transaction((unit) => untoldOf(unit, rows));
    expect(untold).toEqual(new Set([live.identity.instance]));
  });

  it('leaves all the same where somebody says so', async () => {
    staging.network.down = true;
    await leaves(true);
    expect(await filled()).toEqual([]);
  });

  it('goes on, unlinked, where removing fails, and can leave again', async () => {
    died = new Error('The database is gone.');
    await expect(leaves()).rejects.toThrow('The database is gone.');
    expect(steps.at(-1)).toBe('this process: not leaving, 2 links');
    died = null;
    await leaves();
    expect(await filled()).toEqual([]);
  });

  it('can be told to leave again by a process that finds it leaving, as after a crash', async () => {
    // Whoever began it never comes back: its mark stands.
    await new Promise<void>((begun) => {
      const never = () => new Promise<void>(() => begun());
      void leave({ ...options(), othersRest: never }, { name: 'staging', evenIfUntold: false });
    });
    const now = staging.clock.now();
    const leaving = (at: number) => staging.store.transaction((unit) => leavingNow(unit, at));
    expect(await leaving(now)).toBe(true);
    expect(await leaving(now + 16 * 60_000)).toBe(false);
    staging.clock.shift += 1;
    await clearOut(options());
    expect(await filled()).toEqual([]);
  });

  it('removes nothing that was begun after somebody else has told it to leave', async () => {
    const first = clearOut({
      ...options(),
      othersRest: async () => {
        staging.clock.shift += 1;
        await clearOut(options());
        await staging.store.transaction((unit) => loadIdentity(unit, { secrets: plainSecrets, clock: staging.clock }));
      },
    });
    await expect(first).rejects.toMatchObject({ code: 'LEFT_MEANWHILE' });
    expect(await filled()).toEqual(['settings', 'signing_keys']);
  });
});
