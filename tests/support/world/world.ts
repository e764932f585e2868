import type { Rule } from '../../../server/src/replication/engine';
import type { Json } from '../../../server/src/replication/entity';
import { createRuleDesk } from '../../../server/src/replication/controller/rule-desk';
import { Busy, Unreachable } from '../../../server/src/replication/errors';
import { learnKeys } from '../../../server/src/replication/link/key-record';
import { Blocked, Killed } from '../memory/database';
import { catalogue } from './catalogue';
import { SeededChance } from './chance';
import { correct } from './correcting';
import { noteGoingAlong, someMode, someRules } from './going-along';
import { Ledger } from './ledger';
import { answerAll, mishap } from './mishaps';
import { Network } from './network';
import { Site } from './site';
import { digests, ed25519, type Signatures } from './signatures';
import { inspect, type Sharing } from './tap';

/** How often what goes wrong, as probabilities of one step. */
export interface Faults {
  /** A process dies before or after a transaction, a statement or a request. */
  death: number;
  /** An editor saves between two statements of a transaction of ours. */
  interleaved: number;
  /** A packet is lost. */
  loss: number;
  /** A request arrives once more, later. */
  doubled: number;
  /** A connection is cut. */
  cut: number;
}

/**
 * A schedule has so many steps at most and at least; short ones are more often, so that more of them come to rest in the
 * same time. `SIMULATION_LENGTH` gives all the same number: a long one sees some four times as much as one of these, and
 * takes twice as long.
 */
export const MOST_STEPS = 220;
const FEWEST_STEPS = 20;
/** One world of so many has real signatures. */
const SIGNED = 16;
/** So many rounds without anything new are rest. */
const QUIET_ROUNDS = 4;
const MOST_ROUNDS = 400;
/** What is under way in a round has ended after so many turns of the event loop, or goes on in the next. */
const MOST_PAUSES = 1_000;
/** After so many rounds of answers nothing may be asked any more. */
const MOST_QUESTIONS = 8;
const START = Date.UTC(2026, 0, 1);

/** 2 to 6 sites, their people, and everything that goes wrong, all from one seed. */
export class World {
  readonly chance: SeededChance;
  readonly network = new Network();
  readonly ledger = new Ledger();
  readonly sites: Site[] = [];
  /** The rules as they are. */
  readonly sharing: Sharing[] = [];
  /** Who is linked for what, whatever the level is by now; `someTypes`: rules name some types only. */
  readonly links: (Pick<Sharing, 'from' | 'to' | 'direction'> & { someTypes?: boolean })[] = [];
  /** What was to go along with something at any time: from, to and entity. */
  readonly meant = new Set<string>();
  /** What was sent along while a rule said so: from, to and word. */
  readonly told = new Set<string>();
  readonly faults: Faults;
  readonly signatures: Signatures;
  readonly story: string[] = [];
  readonly violations: string[] = [];
  private rough = false;
  /** Under a test's own hand the test answers. */
  private peopleAnswer = false;
  private time = START;
  readonly clock = { now: (): number => this.time };
  /** Draws for what was added to these worlds later: the schedules of seeds without it stay as they were. */
  private readonly more: SeededChance;
  /** The same, for what was added later still. */
  private readonly later: SeededChance;
  /** And the latest. */
  private readonly latest: SeededChance;
  /** Whether who only receives gets entries of some types, and of others what goes along with them. */
  private readonly goAlong: boolean;
  /** Whether the content of versions is forgotten as soon as nothing stands on it. */
  readonly forgets: boolean;
  /** Whether things happen past the editors. */
  private readonly mishaps: boolean;
  private readonly rulesChange: boolean;
  private readonly clocksJump: boolean;
  private readonly restores: boolean;
  private readonly many: boolean;
  /** The same, for what was added last. */
  private readonly last: SeededChance;
  /** Whether sites where people edit change what they share with one another, and change it back in the end. */
  private readonly wavers: boolean;
  private readonly wavering: SeededChance;
  private readonly steps: number;
  /** Whether some links can be called from one side only. */
  private readonly firewalls: boolean;
  private restored: { site: Site; restore: (() => void) | null } | null = null;

  /** @param only the steps that are done: a failing schedule is made shorter by leaving others out. */
  constructor(
    readonly seed: number,
    private readonly only: ReadonlySet<number> | null = null
  ) {
    this.chance = new SeededChance(seed);
    this.signatures = seed % SIGNED === 1 ? ed25519 : digests();
    const { chance } = this;
    this.more = new SeededChance(seed ^ 0x9e3779b9);
    this.later = new SeededChance(seed ^ 0x51ed270b);
    this.latest = new SeededChance(seed ^ 0x2545f491);
    this.goAlong = this.latest.happens(0.35);
    this.mishaps = this.later.happens(0.3);
    this.rulesChange = this.more.happens(0.4);
    this.clocksJump = this.more.happens(0.2);
    this.restores = this.more.happens(0.2);
    this.many = this.more.happens(0.15);
    this.forgets = new SeededChance(seed ^ 0x61c88647).happens(0.3);
    this.last = new SeededChance(seed ^ 0x2545f491);
    this.firewalls = this.last.happens(0.3);
    this.wavering = new SeededChance(seed ^ 0x1b873593);
    // What only came here does not go back to a site that was put back to before it made that.
    this.wavers = !this.restores && this.wavering.happens(0.3);
    const length = new SeededChance(seed ^ 0x3c6ef372);
    const drawn = length.between(FEWEST_STEPS, length.between(FEWEST_STEPS, MOST_STEPS));
    this.steps = Number(process.env.SIMULATION_LENGTH || drawn);
    if (!(this.steps > 0)) throw new Error(`SIMULATION_LENGTH is no number of steps: ${process.env.SIMULATION_LENGTH}`);
    const gentle = chance.happens(0.2);
    this.faults = {
      death: gentle ? 0 : chance.pick([0, 0.0005, 0.002]),
      interleaved: gentle ? 0 : chance.pick([0, 0.01, 0.05]),
      loss: gentle ? 0 : chance.pick([0, 0.05, 0.3]),
      doubled: gentle ? 0 : chance.pick([0, 0.1]),
      cut: gentle ? 0 : chance.pick([0, 0.01]),
    };
  }

  get isRough(): boolean {
    return this.rough;
  }

  log(line: string): void {
    if (this.story.length < 20_000) this.story.push(line);
  }

  defect(where: string, error: unknown): void {
    this.violations.push(`${where} threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  /** Runs the whole schedule, up to rest. */
  async run(): Promise<void> {
    await this.begin();
    this.rough = true;
    for (let step = 0; step < this.steps && this.violations.length === 0; step += 1) {
      if (this.only !== null && !this.only.has(step)) continue;
      this.beginStep(step);
      await this.step();
    }
    this.beginStep(MOST_STEPS);
    this.rough = false;
    this.peopleAnswer = true;
    await this.settle();
  }

  /** Each step draws from its own source: the others stay as they are where one is left out. */
  private beginStep(step: number): void {
    this.chance.restart(this.seed, step * 8);
    this.more.restart(this.seed, step * 8 + 1);
    this.sites.forEach(({ chance }, index) => chance.restart(this.seed, step * 8 + 2 + index));
    this.latest.restart(this.seed ^ 0x2545f491, step);
    this.wavering.restart(this.seed ^ 0x1b873593, step);
    if (this.goAlong) noteGoingAlong(this);
  }

  private async begin(): Promise<void> {
    const { chance } = this;
    const few = chance.pick([2, 2, 2, 3, 3, 4, 5]);
    const count = this.many ? this.more.between(4, 6) : few;
    const vary = chance.happens(0.4);
    const hooks = chance.happens(0.2);
    for (let index = 0; index < count; index += 1) {
      const name = `s${index}`;
      const rewrites = hooks && chance.happens(0.5) ? 'origin' : null;
      this.sites.push(new Site(this, name, catalogue(chance, vary), chance.fork(), rewrites));
    }
    const quarrel = chance.happens(0.2);
    for (const site of this.sites) {
      if (quarrel && chance.happens(0.7)) site.onNews = (news) => correct(site, news);
      await site.start();
    }
    const editorial = chance.between(Math.min(2, count - 1), count);
    await this.linkEditors(this.sites.slice(0, editorial));
    for (let index = editorial; index < count; index += 1) {
      const level = chance.happens(0.75) ? 'PUBLISHED' : 'EVERYTHING';
      // From one of the editors' sites, or handed on by another that only receives.
      const source = chance.pick(this.sites.slice(0, index));
      await this.link(source, this.sites[index] as Site, level, 'SEND_ONLY');
      if (this.many && index > 1 && this.more.happens(0.5)) await this.linkAgain(source, this.sites[index] as Site);
    }
  }

  /** Sites where people edit: each hears of the others, some over one in between. */
  private async linkEditors(sites: readonly Site[]): Promise<void> {
    const shape = this.chance.pick(['chain', 'star', 'ring']);
    for (let index = 1; index < sites.length; index += 1) {
      await this.link(sites[shape === 'star' ? 0 : index - 1] as Site, sites[index] as Site, 'EVERYTHING', 'BOTH');
    }
    if (shape === 'ring' && sites.length > 2)
      await this.link(sites.at(-1) as Site, sites[0] as Site, 'EVERYTHING', 'BOTH');
  }

  /** A site that hears of the same entries from two others. */
  private async linkAgain(source: Site, receiver: Site): Promise<void> {
    const earlier = this.sites.slice(0, this.sites.indexOf(receiver)).filter((site) => site !== source);
    await this.link(this.more.pick(earlier), receiver, 'EVERYTHING', 'SEND_ONLY');
  }

  /** Two sites know one another; the first has a rule for all types, and where both edit, so has the second. */
  async link(first: Site, second: Site, level: Sharing['level'], direction: Sharing['direction']): Promise<void> {
    await introduce(first, second);
    await introduce(second, first);
    if (this.firewalls && this.last.happens(0.6)) await this.closeOneWay(...this.inAnyOrder(first, second));
    await this.share(first, second, level, direction);
    if (direction === 'BOTH') await this.share(second, first, level, direction);
  }

  private inAnyOrder(first: Site, second: Site): [Site, Site] {
    return this.last.happens(0.5) ? [first, second] : [second, first];
  }

  /** One site can not be called by the other: it fetches. */
  async closeOneWay(caller: Site, hidden: Site): Promise<void> {
    this.network.close(caller.name, hidden.name);
    this.log(`${hidden.name} can not be called by ${caller.name}`);
    for (const [site, other, fetching] of [
      [caller, hidden, 'THERE'],
      [hidden, caller, 'HERE'],
    ] as const) {
      await site.process!.context.store.transaction(({ tables }) =>
        tables.update('links', { id: other.id }, { fetching })
      );
    }
  }

  private async share(from: Site, to: Site, level: Sharing['level'], direction: Sharing['direction']): Promise<void> {
    if (this.goAlong && direction === 'SEND_ONLY') {
      this.links.push({ from: from.name, to: to.name, direction, someTypes: true });
      const desk = createRuleDesk({ context: from.process!.context, onChange: () => undefined });
      await desk.setDefaultMode(to.id, someMode(this.latest));
      await desk.replace(to.id, someRules(this.latest, level, from));
      this.seeRules(from, to);
      return;
    }
    this.sharing.push({ from: from.name, to: to.name, level, direction, uid: '' });
    this.links.push({ from: from.name, to: to.name, direction });
    const rule = {
      scope: 'instance' as const,
      uid: '',
      link: to.id,
      level,
      direction,
      locked: 0,
      created_at: 0,
      dependencies: null,
    };
    await from.process!.context.store.transaction(({ tables }) =>
      tables.insert('rules', [{ id: `to ${to.id}`, ...rule }], 'fail')
    );
  }

  private async step(): Promise<void> {
    const { chance } = this;
    if (this.rulesChange && this.more.happens(0.03)) await this.changeRule();
    if (this.wavers && this.wavering.happens(0.04)) await this.waver();
    if (this.clocksJump && this.more.happens(0.02)) this.jump();
    if (this.restores && this.more.happens(0.02)) this.restoreSomething();
    if (this.mishaps && this.later.happens(0.04)) await this.goWrong();
    const site = chance.pick(this.sites);
    const action = chance.fraction();
    if (site.process === null) {
      if (chance.happens(0.3)) await this.restart(site);
    } else if (action < 0.35) site.edit();
    else if (action < 0.45) site.copyPending();
    else if (action < 0.7) site.process.work();
    else if (action < 0.9) this.network.deliverOne(chance, this.faults.loss);
    else if (action < 0.95) this.time += chance.pick([10, 300, 5_000, 130_000]);
    else if (chance.happens(this.faults.cut * 20))
      this.network.setCut(site.name, chance.pick(this.sites).name, chance.happens(0.6));
    else site.process.work();
    this.time += 1;
    await breathe();
  }

  private async goWrong(): Promise<void> {
    const { later } = this;
    const site = later.pick(this.sites);
    if (site.process === null) return;
    try {
      if (later.happens(0.15)) await answerAll(this, site, later);
      else if (later.happens(0.3)) await site.process.sweep(later.pick(['quick', 'full']));
      else mishap(this, site, later);
    } catch (error) {
      if (!(error instanceof Killed) && !(error instanceof Busy) && !(error instanceof Blocked)) throw error;
    }
  }

  /** All rows are looked at, and somebody answers whatever is asked, until nothing is. */
  private async askPeople(): Promise<void> {
    if (!this.peopleAnswer) return;
    for (const site of this.sites) {
      const isRestored = this.restored?.site === site;
      for (const { code } of site.database.table('brakes').all()) {
        if (code === 'DATABASE_RESTORED' && !isRestored)
          this.violations.push(`${site.name} thinks that its database was put back, and nobody did that.`);
      }
    }
    for (let round = 0; round < MOST_QUESTIONS && this.violations.length === 0; round += 1) {
      let asked = false;
      for (const site of this.sites) {
        if (this.mishaps) {
          await site.process!.sweep('full');
          await this.comeToRest();
        }
        if (!(await answerAll(this, site, this.later))) continue;
        asked = true;
        await this.comeToRest();
      }
      if (!asked) return;
    }
    if (this.violations.length === 0) this.violations.push('Somebody is asked again and again.');
  }

  /**
   * A site is backed up, and later put back to that. One from which others only receive is left out: they would go on
   * showing what it has lost, and nothing decides that yet.
   */
  private restoreSomething(): void {
    if (this.restored === null) {
      const giving = new Set(this.links.flatMap(({ from, direction }) => (direction === 'SEND_ONLY' ? from : [])));
      const free = this.sites.filter(({ name }) => !giving.has(name));
      if (free.length === 0) return;
      const site = this.more.pick(free);
      this.restored = { site, restore: site.backup() };
      this.log(`${site.name} is backed up`);
    } else if (this.restored.restore !== null) {
      const { site, restore } = this.restored;
      restore();
      this.restored.restore = null;
      this.log(`${site.name} is put back to its back-up`);
    }
  }

  /** A site's clock goes wrong, or is set right. */
  private jump(): void {
    const site = this.more.pick(this.sites);
    const hour = 3_600_000;
    site.skew = this.more.pick([0, -hour, hour, -30 * 24 * hour, 30 * 24 * hour, 8_000 * 24 * hour]);
    this.log(`${site.name} has a clock that is ${site.skew / hour} hours off`);
  }

  /** Somebody raises or lowers what a site that only receives gets, withdraws it, or shares it again. */
  private async changeRule(): Promise<void> {
    const { more } = this;
    const received = this.links.filter(({ direction }) => direction === 'SEND_ONLY');
    if (received.length === 0) return;
    const { from, to } = more.pick(received);
    const sender = this.sites.find(({ name }) => name === from)!;
    const receiver = this.sites.find(({ name }) => name === to)!;
    const level = more.pick(['EVERYTHING', 'PUBLISHED', 'NONE'] as const);
    if (sender.process === null) return;
    const desk = createRuleDesk({ context: sender.process.context, onChange: () => undefined });
    try {
      const rule = { scope: 'instance' as const, uid: '', level, direction: 'SEND_ONLY' as const };
      const some = this.goAlong && level !== 'NONE' ? someRules(this.latest, level, sender) : [rule];
      if (this.goAlong && this.latest.happens(0.3)) await desk.setDefaultMode(receiver.id, someMode(this.latest));
      await desk.replace(receiver.id, level === 'NONE' && more.happens(0.5) ? [] : some);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      return;
    } finally {
      this.seeRules(sender, receiver);
    }
    this.log(`${from} shares ${level} with ${to}`);
  }

  /** For a while one of two sites where people edit takes nothing from the other, or lets nobody there edit. */
  private async waver(): Promise<void> {
    const edited = this.links.filter(({ direction }) => direction === 'BOTH');
    if (edited.length === 0) return;
    const { from, to } = this.wavering.pick(edited);
    await this.decide(from, to, this.wavering.pick(['SEND_ONLY', 'RECEIVE_ONLY', 'BOTH']));
  }

  /** What they share is as it was. */
  private async waverNoMore(): Promise<void> {
    for (const { from, to, direction } of this.links) if (direction === 'BOTH') await this.decide(from, to, direction);
  }

  private async decide(from: string, to: string, direction: Rule['direction']): Promise<void> {
    const site = this.sites.find(({ name }) => name === from)!;
    const other = this.sites.find(({ name }) => name === to)!;
    if (site.process === null) return;
    const desk = createRuleDesk({ context: site.process.context, onChange: () => undefined });
    try {
      await desk.replace(other.id, [{ scope: 'instance', uid: '', level: 'EVERYTHING', direction }]);
      this.log(`${from} shares ${direction} with ${to}`);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }

  /** What a site has decided to share, as its database holds it: whoever changed it may have died. */
  private seeRules(sender: Site, receiver: Site): void {
    const others = this.sharing.filter(({ from, to }) => from !== sender.name || to !== receiver.name);
    const rules = sender.look((_, transaction) => transaction.find('rules', { link: receiver.id }));
    const given = rules
      .filter(({ level }) => level !== 'NONE')
      .map(({ level, direction, uid }) => ({ from: sender.name, to: receiver.name, level, direction, uid }) as Sharing);
    this.sharing.splice(0, this.sharing.length, ...others, ...given);
  }

  private async restart(site: Site): Promise<void> {
    this.log(`${site.name} starts`);
    await site.start().catch((error: unknown) => {
      if (site.process !== null) this.defect(`${site.name} start`, error);
    });
  }

  /** Nobody edits, nothing breaks, time passes: everything must come to rest. */
  async settle(): Promise<void> {
    this.log('--- everything is mended, nobody edits any more');
    this.network.heal();
    for (const site of this.sites) site.skew = 0;
    for (const site of this.sites) if (site.process === null) await this.restart(site);
    if (this.wavers) await this.waverNoMore();
    await this.comeToRest();
    await this.askPeople();
    if (this.restored === null || this.restored.restore !== null || this.violations.length > 0) return;
    // Nobody but a person knows that a database is older than what others have heard from it.
    this.log(`--- ${this.restored.site.name} compares and repairs`);
    await this.restored.site.process!.repair();
    await this.comeToRest();
    await this.askPeople();
  }

  private async comeToRest(): Promise<void> {
    let quiet = 0;
    for (let round = 0; round < MOST_ROUNDS && this.violations.length === 0; round += 1) {
      noteGoingAlong(this);
      const before = this.fingerprint();
      for (const site of this.sites) {
        while (site.copyPending());
        site.process?.work();
      }
      for (let pause = 0; pause < MOST_PAUSES && this.isBusy; pause += 1) {
        while (this.network.busy) this.network.deliverOne(this.chance, 0);
        await breathe();
      }
      this.time += 60_000;
      quiet = !this.isBusy && this.fingerprint() === before ? quiet + 1 : 0;
      if (quiet === QUIET_ROUNDS) return;
      // A lease, a back-off or a held delivery may need longer.
      if (quiet > 0) this.time += 20 * 60_000;
    }
    if (this.violations.length === 0) this.violations.push(`The sites have not come to rest in ${MOST_ROUNDS} rounds.`);
  }

  private get isBusy(): boolean {
    return this.network.busy || this.sites.some(({ process }) => process?.idle === false);
  }

  /** What changes as long as there is something to do. */
  private fingerprint(): string {
    return this.sites
      .map(({ database }) => {
        const replicas = database
          .table('replicas')
          .all()
          .map((row) => `${row.state} ${row.wanted_hash}`);
        // What is held asks again and again to be rendered.
        const edits = database
          .table('marks')
          .all()
          .filter(({ action }) => action !== 'place');
        const jobs = database
          .table('jobs')
          .all()
          .filter(({ state }) => state === 'running')
          .map(({ id, cursor }) => `${id} ${cursor}`);
        return [edits.length, jobs.join(), database.table('revisions').all().length, replicas.sort().join()].join(' ');
      })
      .join('\n');
  }

  /** From one process to another and back. */
  async carry(from: Site, toId: string, messages: Json[]): Promise<Json[]> {
    const to = this.sites.find(({ id }) => id === toId);
    if (to) inspect(this, from, to, messages);
    if (to && this.network.isClosed(from.name, to.name)) throw new Unreachable('Nobody calls there.');
    const doubled = this.rough && this.chance.happens(this.faults.doubled);
    await this.network.transit(from.name, to?.name ?? toId);
    const receiver = to?.process;
    if (!to || !receiver) throw new Unreachable('Nobody is there.');
    const link = from.id;
    if (doubled) void this.again(from.name, to, link, messages);
    const answers = await receiver.receive(link, messages).catch((error: unknown) => {
      if (to.process === receiver && !(error instanceof Unreachable)) this.defect(`${to.name} receiving`, error);
      throw new Unreachable('The other side broke off.');
    });
    messages.forEach((message, index) => this.log(`${from.name} → ${to.name} ${brief(message, answers[index])}`));
    await this.network.transit(to.name, from.name);
    return JSON.parse(JSON.stringify(answers)) as Json[];
  }

  /** A site asks another for what it has: the same messages, in the answer to its request. */
  async carryFetch(from: Site, toId: string, question: Json): Promise<Json> {
    const to = this.sites.find(({ id }) => id === toId);
    await this.network.transit(from.name, to?.name ?? toId);
    const giver = to?.process;
    if (!to || !giver) throw new Unreachable('Nobody is there.');
    const hand = () =>
      giver.handOut(from.id, question).catch((error: unknown) => {
        if (to.process === giver && !(error instanceof Unreachable)) this.defect(`${to.name} handing out`, error);
        throw new Unreachable('The other side broke off.');
      });
    // Somebody asks again though the first answer is on its way: what that one takes up is lost.
    if (this.rough && this.chance.happens(this.faults.doubled)) await hand().then(() => this.log('asked twice'));
    const given = await hand();
    const messages = given.messages.map(({ message }) => message);
    inspect(this, to, from, messages);
    for (const message of messages) this.log(`${from.name} fetches from ${to.name} ${brief(message)}`);
    await this.network.transit(to.name, from.name);
    return JSON.parse(JSON.stringify(given)) as Json;
  }

  /** The same request once more, whenever the network likes. */
  private async again(from: string, to: Site, link: string, messages: Json[]): Promise<void> {
    try {
      await this.network.transit(from, to.name);
      await to.process?.receive(link, messages);
    } catch {
      // A lost copy, or one that met a process that died: nobody waits for its answer.
    }
  }
}

export const introduce = async (site: Site, other: Site): Promise<void> => {
  const { keys } = other.process!.identity;
  await site.process!.context.store.transaction(async (unit) => {
    await learnKeys(unit, keys);
    await unit.tables.insert(
      'links',
      [
        {
          id: other.id,
          name: other.name,
          url: `https://${other.name}.example/api`,
          state: 'REGISTERED',
          fingerprint: '',
          granted: '["*"]',
          paused: 0,
          locked: 0,
          failures: 0,
          retry_at: 0,
          last_contact_at: null,
          fetching: null,
          last_error: null,
          created_at: 0,
        },
      ],
      'fail'
    );
  });
};

const brief = (message: Json, answer?: Json): string => {
  const { type, entity, leaves, level, order } = message as { [name: string]: Json };
  const { uid, id } = entity as { uid: string; id: string };
  const ids = Array.isArray(leaves) ? leaves.map((leaf) => String(leaf).slice(0, 8)).join(' ') : '';
  return `${String(type)} ${uid}/${id} [${ids}] ${String(level)} ${JSON.stringify(order)}: ${JSON.stringify(answer) ?? '…'}`;
};

/** Lets everything that waits for no packet run until it does. */
const breathe = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
};
