import type { Figure, Measured } from '../figure';
import { articleIds } from '../inside/articles';
import { scaled } from '../scale';
import { fill, makeArticles, saveAlone, saveAndSee, seedFor, startPair, startPlain } from '../sites';
import { median, milliseconds, percentile } from '../statistics';

const APART_MS = 100;
const LOOK_EVERY_MS = 2;
/** So many at a time: the request that watches them stays short. */
const AT_A_TIME = 100;

/** Single edits with pauses between: from the commit on staging until live's database shows it, as multiples of one save. */
async function* measure(scale: number): AsyncGenerator<[string, Measured]> {
  const [pair, without] = [await startPair(seedFor(false)), await startPlain(seedFor(false))];
  const range = { from: 0, to: scaled(1_000, scale, 200) };
  await Promise.all([pair.staging, without].map((site) => makeArticles(site, false, range)));
  await fill(pair);

  const ids = articleIds(range);
  const delays: number[] = [];
  const saves: number[] = [];
  for (let start = 0; start < ids.length; start += AT_A_TIME) {
    const edits = { ids: ids.slice(start, start + AT_A_TIME), tag: `F4 ${start}`, apart: APART_MS, rich: false };
    const arrived = await saveAndSee(pair, edits, LOOK_EVERY_MS);
    // The first look at everything warms up.
    const from = start === 0 ? 20 : 0;
    delays.push(...arrived.seen.map((at, index) => at - arrived.committed[index]).slice(from));
    saves.push(...(await saveAlone(without, edits)).durations.slice(from));
  }
  await Promise.all([pair.staging, pair.live, without].map((site) => site.stop()));
  const save = median(saves);
  const result = (part: number): Measured => ({
    value: percentile(delays, part) / save,
    min: Math.min(...delays) / save,
    max: Math.max(...delays) / save,
    n: delays.length,
    seen: `${milliseconds(percentile(delays, part))} ÷ ${milliseconds(save)}`,
  });
  yield ['p50', result(0.5)];
  yield ['p99', result(0.99)];
}

export const latency: Figure = {
  what: 'commit on one site to visible on the other ÷ one save',
  goal: 10,
  goals: { p99: 40 },
  better: 'lower',
  parts: { plain: measure },
};
