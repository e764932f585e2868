import type { RuleInput } from '../server/src/contracts';
import type { Seed } from '../tests/support/app';
import { startInstance, type Instance } from '../tests/support/instance';
import { linkSites, share } from '../tests/support/link';
import { eventually } from '../tests/support/wait';
import { ARTICLE, makePlain, makeRich, type Range } from './inside/articles';
import { edit, processorTime, watch, type Edited, type Edits } from './inside/edits';

/** Staging sends everything to live. */
export const EVERYTHING: RuleInput[] = [{ scope: 'instance', uid: '', level: 'EVERYTHING', direction: 'SEND_ONLY' }];

export interface Pair {
  staging: Instance;
  live: Instance;
  /** Staging's link to live. */
  link: string;
}

/** Where copies of the example blog's articles are wanted, the example blog has to be there. */
export const seedFor = (rich: boolean): Seed => (rich ? 'content' : 'empty');

export const startPlain = (seed: Seed): Promise<Instance> => startInstance({ name: 'without', seed, plain: true });

/** Staging and live linked, with nothing shared yet. */
export const startPair = async (seed: Seed): Promise<Pair> => {
  const [staging, live] = await Promise.all([
    startInstance({ name: 'staging', seed }),
    startInstance({ name: 'live' }),
  ]);
  const { first } = await linkSites(staging, live);
  return { staging, live, link: first };
};

/** Fifty rich articles take the document service a second or two: each request makes a few. */
const STEP = { rich: 50, plain: 2_000 };

export const makeArticles = async (site: Instance, rich: boolean, { from, to }: Range): Promise<void> => {
  const step = rich ? STEP.rich : STEP.plain;
  for (let start = from; start < to; start += step) {
    await site.run(rich ? makeRich : makePlain, { from: start, to: Math.min(start + step, to) });
  }
};

/** Waits until staging has recorded and delivered everything, and live has as many articles as staging. */
export const filled = async ({ staging, live }: Pair, within: number): Promise<void> => {
  const rows = (site: Instance) => site.run<number>('return strapi.db.query(args).count({ where: {} })', ARTICLE);
  const open = () => staging.run<number>(countOpen);
  await eventually(
    async () => (await open()) === 0 && (await rows(staging)) === (await rows(live)) && (await open()) === 0,
    { within, what: 'live to have all that staging has' }
  );
};

/** What staging has still to decide, to record or to deliver. */
const countOpen = async (strapi: any): Promise<number> => {
  const { store } = strapi.plugin('replication').service('engine');
  return store.transaction(
    async ({ tables }: any) =>
      (await tables.count('marks', {})) +
      (await tables.count('jobs', { state: 'running' })) +
      (await tables.count('replicas', { state: { not: 'done' } }))
  );
};

/** Shares everything and waits until live has it. */
export const fill = async (pair: Pair, within = 600_000): Promise<void> => {
  await share(pair.staging, pair.link, EVERYTHING);
  await filled(pair, within);
};

export const saveAlone = (site: Instance, edits: Edits): Promise<Edited> => site.run(edit, edits);

export interface Arrived extends Edited {
  /** When each was seen on live, in the order of the edits. */
  seen: number[];
}

/** Edits on staging while live is watched from inside; until every edit was seen there. */
export const saveAndSee = async ({ staging, live }: Pair, edits: Edits, every: number): Promise<Arrived> => {
  const [edited, seen] = await Promise.all([staging.run<Edited>(edit, edits), seeAll(live, edits, every)]);
  return { ...edited, seen };
};

const seeAll = async (live: Instance, { ids, tag }: Edits, every: number): Promise<number[]> => {
  let seen: (number | null)[] = ids.map(() => null);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const now: (number | null)[] = await live.run(watch, { ids, tag, every });
    seen = seen.map((first, index) => first ?? now[index]);
    if (!seen.includes(null)) return seen as number[];
  }
  throw new Error(`Live has not seen all of ${ids.length} edits.`);
};

/** Processor time that `work` takes in these processes, by which rounds can be compared on a machine that is busy. */
export const withProcessorTime = async <T>(
  sites: readonly Instance[],
  work: () => Promise<T>
): Promise<{ result: T; milliseconds: number[] }> => {
  const times = () => Promise.all(sites.map((site) => site.run<number>(processorTime)));
  const before = await times();
  const result = await work();
  const after = await times();
  return { result, milliseconds: after.map((time, index) => time - before[index]) };
};
