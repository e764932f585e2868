import { runSchedule } from '../support/world/run';

/**
 * Several sites under everything that can go wrong, from a seed; see `tests/support/world`. A sample with each
 * `npm test`; `SIMULATION_RUNS=20000 SIMULATION_SEED=1 npm run test:simulation` is the long run, and with
 * `SIMULATION_STORY=1` a schedule tells what happened in it.
 *
 * What was broken on purpose, and in how many schedules it was seen (from seed 1, 60 at most, stopped after 10 failures):
 *
 * | broken                                                          | failed   | first seen as                          |
 * |-----------------------------------------------------------------|----------|----------------------------------------|
 * | marks are deleted before the revision is stored (`record.ts`)   | 10 of 10 | rows are not what the head holds       |
 * | PUBLISHED opens every part (`compose-messages.ts`)              | 10 of 49 | a word that nobody published is sent   |
 * | an incoming leaf replaces the others (`move-heads.ts`)          | 10 of 13 | the sites do not come to rest          |
 * | what was parked is never placed (`park.ts`)                     | 10 of 13 | a relation is in the head, not here    |
 * | a delivery counts though its answer was lost (`deliver.ts`)     | 10 of 20 | leaves differ between two sites        |
 * | a withdrawal leaves the rows (`withdraw.ts`)                    | 7 of 60  | rows that nobody remembers             |
 * | what is claimed is not decided again (`claim.ts`)               | 4 of 60  | sent though no rule says so            |
 * | pauses of a clock that was wrong are kept (`housekeeping.ts`)   | 2 of 60  | a delivery still waits at rest         |
 * | “Compare and repair” sends nothing (`compare.ts`)               | 1 of 60  | leaves differ after a restore          |
 * | nothing is noted for the rest of the site (`show.ts`)           | 10 of 10 | it was told nothing of an entry        |
 * | a note is removed before it was told (`notify.ts`)              | 1 of 60  | it was told nothing of an entry        |
 * | hooks' corrections are sent (`record.ts`)                       | 1 of 25  | the sites do not come to rest          |
 *
 * Too seldom for 60 schedules, and held by a unit test each: a second document of a single type stays; a leaf that the
 * sender has replaced stays; a job ends with the documents that have rows; drafts stay open where less is shared (seed
 * 746 sees it); the order is not raised where something is replaced or withdrawn.
 *
 * Not seen: that nothing is ever `stale`; that local edits go unrecorded before an apply, because `show.ts` refuses to
 * write over them as well.
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
