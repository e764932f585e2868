/** What the gate reads and for how long. Bytes unless the name says otherwise. */
export interface GateLimits {
  /** A body as it comes, and what it may become when inflated. */
  body: number;
  inflated: number;
  /** One piece of a blob. */
  piece: number;
  messages: number;
  bodyTimeoutMs: number;
  /** How far the sender's clock may be from ours. */
  skewSeconds: number;
  /** Requests worked on at the same time: of all links together, and of one. */
  concurrent: number;
  concurrentPerLink: number;
  /** Requests of one address that may fail in a minute before strangers from there are turned away unheard. */
  failuresPerMinute: number;
}

export const DEFAULT_LIMITS: GateLimits = {
  body: 8 * 1024 * 1024,
  inflated: 32 * 1024 * 1024,
  piece: 4 * 1024 * 1024,
  messages: 1000,
  bodyTimeoutMs: 60_000,
  skewSeconds: 300,
  concurrent: 32,
  concurrentPerLink: 8,
  failuresPerMinute: 60,
};
