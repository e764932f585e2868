import type { Figure, Measured } from '../figure';
import { articleIds } from '../inside/articles';
import { scaled } from '../scale';
import { fill, filled, makeArticles, saveAndSee, seedFor, startPair, type Pair } from '../sites';
import { median, milliseconds, ofRounds } from '../statistics';

const ROUNDS = 5;
const EDITS = 200;
const LOOK_EVERY_MS = 25;
const FEW = 1_000;

/** Two sites with so many articles shared. */
const filledPair = async (articles: number): Promise<Pair> => {
  const pair = await startPair(seedFor(false));
  await makeArticles(pair.staging, false, { from: 0, to: articles });
  await fill(pair, 3_600_000);
  return pair;
};

/** Milliseconds of one edit, from its save until live shows it, in a round of edits back to back. */
const costOfEdits = async (pair: Pair, round: number): Promise<number> => {
  const from = (round * EDITS) % FEW;
  const ids = articleIds({ from, to: from + EDITS });
  const sent = await saveAndSee(pair, { ids, tag: `F5 ${round}`, apart: 0, rich: false }, LOOK_EVERY_MS);
  await filled(pair, 60_000);
  return (Math.max(...sent.seen) - sent.began) / EDITS;
};

/** One pair of sites with few entries and one with many, in turn: whatever else the machine does meets both. */
async function* measure(scale: number): AsyncGenerator<[string, Measured]> {
  const many = scaled(100_000, scale / 2, 5_000);
  const [small, large] = [await filledPair(FEW), await filledPair(many)];
  const rounds: { atFew: number; atMany: number }[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const atFew = await costOfEdits(small, round);
    const atMany = await costOfEdits(large, round);
    // The first round warms up.
    if (round > 0) rounds.push({ atFew, atMany });
  }
  await Promise.all([small, large].flatMap(({ staging, live }) => [staging.stop(), live.stop()]));
  yield [
    `${many} ÷ ${FEW}`,
    ofRounds(
      rounds.map(({ atFew, atMany }) => atMany / atFew),
      `${milliseconds(median(rounds.map(({ atMany }) => atMany)))} ÷ ${milliseconds(median(rounds.map(({ atFew }) => atFew)))}`
    ),
  ];
}

export const size: Figure = {
  what: 'one edit, saved and seen on the other site, at many entries ÷ at 1,000',
  goal: 1.2,
  better: 'lower',
  parts: { plain: measure },
};
