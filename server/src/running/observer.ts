import type { Core } from '@strapi/types';
import { logError } from '../log-error';
import { entityOf } from '../replication/entity';
import type { DomainEvent } from '../replication/events';
import type { Store } from '../replication/ports';
import type { Tracked } from '../replication/tracked';
import type { Couriers } from './couriers';
import type { Waiters } from './waiters';

/** Who is woken by what happens in the domain. */
export interface Woken {
  couriers: Couriers;
  waiters: Waiters;
  tracked: Tracked;
  /** Which entries may not be edited here has changed. */
  onLocks(): void;
  /** A brake was set: whoever looks after the links has something to tell. */
  onBrake(): void;
}

export interface Observing {
  notice(event: DomainEvent): void;
  /** Something failed that only a defect of ours explains. */
  onDefect(error: unknown): void;
  /** Another site's request was signed with a key that is shut out here. */
  onRevoked(link: string): void;
}

const REVOKED_MESSAGE =
  'Something that was signed with a key which was revoked here has been refused. If that site has changed its key, link the two sites anew.';

/** What is done about what happens in the domain: the log is written, workers are woken. */
export const createObserver = (strapi: Core.Strapi, store: Store, woken: Woken): Observing => {
  const onDefect = logError(strapi, 'A request of another site failed for a reason of our own.');
  const onUntold = logError(
    strapi,
    'Hooks of this site end the process each time they are told of a change, given up:'
  );

  const onRevoked = (link: string): void => {
    strapi.log.warn(`[replication] ${REVOKED_MESSAGE} (from ${link})`);
    void store
      .transaction(({ tables }) =>
        tables.update('links', { id: link, last_error: { not: REVOKED_MESSAGE } }, { last_error: REVOKED_MESSAGE })
      )
      .catch(onDefect);
  };

  const notice = (event: DomainEvent): void => {
    switch (event.type) {
      case 'defect':
        return onDefect(event.error);
      case 'unrecorded': {
        const { uid, localId, error } = event;
        return logError(strapi, `An edit of ${uid}/${localId} could not be recorded. It is tried again later.`)(error);
      }
      case 'untold':
        return onUntold(`${event.action} of ${event.uid}/${event.localId}`);
      case 'revoked-key':
        return onRevoked(event.link);
      case 'braked': {
        const { code, subject } = event;
        strapi.log.warn(
          `[replication] Sharing is paused${subject ? ` for ${subject}` : ''} (${code}) until somebody says on the Replication page how it goes on.`
        );
        return woken.onBrake();
      }
      case 'queued':
        woken.couriers.poke(event.link);
        return woken.waiters.poke(event.link);
      case 'applied':
        woken.tracked.add(entityOf(event.entity).uid);
        return woken.onLocks();
      case 'withdrawn':
        return woken.onLocks();
      default:
        return undefined;
    }
  };

  return { notice, onDefect, onRevoked };
};
