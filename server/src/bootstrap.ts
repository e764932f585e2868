import type { Core } from '@strapi/types';
import { compose } from './compose';
import { registerPermissions } from './permissions';
import { runtime } from './runtime';
import { subscribeMarks } from './strapi/capture/marks';
import { keepDatesOfAppliedRows } from './strapi/content/applying';
import { skipCopiesOfAppliedEntries } from './strapi/notify/i18n-copies';
import { runOnlyOwnLifecyclesWhereOff } from './strapi/notify/quiet-lifecycles';
import { migrate } from './strapi/tables/migrations';

const LOADED_POLL_MS = 10;

/**
 * Whatever goes wrong here turns replication off and says why: it never keeps a site from starting.
 */
export const bootstrap = async ({ strapi }: { strapi: Core.Strapi }): Promise<void> => {
  const { config, readOnly, listeners } = runtime;
  runtime.stopped = false;
  await registerPermissions(strapi);
  if (!config?.enabled || !listeners) {
    strapi.log.info('[replication] Switched off by the configuration.');
    return;
  }
  try {
    await migrate(strapi.db.connection);
    const composition = await compose(strapi, config, listeners, () => readOnly?.forget());
    runtime.composition = composition;
    const marks = subscribeMarks(strapi, composition.engine.schemas, {
      tracked: (uid) => composition.tracked.has(uid),
      poke: composition.poke,
    });
    keepDatesOfAppliedRows(strapi);
    runOnlyOwnLifecyclesWhereOff(strapi, marks.subscriber);
    skipCopiesOfAppliedEntries(strapi);
    readOnly?.subscribe();
    whenLoaded(strapi, () => {
      marks.startMarking();
      readOnly?.startRefusing();
      composition.start();
    });
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    strapi.log.error(`[replication] Replication is off, the site is not: ${detail}`);
  }
};

/** What a site does to its content while it starts is no edit, and nothing is sent before it is ready. */
const whenLoaded = (strapi: Core.Strapi, start: () => void): void => {
  const check = () => {
    if (runtime.stopped) return;
    if (strapi.isLoaded) start();
    else setTimeout(check, LOADED_POLL_MS).unref();
  };
  check();
};
