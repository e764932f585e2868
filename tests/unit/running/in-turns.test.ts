import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { inTurns, LONG_MS } from '../../../server/src/running/in-turns';
import { RightOfWay } from '../../../server/src/running/right-of-way';

it('lets a request and a timer come in between steps that wait for nothing else', async () => {
  const happened: string[] = [];
  setTimeout(() => happened.push('timer'), 0);
  setImmediate(() => happened.push('request'));
  let steps = 0;
  const until = performance.now() + 50;
  await inTurns(async () => {
    await Promise.resolve();
    steps += 1;
    return performance.now() < until;
  });
  expect(happened.sort()).toEqual(['request', 'timer']);
  expect(steps).toBeGreaterThan(1);
});

it('ends with the first step that has nothing more to do', async () => {
  const left = [true, true, false, true];
  await inTurns(async () => left.shift()!);
  expect(left).toEqual([true]);
});

it('lets what takes several turns end between two steps where these are long', async () => {
  const happened: string[] = [];
  const request = async () => {
    for (let turns = 0; turns < 4; turns += 1) await turn();
    happened.push('answered');
  };
  let steps = 0;
  let answered: Promise<void> | undefined;
  await inTurns(async () => {
    answered ??= request();
    const until = performance.now() + LONG_MS + 5;
    while (performance.now() < until);
    happened.push('step');
    return Promise.resolve((steps += 1) < 3);
  });
  await answered;
  expect(happened).toEqual(['step', 'answered', 'step', 'step']);
});

it('leaves the rest where it is over', async () => {
  let steps = 0;
  await inTurns(
    () => Promise.resolve((steps += 1) > 0),
    () => steps === 2
  );
  expect(steps).toBe(2);
});

it('gives way between two long steps to what goes first', async () => {
  const way = new RightOfWay();
  const happened: string[] = [];
  const long = () => {
    const until = performance.now() + LONG_MS + 5;
    while (performance.now() < until);
  };
  let delivery: Promise<void> | undefined;
  let steps = 0;
  await inTurns(
    async () => {
      long();
      happened.push('step');
      delivery ??= way.first(async () => {
        await pause(60);
        happened.push('delivered');
      });
      return Promise.resolve((steps += 1) < 2);
    },
    () => false,
    way
  );
  await delivery;
  expect(happened).toEqual(['step', 'delivered', 'step']);
});
