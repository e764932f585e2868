import type { Core } from '@strapi/types';
import type { ReplicationConfig } from '../config';
import type { FetchWire, LinkWire, Wire } from '../replication/transport/wire';
import { Unreachable } from '../replication/errors';

/** Why this site neither sends nor takes anything in, although replication is on. */
export interface Silence {
  code: 'PAUSED' | 'DEVELOPMENT';
  message: string;
}

/** What the configuration says of it. A database in another place than its identity's is `place.ts`'s matter. */
export const silenceOf = (strapi: Core.Strapi, config: ReplicationConfig): Silence | null => {
  if (config.paused) {
    return {
      code: 'PAUSED',
      message:
        'Replication is paused by the configuration (REPLICATION_PAUSED). Nothing is sent or received; what is saved waits.',
    };
  }
  if (strapi.config.get('environment') === 'development' && config.enabled !== true) {
    return {
      code: 'DEVELOPMENT',
      message:
        'This site runs in development, so nothing is sent or received; what is saved waits. Start it with NODE_ENV=production. To replicate in development all the same, set REPLICATION_ENABLED=true and restart Strapi.',
    };
  }
  return null;
};

/** A way to other sites that leads nowhere: everything that sends goes through one, whoever asks for it. */
export const closedWire = ({ message }: Silence): Wire & FetchWire & LinkWire => {
  const no = (): Promise<never> => Promise.reject(new Unreachable(message));
  return {
    send: no,
    ask: no,
    blobOffset: no,
    sendBlob: no,
    fetch: no,
    readBlob: no,
    introduce: no,
    exchangeState: no,
    hello: no,
    largestBody: no,
  };
};
