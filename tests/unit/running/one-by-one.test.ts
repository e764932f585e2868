import { setImmediate as turn } from 'node:timers/promises';
import { OneByOne } from '../../../server/src/running/one-by-one';

const steps = (happened: string[], name: string) => async () => {
  happened.push(`${name} begins`);
  await turn();
  happened.push(`${name} ends`);
  return name;
};

it('runs works of one name in their order, and of several names at once', async () => {
  const happened: string[] = [];
  const queue = new OneByOne(60_000);
  const all = ['a', 'b', 'c'].map((name) => queue.run(name === 'c' ? 'other' : 'link', steps(happened, name)));
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c']);
  expect(happened.slice(0, 2)).toEqual(['a begins', 'c begins']);
  expect(happened.indexOf('b begins')).toBeGreaterThan(happened.indexOf('a ends'));
});

it('goes on after a work that failed, and tells its error to who asked for it', async () => {
  const queue = new OneByOne(60_000);
  const failed = queue.run('link', () => Promise.reject(new Error('Broken.')));
  const next = queue.run('link', () => Promise.resolve('fine'));
  await expect(failed).rejects.toThrow('Broken.');
  expect(await next).toBe('fine');
  expect(await queue.run('link', () => Promise.resolve('later'))).toBe('later');
});

it('begins after its patience beside a work that hangs', async () => {
  const queue = new OneByOne(20);
  let end = (): void => undefined;
  const hangs = queue.run('link', () => new Promise<string>((resolve) => (end = () => resolve('late'))));
  expect(await queue.run('link', () => Promise.resolve('meanwhile'))).toBe('meanwhile');
  end();
  expect(await hangs).toBe('late');
});
