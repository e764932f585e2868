import { runSchedule } from '../support/world/run';

/**
 * Several sites under everything that can go wrong, from a seed; see `tests/support/world`. A sample with each
 * `npm test`; `SIMULATION_RUNS=20000 SIMULATION_SEED=1 npm run test:simulation` is the long run, and with
 * `SIMULATION_STORY=1` a schedule tells what happened in it.
 *
 * What was broken on purpose, and in how many schedules it was seen (from seed 1, stopped after 10 failures):
 *
 * | broken                                                        | failed   | first seen as                         |
 * |---------------------------------------------------------------|----------|---------------------------------------|
 * | marks are deleted before the revision is stored (`record.ts`) | 10 of 10 | rows are not what the head holds      |
 * | PUBLISHED opens every part (`compose-messages.ts`)            | 10 of 26 | a word that nobody published is sent  |
 * | an incoming leaf replaces the others (`apply.ts`)             | 10 of 15 | the queue does not come to rest       |
 * | what was parked is never placed (`park.ts`)                   | 10 of 12 | a relation is in the head, not here   |
 * | a delivery counts though its answer was lost (`deliver.ts`)   | 10 of 28 | leaves differ between two sites       |
 * | nothing is noted for the rest of the site (`show.ts`)         | 10 of 10 | it was told nothing of an entry       |
 * | a note is removed before it was told (`notify.ts`)            | 1 of 60  | it was told nothing of an entry       |
 * | hooks' corrections are sent (`record.ts`)                     | 1 of 25  | the sites do not come to rest         |
 *
 * Not seen: that local edits go unrecorded before an apply, because `show.ts` refuses to write over them as well; and rows
 * that vanish without a mark, because nobody does that in these worlds.
 */
const runs = Number(process.env.SIMULATION_RUNS ?? 50);
const firstSeed = Number(process.env.SIMULATION_SEED ?? 1);

test(
  'whatever is lost, doubled, late, edited meanwhile or killed: sites come to rest equal, and nothing is lost',
  async () => {
    const failures: string[] = [];
    let done = 0;
    for (let seed = firstSeed; done < runs; seed += 1) {
      const violations = await runSchedule(seed);
      done += 1;
      if (violations.length > 0)
        failures.push(`SIMULATION_SEED=${seed} SIMULATION_RUNS=1\n${violations.slice(0, 5).join('\n')}`);
      if (failures.length >= 10) break;
    }
    if (failures.length > 0)
      throw new Error(`${failures.length} of ${done} schedules broke an invariant:\n\n${failures.join('\n\n')}`);
    expect(done).toBeGreaterThan(0);
  },
  24 * 3_600_000
);
