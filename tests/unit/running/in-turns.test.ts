import { inTurns } from '../../../server/src/running/in-turns';

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
