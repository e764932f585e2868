import { Worker } from '../../../server/src/running/worker';

describe('a worker', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const started = (length: number, rhythm?: { least: number; most: number; inBurst: number }) => {
    const runs: number[] = [];
    const worker = new Worker(
      async () => {
        runs.push(performance.now());
        await new Promise((resolve) => setTimeout(resolve, length));
        return 5_000;
      },
      (error) => {
        throw error;
      },
      rhythm
    );
    worker.start();
    const stop = async () => {
      const stopped = worker.stop();
      await jest.advanceTimersByTimeAsync(length);
      await stopped;
    };
    return { worker, runs, stop };
  };

  it('runs at once when it is poked', async () => {
    const { worker, runs, stop } = started(0);
    await jest.advanceTimersByTimeAsync(1_000);
    worker.poke();
    await jest.advanceTimersByTimeAsync(1);
    expect(runs).toHaveLength(2);
    await stop();
  });

  it('takes a burst of pokes in few runs, and leaves room between them', async () => {
    const { worker, runs, stop } = started(10, { least: 5, most: 100, inBurst: 50 });
    await jest.advanceTimersByTimeAsync(1_000);
    for (let time = 0; time < 500; time += 5) {
      worker.poke();
      await jest.advanceTimersByTimeAsync(5);
    }
    expect(runs.length - 1).toBeGreaterThanOrEqual(9);
    expect(runs.length - 1).toBeLessThanOrEqual(11);
    await stop();
  });

  it('rests longer while many poke it, and no longer than before when they have gone', async () => {
    const { worker, runs, stop } = started(10, { least: 5, most: 100, inBurst: 400 });
    await jest.advanceTimersByTimeAsync(1_000);
    for (let time = 0; time < 2_000; time += 5) {
      worker.poke();
      await jest.advanceTimersByTimeAsync(5);
    }
    expect(runs.length - 1).toBeGreaterThanOrEqual(4);
    expect(runs.length - 1).toBeLessThanOrEqual(6);
    await jest.advanceTimersByTimeAsync(1_000);
    const before = runs.length;
    for (let time = 0; time < 2_000; time += 100) {
      worker.poke();
      await jest.advanceTimersByTimeAsync(100);
    }
    expect(runs.length - before).toBe(20);
    await stop();
  });

  it('takes no burst for single pokes, however long its runs are', async () => {
    const { worker, runs, stop } = started(150, { least: 5, most: 100, inBurst: 1_000 });
    await jest.advanceTimersByTimeAsync(2_000);
    for (let time = 0; time < 3_000; time += 100) {
      worker.poke();
      await jest.advanceTimersByTimeAsync(100);
    }
    expect(runs.length - 1).toBeGreaterThanOrEqual(11);
    await stop();
  });

  it('lets a single poke wait for the shortest time only, however long the last run was', async () => {
    const { worker, runs, stop } = started(80, { least: 5, most: 100, inBurst: 100 });
    await jest.advanceTimersByTimeAsync(1_000);
    worker.poke();
    await jest.advanceTimersByTimeAsync(4);
    expect(runs).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(2);
    expect(runs).toHaveLength(2);
    await stop();
  });

  it('runs again for what it was poked for while it ran', async () => {
    const { worker, runs, stop } = started(10, { least: 5, most: 100, inBurst: 100 });
    await jest.advanceTimersByTimeAsync(5);
    worker.poke();
    await jest.advanceTimersByTimeAsync(100);
    expect(runs).toHaveLength(2);
    await stop();
  });

  it('is not idle between a poke and its run', async () => {
    const { worker, stop } = started(10, { least: 5, most: 100, inBurst: 100 });
    await jest.advanceTimersByTimeAsync(1_000);
    expect(worker.idle).toBe(true);
    worker.poke();
    expect(worker.idle).toBe(false);
    await stop();
  });

  it('stops during its rest', async () => {
    const { worker, stop } = started(80, { least: 50, most: 1_000, inBurst: 1_000 });
    await jest.advanceTimersByTimeAsync(1_000);
    worker.poke();
    await stop();
    expect(jest.getTimerCount()).toBe(0);
  });
});
