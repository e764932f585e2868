import { runSchedule } from '../support/world/run';

/**
 * Several sites under everything that can go wrong, from a seed; see `tests/support/world`. A sample with each
 * `npm test`; `npm run test:simulation` is the long run, in processes of its own, and makes failing schedules shorter.
 * With `SIMULATION_STORY=1` a schedule tells what happened in it.
 *
 * `npm run test:mutations` breaks the domain on purpose (`scripts/mutation-list.mjs`) and counts in how many schedules it
 * is seen. From seed 1, 60 at most, stopped after 3 failures:
 *
 * | broken                                                          | failed   | first seen as                          |
 * |-----------------------------------------------------------------|----------|----------------------------------------|
 * | marks are deleted before the revision is stored (`record.ts`)   | 3 of 3   | the sites do not come to rest          |
 * | PUBLISHED opens every part (`compose-messages.ts`)              | 3 of 11  | a word that nobody published is sent   |
 * | an incoming leaf replaces the others (`move-heads.ts`)          | 3 of 5   | the sites do not come to rest          |
 * | what was parked is never placed (`park.ts`)                     | 3 of 3   | a relation is in the head, not here    |
 * | a delivery counts though its answer was lost (`deliver.ts`)     | 3 of 4   | leaves differ between two sites        |
 * | a withdrawal leaves the rows (`withdraw.ts`)                    | 3 of 17  | a word is held that nobody published   |
 * | what is claimed is not decided again (`claim.ts`)               | 3 of 18  | sent though no rule says so            |
 * | pauses of a clock that was wrong are kept (`housekeeping.ts`)   | 3 of 59  | a delivery still waits at rest         |
 * | “Compare and repair” sends nothing (`compare.ts`)               | 3 of 39  | leaves differ after a restore          |
 *
 * The others of that list are not counted anew since each step draws from its own source. Too seldom to count on, and
 * held by a unit test each: those marked `rare` there.
 *
 * What waits for a person (rows that vanish, raw SQL, many deletions, each answered either way) happens in three of ten
 * worlds; that a broken brake or sweep is seen is held by unit tests (`brakes.test.ts`, `sweep.test.ts`).
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
