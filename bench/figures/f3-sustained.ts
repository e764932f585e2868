import type { Figure, Measured } from '../figure';
import { articleIds } from '../inside/articles';
import { profiled } from '../profile';
import { scaled } from '../scale';
import {
  fill,
  filled,
  makeArticles,
  saveAlone,
  saveAndSee,
  seedFor,
  startPair,
  startPlain,
  withProcessorTime,
} from '../sites';
import { median, milliseconds, ofRounds, perSecond } from '../statistics';

const ROUNDS = 3;
const LOOK_EVERY_MS = 25;

interface Round {
  /** Edits a second. */
  alone: number;
  linked: number;
  /** Milliseconds for an edit on staging, on live, and on the site that saves alone. */
  processor: number[];
}

/**
 * Distinct entries edited as fast as the document service saves, until live has seen the last; against a site without
 * the plugin that only saves. Both on this machine, so staging and live share its cores.
 */
const measureKind = async (rich: boolean, count: number): Promise<Measured> => {
  const [pair, without] = [await startPair(seedFor(rich)), await startPlain(seedFor(rich))];
  const range = { from: 0, to: count };
  await Promise.all([pair.staging, without].map((site) => makeArticles(site, rich, range)));
  await fill(pair);

  const ids = articleIds(range);
  const rounds: Round[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    // Fewer in the first round, which warms up.
    const some = round === 0 ? ids.slice(0, 50) : ids;
    const edits = { ids: some, tag: `F3 ${round}`, apart: 0, rich };
    const kind = `F3 ${rich ? 'rich' : 'plain'} ${round}`;
    const own = await profiled(kind, [without], some.length, () =>
      withProcessorTime([without], () => saveAlone(without, edits))
    );
    const sent = await profiled(kind, [pair.staging, pair.live], some.length, () =>
      withProcessorTime([pair.staging, pair.live], async () => {
        const arrived = await saveAndSee(pair, edits, LOOK_EVERY_MS);
        await filled(pair, 120_000);
        return arrived;
      })
    );
    if (round === 0) continue;
    const alone = perSecond(some.length, own.result.ended - own.result.began);
    const linked = perSecond(some.length, Math.max(...sent.result.seen) - sent.result.began);
    rounds.push({
      alone,
      linked,
      processor: [...sent.milliseconds, ...own.milliseconds].map((time) => time / some.length),
    });
  }
  await Promise.all([pair.staging, pair.live, without].map((site) => site.stop()));
  const middle = (value: (round: Round) => number) => median(rounds.map(value));
  const [staging, live, alone] = [0, 1, 2].map((site) => milliseconds(middle(({ processor }) => processor[site])));
  return ofRounds(
    rounds.map(({ linked, alone: rate }) => linked / rate),
    `${count} entries: ${Math.round(middle(({ linked }) => linked))}/s ÷ ${Math.round(middle((round) => round.alone))}/s; ` +
      `processor time of an edit: ${staging} on staging + ${live} on live ÷ ${alone}`
  );
};

export const sustained: Figure = {
  what: 'edits a second saved on one site and visible on the other ÷ edits a second one site saves alone',
  goal: 0.9,
  better: 'higher',
  parts: {
    async *plain(scale) {
      yield ['plain', await measureKind(false, scaled(5_000, scale, 200))];
    },
    async *rich(scale) {
      yield ['rich', await measureKind(true, scaled(1_000, scale, 100))];
    },
  },
};
