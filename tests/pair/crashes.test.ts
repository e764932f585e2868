import { setTimeout as pass } from 'node:timers/promises';
import { defaultDatabase } from '../support/databases';
import type { Instance } from '../support/instance';
import { HttpError } from '../support/rest';
import { settles } from '../support/wait';
import { comparableRows, rowsOf } from './rows';
import { ARTICLE, atRest, CATEGORY, everything, startPair, type Pair } from './sites';

/** `CRASHES=40 CRASH_SEED=7 npx jest --selectProjects pair crashes` for more of them, or the same again; on servers fewer. */
const CRASHES = Number(process.env.CRASHES ?? (defaultDatabase() === 'sqlite' ? 8 : 4));
const SEED = process.env.CRASH_SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.CRASH_SEED);
const EDITORS = 4;
/** Milliseconds from the first edit of a round within which a site is killed. */
const WITHIN = 700;

/** mulberry32: small, and the same everywhere. */
const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

/** What a site has answered "saved" to, and what may or may not have been saved when it died. */
interface Saved {
  uid: string;
  /** Nobody edits another's entries: Strapi itself does not keep two saves of one entry apart. */
  editor: number;
  acknowledged: string;
  /** Sent since then, and not answered. */
  attempted: Set<string>;
}

let pair: Pair;
const saved = new Map<string, Saved>();
let count = 0;

beforeAll(async () => {
  pair = await startPair(everything([ARTICLE, CATEGORY]));
});

/** One person, saving one thing after the other until told to stop or until the site is gone. */
const edit = async (site: Instance, editor: number, chance: () => number, stopped: () => boolean): Promise<void> => {
  const rest = site.rest();
  while (!stopped()) {
    const text = `save ${(count += 1)}`;
    const article = chance() < 0.6;
    const [uid, path, name] = article ? [ARTICLE, '/api/articles', 'title'] : [CATEGORY, '/api/categories', 'name'];
    const mine = [...saved].filter(([, one]) => one.uid === uid && one.editor === editor);
    const known = chance() < 0.6 && mine.length > 0 ? mine[Math.floor(chance() * mine.length)]! : null;
    const zone = article
      ? {
          blocks: [
            { __component: 'shared.rich-text', body: text },
            { __component: 'shared.quote', title: text },
          ],
        }
      : {};
    const status = article && chance() < 0.3 ? 'published' : undefined;
    known?.[1].attempted.add(text);
    try {
      const body = { data: { [name]: text, ...zone } };
      const { data } = known
        ? await rest.put(`${path}/${known[0]}`, body, { status })
        : await rest.post(path, body, { status });
      saved.set(data.documentId, { uid, editor, acknowledged: text, attempted: new Set() });
    } catch (error) {
      // The site was killed while it answered. Anything it did answer is its own opinion, and a failure here.
      if (error instanceof HttpError) throw error;
      return;
    }
  }
};

const editing = (chance: () => number): { stop(): Promise<void> } => {
  let stopped = false;
  const all = Promise.all(
    Array.from({ length: EDITORS }, (_, editor) => edit(pair.staging, editor, chance, () => stopped))
  );
  all.catch(() => undefined);
  return {
    stop: async () => {
      stopped = true;
      await all;
    },
  };
};

/** At the end both sites are equal, hold every acknowledged save, and nothing twice. */
const expectAllThere = async () => {
  const { staging, live, toLive } = pair;
  await (await staging.admin()).post(`/replication/links/${toLive}/retry`, {});
  await atRest(staging, live);
  await settles(async () => expect(await undelivered(staging)).toEqual([]), {
    what: 'the queue to be empty',
  });
  for (const uid of [ARTICLE, CATEGORY]) {
    await settles(
      async () => {
        const [here, there] = [await rowsOf(staging, uid), await rowsOf(live, uid)];
        expect(comparableRows(there)).toEqual(comparableRows(here));
      },
      { what: `${uid} to be equal after ${SEED}` }
    );
    const rows = await rowsOf(live, uid);
    const keys = rows.map(({ documentId, status }) => `${documentId} ${status}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const [id, { acknowledged, attempted }] of [...saved].filter(([, one]) => one.uid === uid)) {
      const draft = rows.find(({ documentId, status }) => documentId === id && (uid !== ARTICLE || status === 'draft'));
      const text = draft?.fields.title ?? draft?.fields.name;
      expect([acknowledged, ...attempted]).toContain(text);
    }
  }
  const [here, there] = [await histories(staging), await histories(live)];
  expect(there).toEqual(here);
  expect(Object.values(here).every(({ leaves }) => leaves === 1)).toBe(true);
  expect(await components(live)).toEqual(await components(staging));
};

const histories = (site: Instance) =>
  site.run<Record<string, { revisions: string[]; leaves: number }>>(async (strapi) => {
    const result: Record<string, { revisions: string[]; leaves: number }> = {};
    const of = (entity: string) => (result[entity] ??= { revisions: [], leaves: 0 });
    for (const { entity, id } of await strapi.db.connection('replication_revisions').orderBy('id'))
      of(entity).revisions.push(id);
    for (const { entity } of await strapi.db.connection('replication_leaves')) of(entity).leaves += 1;
    return Object.fromEntries(Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

/** What the other side has not acknowledged, and why. */
const undelivered = (site: Instance) =>
  site.run((strapi) => strapi.db.connection('replication_replicas').whereNot({ state: 'done' }));

const components = (site: Instance) =>
  site.run(async (strapi) => ({
    texts: await strapi.db.query('shared.rich-text').count(),
    quotes: await strapi.db.query('shared.quote').count(),
  }));

describe(`killed at random moments, seed ${SEED}`, () => {
  it(
    `${CRASHES} times the sender and ${CRASHES} times the receiver: equal afterwards, nothing lost, nothing twice`,
    async () => {
      const chance = random(SEED);
      const { staging, live } = pair;
      for (let crash = 0; crash < CRASHES; crash += 1) {
        const moments = [chance() * WITHIN, chance() * WITHIN];
        const work = editing(chance);
        const receiver = pass(moments[0]).then(() => live.restart('SIGKILL'));
        const sender = pass(moments[1]).then(() => staging.kill('SIGKILL'));
        await sender;
        await work.stop();
        await Promise.all([receiver, staging.start()]);
      }
      await expectAllThere();
      console.log(`${saved.size} entries in ${count} saves, ${CRASHES} crashes of each site, seed ${SEED}.`);
    },
    300_000 + CRASHES * 30_000
  );

  it('the receiver was down the whole time: it has everything once it is back', async () => {
    const { staging, live } = pair;
    await live.kill('SIGKILL');
    const chance = random(SEED + 1);
    const before = count;
    for (const crashes of [false, true]) {
      const work = editing(chance);
      await settles(() => expect(count).toBeGreaterThan(before + (crashes ? 60 : 30)));
      if (crashes) await staging.kill('SIGKILL');
      await work.stop();
    }
    await staging.start();
    await live.start();
    await expectAllThere();
  });
});
