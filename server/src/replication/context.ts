import type { Audience, Chance, Clock, Files, Observer, Schemas, Store } from './ports';
import type { Signer } from './history/revision';

export interface Incarnation {
  current(): number;
  /** Starts a new one, later than any that others have heard: our database may be older than that. */
  renew(heard?: number): Promise<void>;
}

/** What every procedure of the domain is given: the ports, and who signs here. */
export interface Context {
  store: Store;
  schemas: Schemas;
  files: Files;
  clock: Clock;
  chance: Chance;
  observer: Observer;
  audience: Audience;
  signer: Signer;
  /** Orders what this site says across a restore of its database: milliseconds, only ever rising. */
  incarnation: Incarnation;
}
