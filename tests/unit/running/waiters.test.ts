import { Waiters } from '../../../server/src/running/waiters';

const signal = () => new AbortController().signal;
const long = () => Promise.resolve(60_000);

describe('requests that wait for something to give', () => {
  it('are bounded for each link: one too many is answered at once, another link’s is not', async () => {
    const waiters = new Waiters();
    const waiting = Array.from({ length: 16 }, () => waiters.wait('one', long, signal()));
    expect(await waiters.wait('one', long, signal())).toBe(false);
    const other = waiters.wait('other', long, signal());
    waiters.poke('other');
    expect(await other).toBe(true);
    waiters.poke('one');
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => true));
  });

  it('are not looked at again once this process ends, or who asked is gone', async () => {
    const waiters = new Waiters();
    const gone = new AbortController();
    const left = waiters.wait('one', long, gone.signal);
    const kept = waiters.wait('one', long, signal());
    gone.abort();
    waiters.close();
    expect(await Promise.all([left, kept])).toEqual([false, false]);
    expect(await waiters.wait('one', long, signal())).toBe(false);
  });
});
