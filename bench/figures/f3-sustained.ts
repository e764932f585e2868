import type { Figure, Measured } from '../figure';
import { articleIds } from '../inside/articles';
import { profiled } from '../profile';
import { scaled } from '../scale';
import { fill, filled, makeArticles, saveAlone, saveAndSee, seedFor, startPair, startPlain } from '../sites';
import { median, ofRounds, perSecond } from '../statistics';

const ROUNDS = 3;
const LOOK_EVERY_MS = 25;

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
  const ratios: number[] = [];
  const rates: { linked: number; alone: number }[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    // Fewer in the first round, which warms up.
    const some = round === 0 ? ids.slice(0, 50) : ids;
    const edits = { ids: some, tag: `F3 ${round}`, apart: 0, rich };
    const own = await saveAlone(without, edits);
    const sent = await profiled(`F3 ${rich ? 'rich' : 'plain'} ${round}`, [pair.staging, pair.live], some.length, () =>
      saveAndSee(pair, edits, LOOK_EVERY_MS)
    );
    await filled(pair, 120_000);
    if (round === 0) continue;
    const alone = perSecond(some.length, own.ended - own.began);
    const linked = perSecond(some.length, Math.max(...sent.seen) - sent.began);
    ratios.push(linked / alone);
    rates.push({ linked, alone });
  }
  await Promise.all([pair.staging, pair.live, without].map((site) => site.stop()));
  const rate = (kind: 'linked' | 'alone') => Math.round(median(rates.map((one) => one[kind])));
  return ofRounds(ratios, `${count} entries: ${rate('linked')}/s ÷ ${rate('alone')}/s`);
};

export const sustained: Figure = {
  what: 'edits a second saved on one site and visible on the other ÷ edits a second one site saves alone',
  goal: 0.7,
  better: 'higher',
  async *measure(scale) {
    yield ['plain', await measureKind(false, scaled(5_000, scale, 200))];
    yield ['rich', await measureKind(true, scaled(1_000, scale, 100))];
  },
};
