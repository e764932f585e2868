import { eachOf } from '../../../server/src/replication/each-of';

const soon = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('What is done for a few at a time', () => {
  it('is done for each once, in their order, and for no more than that at once', async () => {
    const begun: number[] = [];
    let now = 0;
    let most = 0;
    await eachOf([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      begun.push(item);
      most = Math.max(most, (now += 1));
      await soon();
      now -= 1;
    });
    expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
    await eachOf([], 3, () => Promise.reject(new Error('nothing to do')));
  });

  it('stops where one fails, when what was begun has ended', async () => {
    const ended: number[] = [];
    const work = async (item: number) => {
      if (item === 2) throw new Error('two');
      await soon();
      ended.push(item);
    };
    await expect(eachOf([1, 2, 3, 4, 5, 6], 3, work)).rejects.toThrow('two');
    expect(ended).toEqual([1, 3]);
  });
});
