import type { Context } from '../replication/context';
import type { Engine } from '../replication/engine';
import { NotPossible } from '../replication/errors';
import { matchPage, previewPage } from '../replication/matching/ask';
import { differenceOf } from '../replication/matching/difference';
import { retryNow } from '../replication/queue/next-due';
import { wakeLink } from '../replication/queue/wake-link';
import { compareWith } from '../replication/reconcile/compare';
import type { Row } from '../replication/tables';
import type { Wire } from '../replication/transport/wire';
import type { Couriers } from './couriers';
import type { Pollers } from './pollers';
import { settled } from './settled';
import type { Workers } from './workers';

export interface OnRequestOptions {
  context: Context;
  wire: Wire;
  workers: Workers;
  couriers: Couriers;
  pollers: Pollers;
}

/** What somebody asks for and waits for, at the moment it is asked for. */
export type OnRequest = Pick<
  Engine,
  'sweep' | 'retry' | 'compare' | 'preview' | 'difference' | 'match' | 'run' | 'settled'
>;

export const createOnRequest = ({ context, wire, workers, couriers, pollers }: OnRequestOptions): OnRequest => {
  const { store } = context;
  const { recorder, jobs, house, notifier, sweeper } = workers;
  const isIdle = () => !sweeper.inHurry && workers.all.every(({ idle }) => idle) && couriers.idle && pollers.idle;

  /** A link to a site that can be asked from here. */
  const accepted = async (link: string): Promise<Row<'links'>> => {
    const [row] = await store.transaction(({ tables }) => tables.find('links', { id: link }));
    if (row?.state !== 'REGISTERED') {
      throw new NotPossible('NOT_LINKED', 'Sites can be compared once both have accepted the link.');
    }
    if (row.fetching !== 'THERE') return row;
    throw new NotPossible(
      'FETCHES_ITSELF',
      `“${row.name}” can not be called from here: it fetches its changes itself. Do this on its own Replication page.`
    );
  };

  return {
    sweep: (depth) => sweeper.sweep(depth),
    retry: (what) => retryNow(context, what),
    compare: async (link, repair) => compareWith(context, wire, await accepted(link), repair),
    preview: async (link, page) => previewPage(context, wire, await accepted(link), page),
    difference: async (link, of) => differenceOf(context, wire, await accepted(link), of),
    match: async (link, page, choices) => matchPage(context, wire, await accepted(link), page, choices),
    run: async (withinMs) => {
      for (const { id } of await store.transaction(({ tables }) => tables.find('links', { state: 'REGISTERED' }))) {
        await wakeLink(context, id);
      }
      for (const worker of [recorder, jobs, house, notifier]) worker.poke();
      pollers.poke();
      return settled(store, isIdle, withinMs);
    },
    settled: async () => void (await settled(store, isIdle)),
  };
};
