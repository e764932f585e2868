import { openStore } from '../../tests/contract/open-store';
import { compareSites } from '../../tests/support/compared-sites';
import type { Figure, Measured } from '../figure';
import { scaled } from '../scale';
import { median, milliseconds, ofRounds } from '../statistics';

const ROUNDS = 5;
const MOST_BYTES = 64 * 1024;

const timed = async <T>(work: () => Promise<T>): Promise<{ result: T; took: number }> => {
  const started = performance.now();
  const result = await work();
  return { result, took: performance.now() - started };
};

/**
 * Two sites that share so many equal entries compare both directions: the work of both, in one process on one database,
 * without the network between them; ÷ one read of the header of every entry's newest version.
 */
async function* measure(scale: number): AsyncGenerator<[string, Measured]> {
  const entries = scaled(100_000, scale, 1_000);
  const { store, close } = await openStore();
  const sites = await compareSites(store, entries);
  const rounds: { read: number; compare: number; bytes: number }[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const { took: read } = await timed(sites.readHeads);
    const { took: compare, result } = await timed(sites.compare);
    if (result.equal !== entries) throw new Error(`Only ${result.equal} of ${entries} entries were found to be equal.`);
    // The first round warms up.
    if (round > 0) rounds.push({ read, compare, bytes: result.bytes });
  }
  await close();
  const middle = (value: (round: (typeof rounds)[number]) => number) => median(rounds.map(value));
  yield [
    'time',
    ofRounds(
      rounds.map(({ read, compare }) => compare / read),
      `${entries} entries: ${milliseconds(middle(({ compare }) => compare))} ÷ ${milliseconds(middle(({ read }) => read))}`
    ),
  ];
  yield [
    'bytes',
    ofRounds(
      rounds.map(({ bytes }) => bytes / MOST_BYTES),
      `${middle(({ bytes }) => bytes)} bytes ÷ ${MOST_BYTES}`
    ),
  ];
}

export const comparison: Figure = {
  what: 'comparing equal entries, both directions and both sites ÷ one read of their heads; bytes ÷ 64 KiB',
  goal: 2,
  goals: { bytes: 1 },
  better: 'lower',
  parts: { equal: measure },
};
