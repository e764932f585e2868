import type { Core } from '@strapi/types';
import { choiceOf, type ReplicationConfig } from '../config';
import { createAgents } from '../http/agents';
import { createHttpClient } from '../http/client';
import { readCredentials } from '../http/credentials';
import { createGate, type Gate } from '../http/gate';
import { createQuota, DEFAULT_QUOTA, OverQuota } from '../http/quota';
import { Couriers } from './couriers';
import { createForgetter } from './forgetter';
import { inTurns } from './in-turns';
import { createBrakeDesk } from '../replication/brake/desk';
import { RECORD_BATCH } from '../replication/capture/gather';
import { recordBatch } from '../replication/capture/record';
import type { Context } from '../replication/context';
import { createRuleDesk } from '../replication/controller/rule-desk';
import type { Engine } from '../replication/engine';
import { entityOf, type Json } from '../replication/entity';
import { NotPossible, ReplicationError } from '../replication/errors';
import { composeSleeping } from './sleeping';
import type { DomainEvent } from '../replication/events';
import { rememberDefinitions } from '../replication/history/definitions';
import { loadIncarnation } from '../replication/incarnation';
import { applyConfiguredLinks, readConfiguredLinks } from '../replication/link/configured';
import { createLinkDesk } from '../replication/link/desk';
import { createExchange } from '../replication/link/exchange';
import { LivingIdentity, loadIdentity, type IdentityOptions } from '../replication/link/identity';
import { learnKeys, learnKeysOf } from '../replication/link/key-record';
import { createKeyDesk } from '../replication/link/key-desk';
import { createPlaceDesk } from '../replication/link/place-desk';
import { clearOut, leave, leavingNow, leavingProblem, requireName } from '../replication/link/leave';
import { lookAgain } from '../replication/link/look-again';
import { questionOf, settlePlace, type PlaceQuestion } from '../replication/link/place';
import { createReception } from '../replication/link/reception';
import { createVerifier } from '../replication/link/verifier';
import { notifyBatch, releaseNotes } from '../replication/notify/notify';
import { logError } from '../log-error';
import { closedWire, silenceOf } from './silence';
import type { Store } from '../replication/ports';
import { releaseClaims } from '../replication/queue/claim';
import { retryNow } from '../replication/queue/next-due';
import { wakeLink } from '../replication/queue/wake-link';
import { matchPage, previewPage } from '../replication/matching/ask';
import { differenceOf } from '../replication/matching/difference';
import { catchUp } from '../replication/reconcile/catch-up';
import { compareWith } from '../replication/reconcile/compare';
import { jobStep, followLink } from '../replication/reconcile/jobs';
import { forgetOddTimes, keepHouse, tryHeldAgain } from '../replication/reconcile/housekeeping';
import { restartSweep, sweepStep } from '../replication/reconcile/sweep';
import { Tracked } from '../replication/tracked';
import { applyConfiguredRules } from '../replication/controller/configured-rules';
import { createPeerService } from './peer-service';
import { createContent } from '../strapi/content/content';
import { isReadByEverybody } from '../strapi/content/public-types';
import { createFiles } from '../strapi/content/files';
import { createAudience } from '../strapi/notify/audience';
import type { Listeners } from '../strapi/notify/listeners';
import { createSchemas } from '../strapi/content/schemas';
import { createImportTrace } from '../strapi/environment/import-trace';
import { readPlace } from '../strapi/environment/place';
import { publicAddress, publicUrl, strapiSecrets, systemChance, systemClock } from '../strapi/environment/ports';
import { createStore } from '../strapi/tables/store';
import { WATCH_MS } from './running';
import { answerUsesBytes, createUsedElsewhere } from './shared-bytes';
import { Pollers } from './pollers';
import { Waiters } from './waiters';
import { Worker } from './worker';

/** So often what no poke tells of is looked at: another process of this site may have left it. */
const HOUSEKEEPING_MS = 10_000;

/** The rows of a site that is idle are looked at so slowly, page by page; right after a start without such pauses. */
const SWEEP_PAUSE_MS = 5_000;
/** So long after `strapi transfer` into this running site it is asked about at most. */
const SWEEP_CHECK_MS = 20_000;
/** A page is followed by a rest four times as long, so that saves are not kept waiting. */
const SWEEP_RHYTHM = { least: 5, most: 500, inBurst: 0 };

const TIDY_MS = 60_000;
/** What has come in of a file and was never used is removed after a week. */
const BLOBS_KEPT_MS = 7 * 24 * 3_600_000;

/** What another process of this site left untold is found so much later at most. */
const UNTOLD_PAUSE_MS = 30_000;

/** By then every process on this database has looked, and has ended what it was doing. */
const OTHERS_REST_MS = WATCH_MS + 5_000;

/** Shorter than the lease of what is being told. */
const HOOK_PATIENCE_MS = 10_000;

/** Recording a hundred entries at once costs little more than recording one, and saves wait for it on SQLite. */
const RECORDER_RHYTHM = { least: 5, most: 100, inBurst: 400 };

export interface Composition {
  engine: Engine & { gate: Gate | null };
  tracked: Tracked;
  /** There are new marks: called after a save's commit. */
  poke(): void;
  /** Whether the database is another site's, or at home elsewhere, than when this was built. Takes up a newer key. */
  isOutdated(): Promise<boolean>;
  start(): void;
  stop(): Promise<void>;
}

export interface Surroundings {
  listeners: Listeners;
  /** Which entries may not be edited here has changed. */
  onLocks(): void;
  /** Waits until a change of this site's identity or place has been acted upon. */
  takenUp(): Promise<void>;
}

/** Builds replication for this site: the one file that knows both the domain and Strapi. */
export const compose = async (
  strapi: Core.Strapi,
  config: ReplicationConfig,
  { listeners, onLocks, takenUp }: Surroundings
): Promise<Composition> => {
  const siteUrl = publicAddress(strapi, config.publicUrl);
  const schemas = createSchemas(strapi, (uid) => choiceOf(config, uid).localFields);
  const contentOptions = {
    siteUrl: () => publicUrl(strapi, config.publicUrl),
    runsLifecycles: (uid: string) => choiceOf(config, uid).lifecycles,
    usedElsewhere: (url: string, links: readonly string[]) => usedElsewhere(url, links),
  };
  const store = createStore(strapi, createContent(strapi, schemas, contentOptions));
  const files = createFiles(strapi, store);
  const site = { name: config.siteName || new URL(siteUrl || 'http://strapi').host, url: siteUrl };
  const tracked = new Tracked(store, schemas);
  await tracked.reload();

  const place = await readPlace(strapi, siteUrl);
  const identityOptions = { secrets: strapiSecrets(strapi), clock: systemClock, privateKey: config.privateKey };
  const places = createPlaceDesk({ store, clock: systemClock, place, identity: identityOptions, takenUp });
  const parts = { store, schemas, files, tracked, places };
  const question = await store.transaction((unit) => settlePlace(unit, place, config.moved, systemClock.now()));
  if (question) {
    strapi.log.warn(`[replication] ${describe(question)}`);
    const isOutdated = async () => (await places.question()) === null;
    return composeSleeping({ ...parts, site, why: elsewhere(), isOutdated });
  }
  const leaving = {
    store,
    clock: systemClock,
    takenUp,
    // SQLite takes one process only.
    othersRest: () =>
      strapi.db.dialect.client === 'sqlite'
        ? Promise.resolve()
        : new Promise<void>((resolve) => setTimeout(resolve, OTHERS_REST_MS)),
  };
  const isLeaving = () => store.transaction((unit) => leavingNow(unit, systemClock.now()));
  if (await isLeaving()) {
    await files.tidy(0);
    return composeSleeping({
      ...parts,
      // What is saved now is not marked: there will be nothing that a mark could be compared with.
      tracked: new Tracked(store, schemas),
      site,
      why: leavingProblem(),
      isOutdated: async () => !(await isLeaving()),
      leave: async ({ name }) => {
        requireName(site, name);
        await clearOut(leaving);
      },
    });
  }
  const loaded = await readIdentity(store, identityOptions);
  if (loaded instanceof NotPossible) {
    strapi.log.warn(`[replication] ${loaded.message}`);
    return composeSleeping({ ...parts, site: null, why: loaded, isOutdated: () => Promise.resolve(false) });
  }

  const identity = new LivingIdentity(loaded);
  const silence = silenceOf(strapi, config);
  if (silence) strapi.log.info(`[replication] ${silence.message}`);
  const verifier = createVerifier(store);
  const agents = createAgents({ allowPrivateAddresses: config.allowPrivateAddresses });
  const wire = silence
    ? closedWire(silence)
    : createHttpClient({
        identity,
        verifier,
        agents,
        clock: systemClock,
        chance: systemChance,
        credentials: readCredentials(config.credentials),
        learn: (instance, keys) => store.transaction((unit) => learnKeysOf(unit, instance, keys)),
      });

  const usedElsewhere = createUsedElsewhere(store, wire);

  const couriers = new Couriers(() => context, wire, logError(strapi, 'A delivery failed for a reason of its own.'));
  const waiters = new Waiters();
  const onDefect = logError(strapi, 'A request of another site failed for a reason of our own.');
  const onRevoked = (link: string) => {
    strapi.log.warn(`[replication] ${REVOKED_MESSAGE} (from ${link})`);
    void store
      .transaction(({ tables }) =>
        tables.update('links', { id: link, last_error: { not: REVOKED_MESSAGE } }, { last_error: REVOKED_MESSAGE })
      )
      .catch(onDefect);
  };
  const observer = {
    notice: (event: DomainEvent) => {
      if (event.type === 'defect') onDefect(event.error);
      else if (event.type === 'unrecorded') onUnrecorded(event);
      else if (event.type === 'untold') onUntold(`${event.action} of ${event.uid}/${event.localId}`);
      else if (event.type === 'revoked-key') onRevoked(event.link);
      else if (event.type === 'braked') onBraked(event.code, event.subject);
      else onEvent(event, { couriers, waiters, tracked, onLocks });
    },
  };
  const onUnrecorded = ({ uid, localId, error }: DomainEvent & { type: 'unrecorded' }) =>
    logError(strapi, `An edit of ${uid}/${localId} could not be recorded. It is tried again later.`)(error);
  const onUntold = logError(
    strapi,
    'Hooks of this site end the process each time they are told of a change, given up:'
  );
  const onBraked = (code: string, subject: string) => {
    strapi.log.warn(
      `[replication] Sharing is paused${subject ? ` for ${subject}` : ''} (${code}) until somebody says on the Replication page how it goes on.`
    );
    house.poke();
  };
  const audience = createAudience(strapi, schemas, {
    listeners,
    choiceOf: (uid) => choiceOf(config, uid),
    onError: logError(strapi, 'A hook of this site failed when it was told of an applied change.'),
    patienceMs: HOOK_PATIENCE_MS,
  });
  const context: Context = {
    store,
    schemas,
    files,
    clock: systemClock,
    chance: systemChance,
    observer,
    audience,
    signer: identity,
    incarnation: await loadIncarnation(store, systemClock),
  };

  const notifier = new Worker(
    async () => {
      await inTurns(async () => (await notifyBatch(context)) > 0);
      return UNTOLD_PAUSE_MS;
    },
    logError(strapi, 'Telling the rest of the site of applied changes failed. It is tried again.')
  );
  /** Notes were made in a transaction that is over now. */
  const tellNoted = () => {
    if (audience.takeNoted()) notifier.poke();
  };
  const recorder: Worker = new Worker(
    async () => {
      await inTurns(async () => {
        const taken = await recordBatch(context);
        if (taken > 0) tellNoted();
        // A job may have waited until there is less to record.
        if (taken >= RECORD_BATCH) jobs.poke();
        // What was saved meanwhile waits for the next run; what recording itself asks for is done at once.
        return taken >= RECORD_BATCH || (taken > 0 && !recorder.poked);
      });
      return HOUSEKEEPING_MS;
    },
    logError(strapi, 'Recording a change failed. It is tried again.'),
    RECORDER_RHYTHM
  );
  const jobs = new Worker(
    async () => {
      await inTurns(async () => {
        const isMore = await jobStep(context);
        if (isMore) recorder.poke();
        return isMore;
      });
      return HOUSEKEEPING_MS;
    },
    logError(strapi, 'Deciding what is shared failed. It is tried again.')
  );
  const linkChanged = (link: string) => {
    const told = store.transaction((unit) => followLink(unit, link, systemClock.now()));
    void told.then(() => jobs.poke(), logError(strapi, 'A changed link could not be followed up.'));
    couriers.poke(link);
    house.poke();
  };
  /** It has changed who calls whom. */
  const onReach = (link: string) => {
    couriers.poke(link);
    house.poke();
  };
  const exchange = createExchange({ identity, store, clock: systemClock, wire, site, onChange: linkChanged, onReach });
  const house = new Worker(
    async () => {
      await exchange.poll();
      if (await keepHouse(context)) recorder.poke();
      if (await catchUp(context, wire)) recorder.poke();
      const links = await store.transaction(({ tables }) => tables.find('links', { state: 'REGISTERED' }));
      couriers.follow(links);
      await pollers.follow(links);
      return HOUSEKEEPING_MS;
    },
    logError(strapi, 'Housekeeping failed. It is tried again.')
  );

  const trace = createImportTrace(strapi, store);
  /** Somebody waits for the pass that is under way; at first, the site's start. */
  let inHurry = true;
  let swept: (() => void)[] = [];
  const sweeper = new Worker(
    async () => {
      if (await sweepStep(context, { types: tracked.all(), ...trace })) return inHurry ? 0 : SWEEP_PAUSE_MS;
      if (inHurry) recorder.poke();
      inHurry = false;
      for (const done of swept.splice(0)) done();
      return SWEEP_CHECK_MS;
    },
    logError(strapi, 'Looking for what was changed unseen failed. It is tried again.'),
    SWEEP_RHYTHM
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
    config.history || null,
    logError(strapi, 'Forgetting the content of old versions failed. It is tried again.')
  );

  const configured = readConfiguredLinks(config.links);
  await store.transaction(async (unit) => {
    await applyConfiguredLinks(unit, configured, identity, systemClock.now());
    await applyConfiguredRules(unit, { schemas, clock: systemClock }, config.rules);
    await rememberDefinitions(unit.tables, schemas);
    await tryHeldAgain(unit);
    await restartSweep(unit, 'quick');
    // SQLite takes one process only.
    if (strapi.db.dialect.client === 'sqlite') {
      await releaseClaims(unit);
      await releaseNotes(unit);
    }
  });
  await tracked.reload();

  const learning = {
    verify: verifier.verify,
    learn: (chain: Json) =>
      store
        .transaction((unit) => learnKeys(unit, chain))
        .then(
          () => true,
          (error: unknown) => {
            if (error instanceof ReplicationError) return false;
            throw error;
          }
        ),
  };
  const received = () => {
    recorder.poke();
    tellNoted();
  };
  const usage = createQuota({ ...DEFAULT_QUOTA, ...config.quota }, store, systemClock);
  const pollers = new Pollers(
    {
      context,
      wire,
      verifier: learning,
      maxFileBytes: config.maxFileBytes,
      restsFor: (link) =>
        usage.admitMore(link).then(
          () => 0,
          (error: unknown) => {
            if (error instanceof OverQuota) return error.retryAfterSeconds * 1_000;
            throw error;
          }
        ),
      count: async (link, what) => {
        usage.count(link, what);
        await usage.settle(link);
      },
      onReceived: received,
      onNotLinked: async (link) => void (await exchange.tell(link)),
      onReach,
    },
    logError(strapi, 'Fetching from another site failed for a reason of its own.')
  );
  const service = createPeerService({
    context,
    verifier: learning,
    config,
    tracked,
    answerOf: (topic, question) => answerUsesBytes(strapi, topic, question),
    isPublic: (uid) => isReadByEverybody(strapi, uid),
    poke: received,
    waiters,
  });
  const linkOptions = { identity, store, clock: systemClock, site, exchange, onChange: linkChanged };
  const gate = createGate({
    identity,
    verifier,
    store,
    clock: systemClock,
    service,
    reception: createReception(linkOptions),
    usage,
    onRevoked,
    onDefect,
  });

  let revocationSeen = (await store.transaction((unit) => lookAgain(unit, systemClock.now()))).revocation;
  const workers = [recorder, jobs, house, notifier, sweeper, tidier, forgetter];
  const isIdle = () => !inHurry && workers.every(({ idle }) => idle) && couriers.idle && pollers.idle;
  const accepted = async (link: string) => {
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
  const engine: Composition['engine'] = {
    store,
    schemas,
    files,
    clock: systemClock,
    gate: silence ? null : gate,
    places,
    keys: createKeyDesk({
      identity,
      options: identityOptions,
      store,
      clock: systemClock,
      verifier,
      onChange: () => house.poke(),
    }),
    links: createLinkDesk({ ...linkOptions, chance: systemChance, wire }),
    rules: createRuleDesk({
      context,
      onChange: () => {
        recorder.poke();
        void tracked.reload().then(() => jobs.poke(), logError(strapi, 'The rules could not be read again.'));
      },
    }),
    brakes: createBrakeDesk(context, () => {
      recorder.poke();
      jobs.poke();
      house.poke();
    }),
    leave: (request) => leave({ ...leaving, site, exchange, onChange: linkChanged }, request),
    sweep: async (depth) => {
      await store.transaction((unit) => restartSweep(unit, depth));
      await new Promise<void>((resolve) => {
        swept = [...swept, resolve];
        inHurry = true;
        sweeper.poke();
      });
    },
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
  return {
    engine,
    tracked,
    poke: () => recorder.poke(),
    isOutdated: async () => {
      const {
        key,
        binding,
        revocation,
        leaving: isOver,
      } = await store.transaction((unit) => lookAgain(unit, systemClock.now()));
      if (isOver) return true;
      if (revocation !== revocationSeen) verifier.forget();
      revocationSeen = revocation;
      if (questionOf(binding, place) !== null || key?.instance !== identity.instance) return true;
      // A key from the configuration stays until the next start: processes may be restarted one after the other.
      if (key.id !== identity.key && config.privateKey === null) {
        const newer = await readIdentity(store, identityOptions);
        if (newer instanceof NotPossible) throw newer;
        identity.become(newer);
      }
      return false;
    },
    start: () => {
      if (silence) {
        recorder.start();
        notifier.start();
        sweeper.start();
        return;
      }
      couriers.start();
      pollers.start();
      for (const worker of workers) worker.start();
    },
    stop: async () => {
      audience.stop();
      waiters.close();
      await Promise.all([...workers.map((worker) => worker.stop()), couriers.stop(), pollers.stop()]);
      agents.destroy();
    },
  };
};

const readIdentity = async (store: Store, options: IdentityOptions) => {
  try {
    return await store.transaction((unit) => loadIdentity(unit, options));
  } catch (error) {
    if (error instanceof NotPossible) return error;
    throw error;
  }
};

const REVOKED_MESSAGE =
  'Something that was signed with a key which was revoked here has been refused. If that site has changed its key, link the two sites anew.';

const elsewhere = () =>
  new NotPossible(
    'MOVED_OR_COPIED',
    'This database is not where it was when replication last ran here, so nothing is sent or received. Say first on the Replication page whether this site was moved or is a copy.'
  );

/** For the log, which only those see who run the site: with what the page does not show. */
const describe = ({ before, now, differs }: PlaceQuestion): string => {
  const value = (of: PlaceQuestion['now'], name: string) => (name === 'url' ? of.url : of.facts[name]);
  const changes = differs.map((name) => `${name} was ${value(before, name)}, is ${value(now, name)}`).join('; ');
  return `${elsewhere().message} (${changes})`;
};

interface Woken {
  couriers: Couriers;
  waiters: Waiters;
  tracked: Tracked;
  onLocks(): void;
}

const onEvent = (event: DomainEvent, { couriers, waiters, tracked, onLocks }: Woken): void => {
  if (event.type === 'queued') {
    couriers.poke(event.link);
    waiters.poke(event.link);
  }
  if (event.type === 'applied') tracked.add(entityOf(event.entity).uid);
  if (event.type === 'applied' || event.type === 'withdrawn') onLocks();
};

const SETTLED_POLL_MS = 20;

/** Whether nothing was left to do before the time was over. */
const settled = async (store: Store, isIdle: () => boolean, withinMs = Infinity): Promise<boolean> => {
  const end = Date.now() + withinMs;
  for (;;) {
    const open = await store.transaction(
      async ({ tables }) =>
        (await tables.count('marks', {})) +
        (await tables.count('notifications', {})) +
        (await tables.count('jobs', { state: 'running' })) +
        (await tables.count('replicas', { state: ['queued', 'sending'] }))
    );
    if (open === 0 && isIdle()) return true;
    if (Date.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, SETTLED_POLL_MS));
  }
};
