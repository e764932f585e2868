import type { Core } from '@strapi/types';
import { choiceOf, type ReplicationConfig } from '../config';
import { createAgents } from '../http/agents';
import { createHttpClient } from '../http/client';
import { readCredentials } from '../http/credentials';
import { createGate, type Gate } from '../http/gate';
import { createQuota, DEFAULT_QUOTA, OverQuota } from '../http/quota';
import { Couriers } from './couriers';
import { createBrakeDesk } from '../replication/brake/desk';
import type { Context } from '../replication/context';
import { createRuleDesk } from '../replication/controller/rule-desk';
import type { Engine } from '../replication/engine';
import type { Json } from '../replication/entity';
import { ReplicationError } from '../replication/errors';
import { rememberDefinitions } from '../replication/history/definitions';
import { ensureIncarnation } from '../replication/incarnation';
import { applyConfiguredLinks, readConfiguredLinks } from '../replication/link/configured';
import { createLinkDesk } from '../replication/link/desk';
import { createExchange } from '../replication/link/exchange';
import { LivingIdentity } from '../replication/link/identity';
import { learnKeys, learnKeysOf } from '../replication/link/key-record';
import { createKeyDesk } from '../replication/link/key-desk';
import { createPlaceDesk } from '../replication/link/place-desk';
import { leave } from '../replication/link/leave';
import { createReception } from '../replication/link/reception';
import { createVerifier } from '../replication/link/verifier';
import { releaseNotes } from '../replication/notify/notify';
import { logError } from '../log-error';
import { closedWire, silenceOf } from './silence';
import { releaseClaims } from '../replication/queue/claim';
import { tryHeldAgain } from '../replication/reconcile/housekeeping';
import { restartSweep } from '../replication/reconcile/sweep';
import { Tracked } from '../replication/tracked';
import { applyConfiguredRules } from '../replication/controller/configured-rules';
import { createPeerService } from './peer-service';
import { createContent } from '../strapi/content/content';
import { isReadByEverybody } from '../strapi/content/public-types';
import { createFiles } from '../strapi/content/files';
import { createAudience } from '../strapi/notify/audience';
import { createHearsOfRows } from '../strapi/notify/row-listeners';
import type { Listeners } from '../strapi/notify/listeners';
import { createSchemas } from '../strapi/content/schemas';
import { createImportTrace } from '../strapi/environment/import-trace';
import { readPlace } from '../strapi/environment/place';
import { publicAddress, publicUrl, strapiSecrets, systemChance, systemClock } from '../strapi/environment/ports';
import { createStore } from '../strapi/tables/store';
import { createObserver } from './observer';
import { createOnRequest } from './on-request';
import { createOutlook } from './outlook';
import { WATCH_MS } from './running';
import { answerUsesBytes, createUsedElsewhere } from './shared-bytes';
import { Pollers } from './pollers';
import { Waiters } from './waiters';
import { wake } from './waking';
import { RightOfWay } from './right-of-way';
import { createWorkers } from './workers';

/** By then every process on this database has looked, and has ended what it was doing. */
const OTHERS_REST_MS = WATCH_MS + 5_000;

/** What is under way to or from other sites has so long to end when this site stops; they may take as long as they like. */
const STOP_PATIENCE_MS = 5_000;

/** Shorter than the lease of what is being told. */
const HOOK_PATIENCE_MS = 10_000;

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

/** Builds replication for this site: puts the domain, Strapi's side and HTTP together. */
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
    hearsOfRows: createHearsOfRows(strapi),
    usedElsewhere: (url: string, links: readonly string[]) => usedElsewhere(url, links),
  };
  const store = createStore(strapi, createContent(strapi, schemas, contentOptions));
  const files = createFiles(strapi, store, config.incomingFolder);
  const site = { name: config.siteName || new URL(siteUrl || 'http://strapi').host, url: siteUrl };
  const tracked = new Tracked(store, schemas);
  await tracked.reload();

  const place = await readPlace(strapi, siteUrl);
  const identityOptions = { secrets: strapiSecrets(strapi), clock: systemClock, privateKey: config.privateKey };
  const places = createPlaceDesk({ store, clock: systemClock, place, identity: identityOptions, takenUp });
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
  const parts = { store, schemas, files, tracked, places };
  const woken = await wake({ strapi, config, parts, site, place, identity: identityOptions, leaving });
  if ('asleep' in woken) return woken.asleep;

  const identity = new LivingIdentity(woken.identity);
  const silence = silenceOf(strapi, config);
  if (silence) strapi.log.info(`[replication] ${silence.message}`);
  const verifier = createVerifier(store);
  const agents = createAgents({ allowPrivateAddresses: config.allowPrivateAddresses });
  const ending = new AbortController();
  const wire = silence
    ? closedWire(silence)
    : createHttpClient({
        identity,
        verifier,
        agents,
        clock: systemClock,
        chance: systemChance,
        ending: ending.signal,
        credentials: readCredentials(config.credentials),
        learn: (instance, keys) => store.transaction((unit) => learnKeysOf(unit, instance, keys)),
      });

  const usedElsewhere = createUsedElsewhere(store, wire);

  const way = new RightOfWay();
  const couriers = new Couriers(
    () => context,
    wire,
    way,
    logError(strapi, 'A delivery failed for a reason of its own.')
  );
  const waiters = new Waiters();
  const { notice, onDefect, onRevoked } = createObserver(strapi, store, {
    couriers,
    waiters,
    tracked,
    onLocks,
    onBrake: () => workers.house.poke(),
  });
  const audience = createAudience(strapi, schemas, {
    listeners,
    choiceOf: (uid) => choiceOf(config, uid),
    onError: logError(strapi, 'A hook of this site failed when it was told of an applied change.'),
    patienceMs: HOOK_PATIENCE_MS,
  });
  await ensureIncarnation(store, systemClock);
  const context: Context = {
    store,
    schemas,
    files,
    clock: systemClock,
    chance: systemChance,
    observer: { notice },
    audience,
    signer: identity,
  };

  const workers = createWorkers({
    strapi,
    context,
    wire,
    way,
    tracked,
    trace: createImportTrace(strapi, store),
    retention: config.history || null,
    takeNoted: () => audience.takeNoted(),
    exchange: () => exchange,
    follow: (links) => {
      couriers.follow(links);
      pollers.follow(links);
    },
  });
  const { recorder, jobs, house, notifier, sweeper } = workers;
  const linkChanged = (link: string) => {
    jobs.poke();
    couriers.poke(link);
    house.poke();
  };
  /** It has changed who calls whom. */
  const onReach = (link: string) => {
    couriers.poke(link);
    house.poke();
  };
  const exchange = createExchange({ identity, store, clock: systemClock, wire, site, onChange: linkChanged, onReach });
  const configured = readConfiguredLinks(config.links);
  const unclearRules = await store.transaction(async (unit) => {
    await applyConfiguredLinks(unit, configured, identity, systemClock.now());
    const unclear = await applyConfiguredRules(unit, { schemas, clock: systemClock }, config.rules);
    await rememberDefinitions(unit.tables, schemas);
    await tryHeldAgain(unit);
    await restartSweep(unit, 'quick');
    // SQLite takes one process only.
    if (strapi.db.dialect.client === 'sqlite') {
      await releaseClaims(unit);
      await releaseNotes(unit);
    }
    return unclear;
  });
  for (const text of unclearRules) strapi.log.warn(`[replication] ${text}`);
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
    workers.tellNoted();
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

  const isOutdated = await createOutlook({ store, place, identity, identityOptions, verifier });
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
    ...createOnRequest({ context, wire, workers, couriers, pollers }),
  };
  return {
    engine,
    tracked,
    poke: () => recorder.poke(),
    isOutdated,
    start: () => {
      if (silence) {
        recorder.start();
        notifier.start();
        sweeper.worker.start();
        return;
      }
      couriers.start();
      pollers.start();
      for (const worker of workers.all) worker.start();
    },
    stop: async () => {
      audience.stop();
      waiters.close();
      const patience = setTimeout(() => ending.abort(), STOP_PATIENCE_MS);
      await Promise.all([...workers.all.map((worker) => worker.stop()), couriers.stop(), pollers.stop()]);
      clearTimeout(patience);
      agents.destroy();
    },
  };
};
