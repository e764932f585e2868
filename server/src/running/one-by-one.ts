/** Works of one name run one after the other, in the order in which they were asked for. */
export class OneByOne {
  private readonly last = new Map<string, Promise<void>>();

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(name) ?? Promise.resolve();
    let end = (): void => undefined;
    const own = new Promise<void>((resolve) => (end = resolve));
    this.last.set(name, own);
    try {
      await before;
      return await work();
    } finally {
      end();
      if (this.last.get(name) === own) this.last.delete(name);
    }
  }
}
