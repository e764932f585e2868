import { setTimeout as pause } from 'node:timers/promises';

export interface Patience {
  /** Milliseconds until it is given up: long, as the machine may be busy with others. Only what fails takes so long. */
  within?: number;
  /** What is waited for, for the message. */
  what?: string;
}

/**
 * Waits until `condition` gives something truthy without throwing, and returns that. Assertions may stand inside:
 * what the last attempt threw becomes the failure's message.
 */
export const eventually = async <T>(
  condition: () => T | Promise<T>,
  { within = 60_000, what = 'what was expected' }: Patience = {}
): Promise<T> => {
  const deadline = performance.now() + within;
  for (let interval = 10; ; interval = Math.min(interval * 1.5, 200)) {
    let last: unknown = 'the condition stayed false';
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      const reason = last instanceof Error ? last.message : String(last);
      throw new Error(`Waited ${within} ms in vain for ${what}: ${reason}`, { cause: last });
    }
    await pause(interval);
  }
};

/** Like {@link eventually} for assertions that return nothing: waits until they no longer throw. */
export const settles = (assertions: () => void | Promise<void>, patience: Patience = {}): Promise<true> =>
  eventually(async () => {
    await assertions();
    return true as const;
  }, patience);
