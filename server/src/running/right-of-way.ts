/** However many deliveries there are: long work does not wait longer than this between two of its steps. */
const MOST_MS = 100;

/** Waits for somebody else. */
export type Errand = <T>(request: () => Promise<T>) => Promise<T>;

/**
 * A delivery and the site that it goes to work by turns: what the one is kept waiting the other stands still. Long work of
 * this process therefore gives way to deliveries between its steps, and goes on while these wait for an answer.
 */
export class RightOfWay {
  private taken = 0;
  private waiting: (() => void)[] = [];

  /**
   * Long work gives way until this is done.
   *
   * @param work is given what to wrap requests in: while one is under way this does not go first. It may outlast the work.
   */
  async first<T>(work: (errand: Errand) => Promise<T>): Promise<T> {
    let under = 0;
    let isOver = false;
    const errand: Errand = async (request) => {
      under += 1;
      if (under === 1 && !isOver) this.giveUp();
      try {
        return await request();
      } finally {
        under -= 1;
        if (under === 0 && !isOver) this.taken += 1;
      }
    };
    this.taken += 1;
    try {
      return await work(errand);
    } finally {
      isOver = true;
      if (under === 0) this.giveUp();
    }
  }

  /** Ends when nobody goes first, after {@link MOST_MS} anyway. */
  async free(): Promise<void> {
    if (this.taken === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, MOST_MS);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private giveUp(): void {
    this.taken -= 1;
    if (this.taken > 0) return;
    for (const goOn of this.waiting.splice(0)) goOn();
  }
}
