import type { Core } from '@strapi/types';
import { compose } from './running/compose';
import { logError } from './log-error';
import { registerPermissions } from './permissions';
import { Running } from './running/running';
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
  if (!config || config.enabled === false || !listeners) {
    strapi.log.info('[replication] Switched off by the configuration.');
    return;
  }
  try {
    await migrate(strapi.db.connection);
    const running = new Running(
      (takenUp) => compose(strapi, config, { listeners, onLocks: () => readOnly?.forget(), takenUp }),
      logError(strapi, 'It could not be seen whether this site is still itself. It is looked again.')
    );
    const { engine } = await running.prepare();
    runtime.running = running;
    const marks = subscribeMarks(strapi, engine.schemas, {
      tracked: (uid) => running.isTracked(uid),
      poke: () => running.poke(),
    });
    keepDatesOfAppliedRows(strapi);
    runOnlyOwnLifecyclesWhereOff(strapi, marks.subscriber);
    skipCopiesOfAppliedEntries(strapi);
    readOnly?.subscribe();
    readOnly?.guardBytes();
    whenLoaded(strapi, () => {
      marks.startMarking();
      readOnly?.startRefusing();
    });
    whenServed(strapi, () => running.start());
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    strapi.log.error(`[replication] Replication is off, the site is not: ${detail}`);
  }
};

/** What a site does to its content while it starts is no edit. */
const whenLoaded = (strapi: Core.Strapi, start: () => void): void => {
  const check = () => {
    if (runtime.stopped) return;
    if (strapi.isLoaded) start();
    else setTimeout(check, LOADED_POLL_MS).unref();
  };
  check();
};

/**
 * Nothing is sent before the site is ready. A process that
 * never listens is none that serves the site: `strapi export`, `import`, `transfer`, or a script. There nothing is
 * recorded, sent or looked for; what a script saves is marked, and recorded by the site.
 */
const whenServed = (strapi: Core.Strapi, start: () => void): void => {
  const { httpServer } = strapi.server;
  const begin = () => {
    if (!runtime.stopped) start();
  };
  if (httpServer.listening) begin();
  else httpServer.once('listening', begin);
};
