import type { Audience, Chance, Clock, Files, Observer, Schemas, Store } from './ports';
import type { Signer } from './history/revision';

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
}
