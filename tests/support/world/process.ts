import type { Context } from '../../../server/src/replication/context';
import type { EntityKey, Json } from '../../../server/src/replication/entity';
import { Busy, Unreachable } from '../../../server/src/replication/errors';
import { receive } from '../../../server/src/replication/apply/receive';
import { catchUp } from '../../../server/src/replication/reconcile/catch-up';
import { recordBatch } from '../../../server/src/replication/capture/record';
import { forgetOldVersions, type Retention } from '../../../server/src/replication/history/retention';
import type { Verifier } from '../../../server/src/replication/apply/verify';
import type { Identity } from '../../../server/src/replication/link/identity';
import { notifyBatch } from '../../../server/src/replication/notify/notify';
import type { Audience, Files, Store } from '../../../server/src/replication/ports';
import { ensureIncarnation } from '../../../server/src/replication/incarnation';
import { answerMatching, type AnswerOptions } from '../../../server/src/replication/matching/answer';
import { matchPage, previewPage } from '../../../server/src/replication/matching/ask';
import type { PageRequest } from '../../../server/src/replication/matching/page';
import { answerComparison, compareWith } from '../../../server/src/replication/reconcile/compare';
import { forgetOddTimes, keepHouse } from '../../../server/src/replication/reconcile/housekeeping';
import { jobStep } from '../../../server/src/replication/reconcile/jobs';
import { restartSweep, sweepStep, type Depth } from '../../../server/src/replication/reconcile/sweep';
import { fetchOnce, NOTHING_TO_TELL, type Untold } from '../../../server/src/replication/transport/fetch';
import { readQuestion, type HandedOut } from '../../../server/src/replication/transport/fetch-protocol';
import { handOut } from '../../../server/src/replication/transport/hand-out';
import type { FetchWire, Peer, Wire } from '../../../server/src/replication/transport/wire';
import type { Row } from '../../../server/src/replication/tables';
import { deliver } from './deliver';
import { Killed } from '../memory/database';
import type { Site } from './site';

/** The domain as one process of a site runs it. A new process has nothing but what the database holds. */
export class Process {
  private alive = true;
  private readonly running = new Set<string>();
  private readonly untold = new Map<string, Untold>();
  readonly verifier: Verifier;
  /** How far old versions were forgotten. */
  private forgotten: EntityKey | null = null;

  private constructor(
    private readonly site: Site,
    readonly context: Context,
    readonly identity: Identity
  ) {
    this.verifier = site.world.signatures.verifier(context.store);
  }

  static async start(site: Site): Promise<Process> {
    let process: Process | null = null;
    const store = guarded(
      site.store(),
      () => process === null || process.alive,
      () => site.mayDie()
    );
    const identity = await store.transaction((unit) =>
      site.world.signatures.identity(unit, site.clock, site.privateKey)
    );
    await ensureIncarnation(store, site.clock);
    const context: Context = {
      store,
      schemas: site.catalogue,
      files: NO_FILES,
      clock: site.clock,
      chance: site.chance,
      audience: hearing(site, () => process?.alive === true),
      observer: {
        notice: (event) => {
          if (event.type === 'defect') site.world.defect(`${site.name} while it received`, event.error);
          else if (event.type === 'unrecorded') site.world.defect(`${site.name} while it recorded`, event.error);
          else site.world.log(`${site.name} ${JSON.stringify(event)}`);
        },
      },
      signer: identity,
    };
    process = new Process(site, context, identity);
    return process;
  }

  kill(): void {
    this.alive = false;
  }

  /** Starts whatever this process has time for and does not do already. Answers whether there was anything to start. */
  work(): boolean {
    let started = this.start('record', () => recordBatch(this.context));
    started = this.start('house', async () => Number(await keepHouse(this.context))) || started;
    started = this.start('times', async () => forgetOddTimes(this.context).then(() => 0)) || started;
    started = this.start('notify', () => notifyBatch(this.context)) || started;
    started = this.start('catch-up', async () => Number(await catchUp(this.context, this.wire))) || started;
    if (this.site.world.forgets) started = this.start('retention', () => this.forget()) || started;
    started = this.start('jobs', async () => Number(await jobStep(this.context))) || started;
    for (const link of this.site.links()) {
      // While one request is under way another may follow, and on the way overtake it.
      const send = async () => {
        await deliver(this.context, this.wire, link);
        return 0;
      };
      started = this.start(`deliver ${link}`, send) || this.start(`deliver more ${link}`, send) || started;
      started = this.start(`fetch ${link}`, () => this.fetch(link)) || started;
    }
    return started;
  }

  private async forget(): Promise<number> {
    this.forgotten = await forgetOldVersions(this.context, FORGETFUL, this.forgotten);
    return 0;
  }

  /** What was taken in is told with the next request, as long as this process lives. */
  private async fetch(link: string): Promise<number> {
    const { context, wire, verifier } = this;
    const options = {
      context,
      wire,
      verifier,
      maxFileBytes: 0,
      restsFor: () => Promise.resolve(0),
      count: () => Promise.resolve(),
      onReceived: () => undefined,
      onNotLinked: () => Promise.reject(new Error(`${this.site.name} is told that a link is over.`)),
      onReach: () => undefined,
    };
    // As long as something comes it asks for more, and so tells what has become of it.
    for (let what = 'some'; what === 'some';) {
      const fetched = await fetchOnce(options, link, this.untold.get(link) ?? NOTHING_TO_TELL, { ms: 0 });
      this.untold.set(link, fetched.untold);
      ({ what } = fetched);
    }
    return 0;
  }

  async handOut(link: string, question: Json): Promise<HandedOut> {
    if (!this.alive) throw new Unreachable('Nobody is listening.');
    const [row] = await this.context.store.transaction(({ tables }) => tables.find('links', { id: link }));
    if (!row) throw new Error(`${this.site.name} has no link ${link}.`);
    return handOut(this.context, row, readQuestion(question));
  }

  /** Somebody presses “Compare and repair” for each link. */
  async repair(): Promise<void> {
    for (const link of await this.context.store.transaction(({ tables }) => tables.find('links', {})))
      await this.repairWith(link);
  }

  /** A site that fetches can not be asked: there somebody presses it there. */
  private async repairWith(link: Row<'links'>): Promise<void> {
    if (link.fetching !== 'THERE') return void (await compareWith(this.context, this.wire, link, true));
    const other = this.site.world.sites.find(({ id }) => id === link.id)!.process!;
    const [back] = await other.context.store.transaction(({ tables }) => tables.find('links', { id: this.site.id }));
    await compareWith(other.context, other.wire, back!, true);
  }

  /** What a comparison with each linked site finds, without mending anything. */
  async differences(): Promise<string[]> {
    const found: string[] = [];
    for (const link of await this.context.store.transaction(({ tables }) => tables.find('links', {}))) {
      // Its own comparison is of both directions.
      if (link.fetching === 'THERE') continue;
      const { different } = await compareWith(this.context, this.wire, link, false);
      for (const { entity, here, there } of different)
        found.push(`${entity} is ${here ? '' : 'not '}here and ${there ? '' : 'not '}with ${link.name}`);
    }
    return found;
  }

  /** What sharing a type with a link would do. */
  async preview(link: string, page: PageRequest) {
    return previewPage(this.context, this.wire, await this.linkTo(link), page);
  }

  /** Has a link take its entries of a type for ours. */
  async match(link: string, page: PageRequest, choices: [string, string | null][] = []) {
    return matchPage(this.context, this.wire, await this.linkTo(link), page, choices);
  }

  private async linkTo(id: string) {
    const [link] = await this.context.store.transaction(({ tables }) => tables.find('links', { id }));
    if (!link) throw new Error(`${this.site.name} has no link ${id}.`);
    return link;
  }

  /** Looks at all rows, as each start and each hour does. */
  async sweep(depth: Depth): Promise<void> {
    await this.context.store.transaction((unit) => restartSweep(unit, depth));
    const { site } = this;
    const options = {
      types: this.context.schemas.types(),
      imported: () => Promise.resolve(site.imported),
      seen: () => Promise.resolve(void (site.imported = false)),
    };
    while (await sweepStep(this.context, options));
  }

  async receive(link: string, messages: Json[]): Promise<Json[]> {
    if (!this.alive) throw new Unreachable('Nobody is listening.');
    const [row] = await this.context.store.transaction(({ tables }) => tables.find('links', { id: link }));
    if (!row) throw new Error(`${this.site.name} has no link ${link}.`);
    return (await receive(this.context, this.verifier, row, messages)) as unknown as Json[];
  }

  get idle(): boolean {
    return this.running.size === 0;
  }

  private start(name: string, task: () => Promise<number>): boolean {
    if (this.running.has(name)) return false;
    this.running.add(name);
    task()
      .catch((error: unknown) => {
        // Somebody edits at this moment: the worker comes back.
        if (!(error instanceof Killed) && !(error instanceof Busy) && this.alive)
          this.site.world.defect(`${this.site.name}: ${name}`, error);
      })
      .finally(() => this.running.delete(name));
    return true;
  }

  private readonly wire: Wire & FetchWire = {
    send: async (peer: Peer, messages) => {
      this.site.mayDie();
      const answers = await this.site.world.carry(this.site, peer.id, JSON.parse(JSON.stringify(messages)) as Json[]);
      this.site.mayDie();
      if (!this.alive) throw new Killed();
      return answers;
    },
    ask: async (peer: Peer, topic, question) => {
      const site = this.site.world.sites.find(({ id }) => id === peer.id);
      const other = site && !this.site.world.network.isClosed(this.site.name, site.name) ? site.process : null;
      if (!other) throw new Unreachable('Nobody is there.');
      const matching = await answerMatching(other.context, SILENT, this.site.id, topic, question);
      const answer = matching ?? (await answerComparison(other.context.store, this.site.id, topic, question));
      return { answer, bytes: 0 };
    },
    blobOffset: () => Promise.resolve('complete'),
    sendBlob: () => Promise.resolve(),
    fetch: async (peer, question) => {
      this.site.mayDie();
      const given = await this.site.world.carryFetch(this.site, peer.id, JSON.parse(JSON.stringify(question)) as Json);
      this.site.mayDie();
      if (!this.alive) throw new Killed();
      return { given, messages: 0, bytes: 0 };
    },
    readBlob: () => Promise.reject(new Error('There are no files in this world.')),
  };
}

/** Everything that may be forgotten is, but for the newest two versions of each entry. */
const FORGETFUL: Retention = { days: 0, versions: 2 };

/** Nobody but linked sites may read anything in this world, and every save is marked. */
const SILENT: AnswerOptions = { track: () => undefined, isPublic: () => Promise.resolve(false) };

/** Between any two steps of a process it may die; then nothing it still does reaches the database. */
const guarded = (store: Store, isAlive: () => boolean, mayDie: () => void): Store => {
  const check = (): void => {
    if (!isAlive()) throw new Killed();
  };
  return {
    async transaction(work) {
      check();
      mayDie();
      check();
      const result = await store.transaction(work);
      check();
      mayDie();
      check();
      return result;
    },
    savepoint: (unit, work) => store.savepoint(unit, work),
  };
};

/** Everybody listens to everything. A process may die before and after somebody was told. */
const hearing = (site: Site, isAlive: () => boolean): Audience => ({
  listens: () => true,
  callsOnce: () => false,
  tell: async (news) => {
    site.mayDie();
    if (!isAlive()) throw new Killed();
    site.hear(news);
    site.mayDie();
    if (!isAlive()) throw new Killed();
    return true;
  },
});

const NO_FILES: Files = {
  hash: () => Promise.resolve(),
  missing: () => Promise.resolve([]),
  open: () => Promise.resolve(null),
  tidy: () => Promise.resolve(),
  staged: () => Promise.resolve(0),
  stage: () => Promise.reject(new Error('There are no files in this world.')),
  discard: () => Promise.resolve(),
  place: () => Promise.resolve(),
};
