import { runSchedule } from '../support/world/run';
import { MOST_STEPS } from '../support/world/world';

/**
 * Several sites under everything that can go wrong, from a seed; see `tests/support/world`. A sample with each
 * `npm test`; `npm run test:simulation` is the long run, in processes of its own, and makes failing schedules shorter.
 * With `SIMULATION_STORY=1` a schedule tells what happened in it.
 *
 * `npm run test:mutations` breaks the domain on purpose (`scripts/mutation-list.mjs`) and tells in how many schedules each
 * defect is seen, and which defects each invariant sees. From seed 1, 100 schedules at most, stopped after 3 failures:
 *
 * | broken                                                          | failed    |
 * |-----------------------------------------------------------------|-----------|
 * | marks are deleted before the revision is stored                 | 4 of 4    |
 * | PUBLISHED opens every part                                      | 3 of 11   |
 * | an incoming leaf replaces the others                            | 4 of 9    |
 * | what was parked is never placed                                 | 3 of 4    |
 * | a delivery counts though its answer was lost                    | 4 of 5    |
 * | a withdrawal leaves the rows                                    | 3 of 18   |
 * | what is claimed is not decided again                            | 3 of 39   |
 * | pauses of a clock that was wrong are kept                       | 3 of 68   |
 * | “Compare and repair” sends nothing                              | 3 of 66   |
 * | nothing is noted for the rest of the site                       | 4 of 4    |
 * | what was noted is never told                                    | 3 of 25   |
 * | a note is removed before it was told                            | 1 of 100  |
 * | hooks’ corrections are sent                                     | 4 of 38   |
 * | components get new row ids when an apply changes their list     | 3 of 6    |
 * | what all locales share is written to all but one                | 4 of 5    |
 * | of what all locales share only the first draft follows          | 2 of 60   |
 * | links that went along are not remembered                        | 4 of 17   |
 * | local edits go unrecorded before an apply and are written over  | 4 of 6    |
 * | rows are not read back after an apply                           | 4 of 4    |
 * | a comparison takes what is held at another level                | 3 of 11   |
 * | what a crash interrupted stays in delivery                      | 3 of 14   |
 * | a row that went without a mark is taken for a delete            | 3 of 48   |
 *
 * Too seldom to be seen in so few, and held by a unit test each: those marked `rare` there.
 *
 * What waits for a person (rows that vanish, raw SQL, many deletions, each answered either way) happens in three of ten
 * worlds.
 */
// Long ones see more in the same time.
process.env.SIMULATION_LENGTH ??= String(MOST_STEPS);
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
        failures.push(
          `SIMULATION_SEED=${seed} SIMULATION_RUNS=1 SIMULATION_LENGTH=${process.env.SIMULATION_LENGTH}\n${violations.slice(0, 5).join('\n')}`
        );
      if (failures.length >= 10) break;
    }
    if (failures.length > 0)
      throw new Error(`${failures.length} of ${done} schedules broke an invariant:\n\n${failures.join('\n\n')}`);
    expect(done).toBeGreaterThan(0);
  },
  24 * 3_600_000
);
