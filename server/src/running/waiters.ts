/** Of one link: one for each process of the other site. Who is one too many is answered at once, and asks again in a while. */
const MOST_WAITING = 16;

/** Requests of sites that fetch, kept open until there is something for them. */
export class Waiters {
  private readonly waiting = new Map<string, Set<() => void>>();
  private closed = false;

  /** There may be something for a link. */
  poke(link: string): void {
    for (const wake of this.waiting.get(link) ?? []) wake();
  }

  /** Nobody is kept any longer: this process ends. */
  close(): void {
    this.closed = true;
    for (const link of this.waiting.keys()) this.poke(link);
  }

  /**
   * Waits for a poke, at most so long as `ms` says, and no longer than the signal allows. What pokes while `ms` is being
   * found out counts.
   *
   * @returns whether it makes sense to look again.
   */
  async wait(link: string, ms: () => Promise<number>, signal: AbortSignal): Promise<boolean> {
    const all = this.waiting.get(link) ?? new Set();
    if (this.closed || signal.aborted || all.size >= MOST_WAITING) return false;
    let wake = (): void => undefined;
    const poked = new Promise<void>((resolve) => (wake = resolve));
    this.waiting.set(link, all.add(wake));
    signal.addEventListener('abort', wake, { once: true });
    let timer: NodeJS.Timeout | undefined;
    try {
      timer = setTimeout(wake, await ms());
      await poked;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      all.delete(wake);
      if (all.size === 0) this.waiting.delete(link);
    }
    return !this.closed && !signal.aborted;
  }
}
