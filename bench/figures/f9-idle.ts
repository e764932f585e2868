import type { Figure, Measured } from '../figure';
import { idle, type Idle } from '../inside/idle';
import { fill, makeArticles, seedFor, startPair, startPlain } from '../sites';
import { ofRounds } from '../statistics';

const MINUTE_MS = 60_000;
const AT_MOST_EVERY_MS = 5_000;
/** A request stays open that long at most. */
const WATCHED_MS = 40_000;
/** What follows a fill (its last notes, a first look at all rows) has ended by then. */
const SETTLE_MS = 30_000;

/**
 * Two linked sites that share a hundred entries, and nobody does anything. Each statement by itself: how often the most
 * frequent one is sent. Processor time is compared with a site without the plugin.
 */
async function* measure(): AsyncGenerator<[string, Measured]> {
  const [pair, without] = [await startPair(seedFor(false)), await startPlain(seedFor(false))];
  await makeArticles(pair.staging, false, { from: 0, to: 100 });
  await fill(pair);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const sites = [pair.staging, pair.live, without];
  const [staging, live, plain] = (await Promise.all(sites.map((site) => site.run<Idle>(idle, WATCHED_MS)))) as [
    Idle,
    Idle,
    Idle,
  ];
  await Promise.all(sites.map((site) => site.stop()));

  const most = [staging, live].map(({ statements: [first], milliseconds }) =>
    first ? (first[1] * AT_MOST_EVERY_MS) / milliseconds : 0
  );
  const all = [staging, live].map(({ statements, milliseconds }) =>
    Math.round((statements.reduce((sum, [, times]) => sum + times, 0) * MINUTE_MS) / milliseconds)
  );
  yield [
    'statements',
    ofRounds(
      [Math.max(...most)],
      `${all.join(' and ')} a minute in all; the most frequent: ${staging.statements[0]?.[0]}`
    ),
  ];
  const share = ({ processor, milliseconds }: Idle) => (100 * processor) / milliseconds;
  const more = [staging, live].map((site) => share(site) - share(plain));
  yield [
    'processor',
    ofRounds(
      [Math.max(0, ...more)],
      `${[staging, live, plain].map((site) => `${share(site).toFixed(2)} %`).join(', ')} of a core: staging, live, without`
    ),
  ];
}

export const idling: Figure = {
  what: 'how often the most frequent statement is sent, ÷ once in 5 s; per cent of a core more than without the plugin',
  goal: 1,
  better: 'lower',
  parts: { idle: measure },
};
