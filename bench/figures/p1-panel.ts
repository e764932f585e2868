import { share } from '../../tests/support/link';
import type { Instance } from '../../tests/support/instance';
import type { Rest } from '../../tests/support/rest';
import type { Figure, Measured } from '../figure';
import { ARTICLE, articleId } from '../inside/articles';
import { CATEGORY, fileUnderOne } from '../inside/category';
import { scaled } from '../scale';
import { filled, makeArticles, seedFor, startPair, withProcessorTime } from '../sites';
import { milliseconds, ofRounds, percentile } from '../statistics';

const ROUNDS = 300;
const WARMING_UP = 30;
/** Asked without a pause for the processor time of one answer, which says most on a machine that is busy with others. */
const COUNTED = 100;
/** What nobody notices, beside what Strapi itself asks for. */
const MOST_MS = 50;

/** What is asked of the plugin, and what Strapi's own panel asks at the same time, for the n-th time. */
interface Asked {
  ours(n: number): Promise<unknown>;
  strapis(n: number): Promise<unknown>;
}

const timed = async (request: Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await request;
  return performance.now() - started;
};

/** The panel beside an entry, and the request that fills the entry's form. */
const anEntry = (admin: Rest, uid: string, idOf: (n: number) => string): Asked => ({
  ours: (n) => admin.get(`/replication/entries/${uid}/${idOf(n)}`),
  strapis: (n) => admin.get(`/content-manager/collection-types/${uid}/${idOf(n)}`),
});

/** The column of a list, and the request for the page that it stands in. */
const aPage = (admin: Rest, entries: number, size: number): Asked => {
  const pageOf = (n: number) => (n * 37) % Math.floor(entries / size);
  const idsOf = (n: number) => Array.from({ length: size }, (_, index) => articleId(pageOf(n) * size + index));
  return {
    ours: (n) => admin.post('/replication/entries/status', { uid: ARTICLE, documentIds: idsOf(n) }),
    strapis: (n) =>
      admin.get(`/content-manager/collection-types/${ARTICLE}`, {
        page: pageOf(n) + 1,
        pageSize: size,
        sort: 'title:ASC',
      }),
  };
};

/** One after the other, in turn, so that both meet whatever else the machine does. */
const measureOne = async (site: Instance, { ours, strapis }: Asked): Promise<Measured[]> => {
  const own: number[] = [];
  const other: number[] = [];
  for (let n = -WARMING_UP; n < ROUNDS; n += 1) {
    const [one, two] = [await timed(ours(n + WARMING_UP)), await timed(strapis(n + WARMING_UP))];
    if (n >= 0) own.push(one);
    if (n >= 0) other.push(two);
  }
  const [spent] = (
    await withProcessorTime([site], async () => {
      for (let n = 0; n < COUNTED; n += 1) await ours(n);
    })
  ).milliseconds as [number];
  const told = (times: number[]) =>
    [0.5, 0.95].map((part) => `p${part * 100} ${milliseconds(percentile(times, part))}`).join(', ');
  const middle = percentile(other, 0.5);
  const absolute = `${told(own)}; ${milliseconds(spent / COUNTED)} of processor time each`;
  return [
    {
      ...ofRounds(
        own.map((time) => time / MOST_MS),
        absolute
      ),
      value: percentile(own, 0.95) / MOST_MS,
    },
    {
      ...ofRounds(
        own.map((time) => time / middle),
        `${told(own)} ÷ ${told(other)}`
      ),
      value: percentile(own, 0.5) / middle,
    },
  ];
};

/** A site that shares so many articles of one category, which goes along with them: the page asks while nothing else goes on. */
async function* measure(scale: number): AsyncGenerator<[string, Measured]> {
  const entries = scaled(50_000, scale, 1_000);
  const pair = await startPair(seedFor(false));
  await makeArticles(pair.staging, false, { from: 0, to: entries });
  const category = await pair.staging.run<string>(fileUnderOne);
  await share(pair.staging, pair.link, [{ scope: 'type', uid: ARTICLE, level: 'EVERYTHING', direction: 'SEND_ONLY' }]);
  await filled(pair, 3_600_000);
  const admin = await pair.staging.admin();
  const asked: [string, Asked][] = [
    ['panel', anEntry(admin, ARTICLE, (n) => articleId((n * 37) % entries))],
    ['panel of a category', anEntry(admin, CATEGORY, () => category)],
    ['list of 10', aPage(admin, entries, 10)],
    ['list of 100', aPage(admin, entries, 100)],
  ];
  for (const [what, both] of asked) {
    const [absolute, relative] = await measureOne(pair.staging, both);
    yield [`${what} ÷ ${MOST_MS} ms`, absolute!];
    yield [`${what} ÷ Strapi`, relative!];
  }
  await Promise.all([pair.staging, pair.live].map((site) => site.stop()));
}

export const panel: Figure = {
  what: 'an answer to the panel or to a list’s column, p95 ÷ 50 ms; p50 ÷ Strapi’s own answer for the same entry or page',
  goal: 1,
  better: 'lower',
  parts: { plain: measure },
};
