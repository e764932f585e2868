import type { Core } from '@strapi/types';
import { logError } from '../log-error';
import { RECORD_BATCH } from '../replication/capture/gather';
import { recordBatch } from '../replication/capture/record';
import type { Context } from '../replication/context';
import type { Retention } from '../replication/history/retention';
import type { Exchange } from '../replication/link/exchange';
import { notifyBatch } from '../replication/notify/notify';
import { catchUp } from '../replication/reconcile/catch-up';
import { forgetOddTimes, keepHouse } from '../replication/reconcile/housekeeping';
import { jobStep } from '../replication/reconcile/jobs';
import type { SweepOptions } from '../replication/reconcile/sweep';
import type { Tracked } from '../replication/tracked';
import type { Wire } from '../replication/transport/wire';
import type { Row } from '../replication/tables';
import { createForgetter } from './forgetter';
import { inTurns } from './in-turns';
import type { RightOfWay } from './right-of-way';
import { Sweeper } from './sweeper';
import { Worker } from './worker';

/** So often what no poke tells of is looked at: another process of this site may have left it. */
const HOUSEKEEPING_MS = 10_000;

const TIDY_MS = 60_000;
/** What has come in of a file and was never used is removed after a week. */
const BLOBS_KEPT_MS = 7 * 24 * 3_600_000;

/** What another process of this site left untold is found so much later at most. */
const UNTOLD_PAUSE_MS = 30_000;

/** Recording a hundred entries at once costs little more than recording one, and saves wait for it on SQLite. */
const RECORDER_RHYTHM = { least: 5, most: 100, inBurst: 400 };

export interface WorkersOptions {
  strapi: Core.Strapi;
  context: Context;
  wire: Wire;
  /** Recording and deciding give way to deliveries. */
  way: RightOfWay;
  tracked: Tracked;
  /** Whether something was imported into this site, and that it was seen. */
  trace: Omit<SweepOptions, 'types'>;
  /** How long the content of old versions is kept; null: for ever. */
  retention: Retention | null;
  /** Whether notes for the rest of the site were made since the last time this was asked. */
  takeNoted(): boolean;
  /** Asked for when it is needed: it wakes these workers itself. */
  exchange(): Exchange;
  /** There may be links that came, went, or are reached in another way. */
  follow(links: readonly Row<'links'>[]): void;
}

/** What runs in a process beside the couriers and pollers of each link. */
export interface Workers {
  /** Makes versions of what was saved. */
  recorder: Worker;
  /** Decides what is shared after a rule or a link has changed. */
  jobs: Worker;
  /** Links, what is late, what was held. */
  house: Worker;
  /** Tells the rest of the site what was applied. */
  notifier: Worker;
  sweeper: Sweeper;
  all: Worker[];
  /** Notes were made in a transaction that is over now. */
  tellNoted(): void;
}

export const createWorkers = (options: WorkersOptions): Workers => {
  const { strapi, context, wire, way, tracked, trace, retention } = options;
  const { store, files } = context;

  const notifier: Worker = new Worker(
    async () => {
      await inTurns(
        async () => (await notifyBatch(context)) > 0,
        () => notifier.isStopping
      );
      return UNTOLD_PAUSE_MS;
    },
    logError(strapi, 'Telling the rest of the site of applied changes failed. It is tried again.')
  );
  const tellNoted = () => {
    if (options.takeNoted()) notifier.poke();
  };

  const recorder: Worker = new Worker(
    async () => {
      await inTurns(
        async () => {
          const taken = await recordBatch(context);
          if (taken > 0) tellNoted();
          // A job may have waited until there is less to record.
          if (taken >= RECORD_BATCH) jobs.poke();
          // What was saved meanwhile waits for the next run; what recording itself asks for is done at once.
          return taken >= RECORD_BATCH || (taken > 0 && !recorder.poked);
        },
        () => recorder.isStopping,
        way
      );
      return HOUSEKEEPING_MS;
    },
    logError(strapi, 'Recording a change failed. It is tried again.'),
    RECORDER_RHYTHM
  );

  const jobs: Worker = new Worker(
    async () => {
      await inTurns(
        async () => {
          const isMore = await jobStep(context);
          if (isMore) recorder.poke();
          return isMore;
        },
        () => jobs.isStopping,
        way
      );
      return HOUSEKEEPING_MS;
    },
    logError(strapi, 'Deciding what is shared failed. It is tried again.')
  );

  const house = new Worker(
    async () => {
      // First: whatever goes wrong below, what was saved here is to leave.
      options.follow(await store.transaction(({ tables }) => tables.find('links', { state: 'REGISTERED' })));
      await options.exchange().poll();
      if (await keepHouse(context)) recorder.poke();
      if (await catchUp(context, wire)) recorder.poke();
      return HOUSEKEEPING_MS;
    },
    logError(strapi, 'Housekeeping failed. It is tried again.')
  );

  const sweeper = new Sweeper(
    context,
    () => ({ types: tracked.all(), ...trace }),
    () => recorder.poke(),
    logError(strapi, 'Looking for what was changed unseen failed. It is tried again.')
  );

  const tidier = new Worker(
    async () => {
      await forgetOddTimes(context);
      await files.tidy(BLOBS_KEPT_MS);
      return TIDY_MS;
    },
    logError(strapi, 'Tidying up failed. It is tried again.')
  );

  const forgetter = createForgetter(
    context,
    retention,
    logError(strapi, 'Forgetting the content of old versions failed. It is tried again.')
  );

  const all = [recorder, jobs, house, notifier, sweeper.worker, tidier, forgetter];
  return { recorder, jobs, house, notifier, sweeper, all, tellNoted };
};
