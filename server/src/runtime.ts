import type { ReplicationConfig } from './config';
import type { Running } from './running/running';
import type { ReadOnly } from './strapi/capture/read-only';
import type { Listeners } from './strapi/notify/listeners';

/** What lives from register to destroy. A process holds one Strapi, so it holds one of these. */
export const runtime: {
  config: ReplicationConfig | null;
  readOnly: ReadOnly | null;
  listeners: Listeners | null;
  running: Running | null;
  stopped: boolean;
} = { config: null, readOnly: null, listeners: null, running: null, stopped: false };
