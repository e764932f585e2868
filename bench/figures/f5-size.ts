import type { Figure, Measured } from '../figure';
import { articleIds } from '../inside/articles';
import { scaled } from '../scale';
import { fill, filled, makeArticles, saveAndSee, seedFor, startPair, type Pair } from '../sites';
import { median, milliseconds, ofRounds } from '../statistics';

const ROUNDS = 5;
const EDITS = 200;
const LOOK_EVERY_MS = 25;

/** Milliseconds of one edit, from its save until live shows it, in rounds of edits back to back. */
const costOfEdits = async (pair: Pair, tag: string): Promise<number[]> => {
  const costs: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const from = round * EDITS;
    const ids = articleIds({ from: from % 1_000, to: (from % 1_000) + EDITS });
    const sent = await saveAndSee(pair, { ids, tag: `${tag} ${round}`, apart: 0, rich: false }, LOOK_EVERY_MS);
    await filled(pair, 60_000);
    if (round > 0) costs.push((Math.max(...sent.seen) - sent.began) / EDITS);
  }
  return costs;
};

/** One pair of sites, first with a few entries, then with many. */
async function* measure(scale: number): AsyncGenerator<[string, Measured]> {
  const few = 1_000;
  const many = scaled(100_000, scale / 2, 5_000);
  const pair = await startPair(seedFor(false));
  await makeArticles(pair.staging, false, { from: 0, to: few });
  await fill(pair);
  const atFew = await costOfEdits(pair, 'F5 few');
  await makeArticles(pair.staging, false, { from: few, to: many });
  await filled(pair, 3_600_000);
  const atMany = await costOfEdits(pair, 'F5 many');
  await Promise.all([pair.staging.stop(), pair.live.stop()]);
  const before = median(atFew);
  yield [
    `${many} ÷ ${few}`,
    ofRounds(
      atMany.map((cost) => cost / before),
      `${milliseconds(median(atMany))} ÷ ${milliseconds(before)}`
    ),
  ];
}

export const size: Figure = {
  what: 'one edit, saved and seen on the other site, at many entries ÷ at 1,000',
  goal: 1.2,
  better: 'lower',
  parts: { plain: measure },
};
