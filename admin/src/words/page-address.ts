import type { QueueState } from '../../../server/src/contracts';

export const PAGE = '/plugins/replication';

/** Where what is queued for a site stands on the Replication page, all or what is in one state. */
export const queueAddress = (site: string, show?: QueueState): string =>
  `${PAGE}?${new URLSearchParams({ tab: 'queue', site, ...(show === undefined ? {} : { show }) }).toString()}`;
