/**
 * Works of one name run one after the other, in the order in which they were asked for. None waits for ever: after
 * `patienceMs` it begins beside what hangs.
 */
export class OneByOne {
  private readonly last = new Map<string, Promise<void>>();

  constructor(private readonly patienceMs: number) {}

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(name) ?? Promise.resolve();
    let end = (): void => undefined;
    const own = new Promise<void>((resolve) => (end = resolve));
    this.last.set(name, own);
    try {
      await within(before, this.patienceMs);
      return await work();
    } finally {
      end();
      if (this.last.get(name) === own) this.last.delete(name);
    }
  }
}

const within = async (awaited: Promise<void>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([awaited, patience]);
  clearTimeout(timer);
};
