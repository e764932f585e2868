import type { Figure, Measured } from '../figure';
import { articleIds } from '../inside/articles';
import { scaled } from '../scale';
import { fill, makeArticles, saveAlone, seedFor, startPair, startPlain } from '../sites';
import { median, milliseconds, ofRounds } from '../statistics';

const ROUNDS = 5;
const APART_MS = 50;

/**
 * A draft saved with the plugin that marks and records it, and the same on a site without the plugin. Rounds alternate
 * between the two running sites, so that whatever else the machine does meets both. The link is paused after the fill:
 * what delivery costs is F3's.
 */
async function* measureKind(rich: boolean, scale: number): AsyncGenerator<[string, Measured]> {
  const [pair, without] = [await startPair(seedFor(rich)), await startPlain(seedFor(rich))];
  const range = { from: 0, to: scaled(rich ? 200 : 1_000, scale, 50) };
  await Promise.all([pair.staging, without].map((site) => makeArticles(site, rich, range)));
  await fill(pair);
  await (await pair.staging.admin()).post(`/replication/links/${pair.link}/pause`, {});
  await pair.live.kill();

  const ids = articleIds(range);
  for (const apart of [APART_MS, 0]) {
    const saves = ids.slice(0, apart > 0 ? 25 : 150);
    const rounds: { on: number; off: number }[] = [];
    // The first round warms both up.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const edits = { ids: saves, tag: `F1 ${apart} ${round}`, apart, rich };
      const order = round % 2 === 0 ? [pair.staging, without] : [without, pair.staging];
      const medians = new Map<unknown, number>();
      for (const site of order) {
        medians.set(site, median((await saveAlone(site, edits)).durations));
        if (site === pair.staging) await pair.staging.run(recorded);
      }
      if (round > 0) rounds.push({ on: medians.get(pair.staging)!, off: medians.get(without)! });
    }
    const seen = `${milliseconds(median(rounds.map(({ on }) => on)))} ÷ ${milliseconds(median(rounds.map(({ off }) => off)))}`;
    const name = `${rich ? 'rich' : 'plain'}, ${apart > 0 ? `${apart} ms apart` : 'back to back'}`;
    yield [
      name,
      ofRounds(
        rounds.map(({ on, off }) => on / off),
        seen
      ),
    ];
  }
  await Promise.all([pair.staging, pair.live, without].map((site) => site.stop()));
}

/** The other site's round must not meet what this one has still to record. */
const recorded = async (strapi: any): Promise<void> => {
  const { store } = strapi.plugin('replication').service('engine');
  while ((await store.transaction(({ tables }: any) => tables.count('marks', {}))) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

export const capture: Figure = {
  what: 'a save with capture on ÷ the same save without the plugin, median',
  goal: 1.1,
  better: 'lower',
  parts: { plain: (scale) => measureKind(false, scale), rich: (scale) => measureKind(true, scale) },
};
