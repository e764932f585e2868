import { setImmediate as turn } from 'node:timers/promises';
import { RightOfWay, type Errand } from '../../../server/src/running/right-of-way';

const gate = () => {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
};

/** Whether long work may go on at this moment. */
const isFree = async (way: RightOfWay): Promise<boolean> => {
  let free = false;
  void way.free().then(() => (free = true));
  await turn();
  return free;
};

it('holds long work up while a delivery is made ready, and not while it is under way', async () => {
  const way = new RightOfWay();
  const [ready, answered, settled] = [gate(), gate(), gate()];
  const delivery = way.first(async (errand) => {
    await ready.passed;
    await errand(() => answered.passed);
    await settled.passed;
  });
  expect(await isFree(way)).toBe(false);
  ready.open();
  await turn();
  expect(await isFree(way)).toBe(true);
  answered.open();
  await turn();
  expect(await isFree(way)).toBe(false);
  settled.open();
  await delivery;
  expect(await isFree(way)).toBe(true);
});

it('counts several requests of one delivery as one, and waits for the other delivery', async () => {
  const way = new RightOfWay();
  const [first, second, end] = [gate(), gate(), gate()];
  let errand!: Errand;
  const one = way.first(async (given) => {
    errand = given;
    await end.passed;
  });
  const requests = [errand(() => first.passed), errand(() => second.passed)];
  expect(await isFree(way)).toBe(true);
  first.open();
  await turn();
  expect(await isFree(way)).toBe(true);
  const other = way.first(() => end.passed);
  expect(await isFree(way)).toBe(false);
  second.open();
  end.open();
  await Promise.all([...requests, one, other]);
  expect(await isFree(way)).toBe(true);
});

it('is free again after a delivery that failed', async () => {
  const way = new RightOfWay();
  await expect(way.first((errand) => errand(() => Promise.reject(new Error('Nobody is there.'))))).rejects.toThrow(
    'Nobody is there.'
  );
  expect(await isFree(way)).toBe(true);
});

it('holds nobody up for ever', async () => {
  const way = new RightOfWay();
  const end = gate();
  const delivery = way.first(() => end.passed);
  await way.free();
  end.open();
  await delivery;
});
