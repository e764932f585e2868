/**
 * How a worker leaves room for those who poke it. It begins `least` milliseconds after a poke, when what is under way
 * (the save, its answer) has ended; then it rests four times as long as it last ran, at most `most`, and takes what has
 * gathered meanwhile in one run. In a burst, when it is poked many times a second, it rests `inBurst`.
 */
export interface Rhythm {
  least: number;
  most: number;
  inBurst: number;
}

const REST = 4;
/** A burst: so many pokes since the last run began, on average so many milliseconds apart at most. */
const BURST = { pokes: 3, apart: 60 };

/**
 * A procedure that runs again and again by itself: at once when it is poked, else after the pause that its last run
 * asked for. Runs never overlap. It lives in the asynchronous context it was started in: whoever pokes it from inside
 * a save sets a flag, no more, so that no run inherits the save's transaction.
 */
export class Worker {
  private wake: (() => void) | null = null;
  /** Ends a rest, which a poke does not. */
  private cut: (() => void) | null = null;
  /** Since the last run began. */
  private pokes = 0;
  private stopping = false;
  private running: Promise<void> | null = null;
  private busy = false;

  /** @param step one run; how many milliseconds to wait after it unless poked. It must not throw for ordinary reasons. */
  constructor(
    private readonly step: () => Promise<number>,
    private readonly onError: (error: unknown) => void,
    private readonly rhythm: Rhythm = { least: 0, most: 0, inBurst: 0 },
    private readonly pauseAfterError = 1_000
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  poke(): void {
    this.pokes += 1;
    this.wake?.();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wake?.();
    this.cut?.();
    await this.running;
  }

  /** A run that is under way should come to its end. */
  get isStopping(): boolean {
    return this.stopping;
  }

  /** Neither running nor about to. */
  get idle(): boolean {
    return !this.busy && !this.poked;
  }

  /** It will run once more, whatever this run does. */
  get poked(): boolean {
    return this.pokes > 0;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.pokes = 0;
      this.busy = true;
      const began = performance.now();
      let pause: number;
      try {
        pause = await this.step();
      } catch (error) {
        this.onError(error);
        pause = this.pauseAfterError;
      }
      const ended = performance.now();
      this.busy = false;
      if (pause > 0 && !this.poked) await this.sleep(pause, (wake) => (this.wake = wake));
      const { least, most, inBurst } = this.rhythm;
      const rested = () => performance.now() - ended;
      await this.rest(Math.min(Math.max(least, REST * (ended - began) - rested()), most));
      if (this.isBurst(performance.now() - began)) await this.rest(inBurst - rested());
    }
  }

  private isBurst(milliseconds: number): boolean {
    return this.pokes >= BURST.pokes && milliseconds / this.pokes <= BURST.apart;
  }

  private async rest(milliseconds: number): Promise<void> {
    if (milliseconds > 0) await this.sleep(milliseconds, (cut) => (this.cut = cut));
  }

  private sleep(milliseconds: number, interruptible: (by: (() => void) | null) => void): Promise<void> {
    if (this.stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        interruptible(null);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      timer.unref();
      interruptible(done);
    });
  }
}
