import fc from 'fast-check';
import { defaultDatabase } from '../support/databases';
import type { Instance } from '../support/instance';
import { differences } from '../support/deep-read';
import { overview } from '../support/link';
import { playInside, sequenceOf, type Action, type Played } from './random-actions';
import { comparableRows, rowsOf } from './rows';
import { atRest, everything, KITCHEN, PAGE, PLAIN, startPair, type Pair } from './sites';

/**
 * Always the same ones with every test run; on database servers, which take longer, fewer.
 * `RANDOM_SEQUENCES=200 RANDOM_SEED=7 npm run test:random` plays others.
 */
const SEQUENCES = Number(process.env.RANDOM_SEQUENCES ?? (defaultDatabase() === 'sqlite' ? 60 : 12));
const LENGTH = Number(process.env.RANDOM_LENGTH ?? 30);
/** How long a failing sequence is made shorter. */
const SHRINK_MS = 60_000;
/** So few that a batch ends within a request's time, whatever else the machine does. */
const AT_ONCE = Math.min(4, SEQUENCES);
const SEED = Number(process.env.RANDOM_SEED ?? 1);

const UIDS: Record<string, string> = { kitchen: KITCHEN, plain: PLAIN, page: PAGE };

describe(`random sequences of ${LENGTH} actions, seed ${SEED}`, () => {
  let pair: Pair;
  let files: number[];
  const refused = new Map<string, number>();
  let done = 0;
  let milliseconds = 0;

  beforeAll(async () => {
    pair = await startPair(everything([KITCHEN, PLAIN, PAGE]));
    files = await uploads(pair.staging);
  });

  const play = async (sequences: Action[][]): Promise<string[][]> => {
    const { staging, live } = pair;
    const started = performance.now();
    const played = await staging.run<Played, { sequences: Action[][]; files: number[] }>(playInside, {
      sequences,
      files,
    });
    done += played.done;
    for (const reason of played.refused) {
      const kind = reason.replace(/"\w{24}"|\d+/g, '…');
      refused.set(kind, (refused.get(kind) ?? 0) + 1);
    }
    await atRest(staging, live);
    // So many deletions, by nobody in particular, are asked about: a person says that they were meant.
    while (await answered(staging)) await atRest(staging, live);
    milliseconds += performance.now() - started;
    const wrong: string[][] = played.made.map(() => []);
    for (const [type, uid] of Object.entries(UIDS)) {
      const ids = played.made.flatMap((made) => made[type]!);
      const [here, there] = await Promise.all([rowsOf(staging, uid, ids), rowsOf(live, uid, ids)]);
      played.made.forEach((made, index) => {
        const of = (rows: typeof here) =>
          Object.fromEntries(
            comparableRows(rows.filter(({ documentId }) => made[type]!.includes(documentId))).map((row) => [
              `${type} ${row.documentId} ${row.locale} ${row.status}`,
              row,
            ])
          );
        wrong[index]!.push(...differences(of(here), of(there)));
      });
    }
    return wrong;
  };

  /** Leaves out actions as long as what remains still fails; what only fails among others stays as it is. */
  const shrink = async (failing: Action[], reason: string[]): Promise<{ actions: Action[]; reason: string[] }> => {
    const until = performance.now() + SHRINK_MS;
    let actions = failing;
    for (let size = Math.ceil(actions.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < actions.length && performance.now() < until;) {
        const less = [...actions.slice(0, at), ...actions.slice(at + size)];
        const [again] = await play([less]);
        if (again!.length > 0) [actions, reason] = [less, again!];
        else at += size;
      }
    }
    return { actions, reason };
  };

  it(`${SEQUENCES} of them end equal on both sites`, async () => {
    const sequence = sequenceOf(LENGTH);
    const all = fc.sample(sequence, { numRuns: SEQUENCES, seed: SEED });
    for (let at = 0; at < all.length; at += AT_ONCE) {
      const batch = all.slice(at, at + AT_ONCE);
      const wrong = await play(batch);
      const first = wrong.findIndex((differences) => differences.length > 0);
      if (first === -1) continue;
      const { actions, reason } = await shrink(batch[first]!, wrong[first]!);
      throw new Error(`Sequence ${at + first} ended different:\n${reason.join('\n')}\n${JSON.stringify(actions)}`);
    }
  }, 1_800_000);

  afterAll(() => {
    const refusals = [...refused].map(([reason, count]) => `${count} × ${reason}`);
    console.log([`${done} actions in ${Math.round(milliseconds / 1000)} s; Strapi refused:`, ...refusals].join('\n  '));
  });
});

const MEANT: { [code: string]: string } = { MANY_DELETED: 'delete', CHANGED_TOO_OFTEN: 'go-on' };

/** Answers what sharing waits for. Whether there was anything. */
const answered = async (site: Instance): Promise<boolean> => {
  const { brakes } = await overview(site);
  const admin = await site.admin();
  for (const { id, code } of brakes) {
    if (!MEANT[code]) throw new Error(`Nobody has given cause for ${id}.`);
    await admin.post('/replication/brakes/answer', { id, answer: MEANT[code] });
  }
  return brakes.length > 0;
};

/** A few files to use; their bytes are no part of this test. */
const uploads = async (site: Instance): Promise<number[]> => {
  const editor = await site.editor();
  const files: number[] = [];
  for (const name of ['one.txt', 'two.txt', 'three.txt']) {
    files.push((await editor.upload(name, new TextEncoder().encode(`The text of ${name}`), 'text/plain')).id);
  }
  return files;
};
