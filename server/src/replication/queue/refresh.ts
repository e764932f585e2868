import { entityOf, type EntityKey } from '../entity';
import type { Context } from '../context';
import { isNamed, stayed } from '../controller/along';
import { atMostHeld, intersect, ruleFor, type Decision } from '../controller/decide';
import { loadChoices, type Choices } from '../controller/dependencies';
import type { DomainEvent } from '../events';
import { nothingRetargeted, type Retargeted } from '../history/targets';
import type { Tables, Unit } from '../ports';
import type { Row } from '../tables';
import { markAlong } from '../capture/baseline';
import { NOTHING_THERE } from './state-hash';
import {
  decisionOf,
  grantedOfFollowers,
  WENT_ALONG,
  isAlong,
  isFile,
  isNothing,
  isSameDecision,
  isSettled,
  isThere,
  pairOf,
} from './followers';
import { typesAlong, unsettledAlong, unsettledTypes } from './unsettled';
import { differs, heldOf, loadState, theirsOf, wantedReplica, type State } from './wanted-replica';

/** What has happened to the entries that are to be decided. */
export interface Happened {
  /** Entries of which a leaf went that no other descends from. */
  replaced?: ReadonlySet<EntityKey>;
  /** What they refer to now and did not before, and the other way round. */
  retargeted?: Retargeted;
  /** Rules may have changed: what goes along is decided again even where nothing else of its users is. */
  rulesChanged?: boolean;
}

/**
 * Decides for these entries what each link should have, and writes it to the queue where that changed. Entries that they
 * refer to and files that they use, or use no more, are decided with them where that can make a difference. Called after
 * everything that moves a leaf or a rule. `README.md`, "What goes along", tells the order.
 */
export const refreshReplicas = async (
  context: Context,
  unit: Unit,
  entities: readonly EntityKey[],
  events: DomainEvent[],
  happened: Happened = {}
): Promise<void> => {
  const { gained, lost } = happened.retargeted ?? nothingRetargeted();
  if (entities.length + gained.size + lost.size === 0) return;
  const links = await unit.tables.find('links', { state: 'REGISTERED' });
  const round = new Round(
    context,
    unit,
    links,
    await loadChoices(
      unit.tables,
      links.map(({ id }) => id)
    ),
    happened
  );
  await round.decide(entities, { gained, lost });
  await unit.tables.insert('replicas', [...round.changes.values()], 'replace');
  for (const { id: link } of links) {
    const count = [...round.changes.values()].filter((row) => row.link === link && row.state === 'queued').length;
    if (count > 0) events.push({ type: 'queued', link, count });
  }
};

interface Standing {
  locked: boolean;
  received: boolean;
}

type Wish = (link: string, entity: EntityKey) => Decision | null;

/** All that is decided in one transaction: entries that rules decide, what goes along with them step by step, then files. */
class Round {
  /** By {@link pairOf}. */
  readonly changes = new Map<string, Row<'replicas'>>();
  private readonly decided = new Map<string, Decision>();
  private readonly settledSources = new Set<string>();
  private readonly sources = new Set<EntityKey>();
  /** What entries refer to, as far as it was asked. */
  private readonly targets = new Map<EntityKey, EntityKey[]>();
  /** Entries for which a link gets another decision than before, and those of them that get less; until somebody asks. */
  private shifted = new Set<EntityKey>();
  private lessened = new Set<EntityKey>();
  private unsettled: ReadonlySet<string> | null = null;

  constructor(
    private readonly context: Context,
    private readonly unit: Unit,
    private readonly links: readonly Row<'links'>[],
    private readonly choices: Choices,
    private readonly happened: Happened
  ) {}

  async decide(given: readonly EntityKey[], { gained, lost }: Retargeted): Promise<void> {
    const ordinary = given.filter((entity) => !isFile(entity));
    const following = await this.followersAmong(ordinary);
    for (const user of await this.unsettledUsersOf(following)) following.add(user);
    const named = ordinary.filter((entity) => !following.has(entity));
    await this.settle(named, (state) => Promise.resolve((link, entity) => this.byRule(state, link, entity)));

    await this.settleFollowers(following, following);

    const isFollower = (entity: EntityKey) => !isFile(entity) && this.isUnnamed(entity);
    let { shifted, lessened } = this.takeShifted();
    const [more, less] = [new Set(shifted), new Set(lessened)];
    const ofRules = this.happened.rulesChanged ? await this.used(ordinary) : [];
    // Of those less are only some: asked after all, they are known.
    let shiftedUse = await this.used(shifted);
    let uncertain = new Set([...ofRules, ...lost, ...(await this.used(lessened))].filter(isFollower));
    let open = new Set([...uncertain, ...[...gained, ...shiftedUse].filter(isFollower)]);
    // Steps are counted and limited, so this ends, in circles as well.
    for (let round = 0; open.size > 0; round += 1) {
      if (round === MOST_ROUNDS)
        throw new Error(`What goes along with ${[...more].slice(0, 5).join()} is never decided.`);
      const unsettled = await this.unsettledUsersOf(open);
      uncertain = new Set([...uncertain, ...unsettled]);
      open = new Set([...open, ...unsettled]);
      // What was decided a moment ago is not as it was before all this.
      await this.settleFollowers(open, new Set([...uncertain, ...[...open].filter((one) => this.sources.has(one))]));
      ({ shifted, lessened } = this.takeShifted());
      for (const entity of shifted) more.add(entity);
      for (const entity of lessened) less.add(entity);
      shiftedUse = await this.used(shifted);
      uncertain = new Set((await this.used(lessened)).filter(isFollower));
      open = new Set([...uncertain, ...shiftedUse.filter(isFollower)]);
    }

    const files = new Set([...given, ...lost, ...(await this.used(less))].filter(isFile));
    const used = [...gained, ...(await this.used(more))].filter(isFile);
    await this.settleFollowers(new Set([...files, ...used]), files);
  }

  /**
   * Those who take these along and go along themselves, where that was decided before rules changed and not again by now:
   * with what goes along no more nothing may go, or it stays.
   */
  private async unsettledUsersOf(followers: ReadonlySet<EntityKey>): Promise<EntityKey[]> {
    if (followers.size === 0) return [];
    this.unsettled ??= await typesAlong(this.unit.tables, await unsettledTypes(this.unit.tables));
    const users = await unsettledAlong(this.unit.tables, this.unsettled, [...followers]);
    return users.filter((user) => !this.sources.has(user));
  }

  /** Those of these entries that a link may get because others refer to them, or got for that. */
  private async followersAmong(entities: readonly EntityKey[]): Promise<Set<EntityKey>> {
    const unnamed = entities.filter((entity) => this.links.some(({ id }) => !isNamed(this.choices.rules, id, entity)));
    if (unnamed.length === 0) return new Set();
    const { tables } = this.unit;
    const along = await tables.find('replicas', { entity: unnamed, along: [...WENT_ALONG] }, { columns: ['entity'] });
    const open = unnamed.filter((entity) => this.isUnnamed(entity));
    const used = open.length === 0 ? [] : await tables.countBy('refs', ['target'], { target: open });
    return new Set([...along.map(({ entity }) => entity), ...used.map(({ key }) => key[0] as EntityKey)]);
  }

  /** Whether there is a link that has rules, or had, and none for this entry: then it may go along with what they name. */
  private isUnnamed(entity: EntityKey): boolean {
    const { rules } = this.choices;
    return this.links.some(
      ({ id }) => (this.happened.rulesChanged || rules.some(({ link }) => link === id)) && !isNamed(rules, id, entity)
    );
  }

  private byRule(state: State, link: string, entity: EntityKey): Decision {
    return intersect(
      ruleFor(this.choices.rules, link, entityOf(entity).uid),
      theirsOf(state.replicas.get(pairOf(link, entity))),
      state.started(link).has(entity)
    );
  }

  private async settleFollowers(followers: ReadonlySet<EntityKey>, uncertain: ReadonlySet<EntityKey>): Promise<void> {
    const sorted = [...followers].sort();
    await this.settle(sorted, async (state) => {
      const replicaOf = (link: string, entity: EntityKey) => state.replicas.get(pairOf(link, entity));
      const settled = (link: string, entity: EntityKey, own: Decision | null) =>
        isFile(entity) ? this.fileAs(state, link, entity, own) : this.alongAs(state, link, entity, own);
      const granted = await grantedOfFollowers(this.unit.tables, {
        choices: this.choices,
        links: this.links.map(({ id }) => id),
        followers: sorted,
        sources: [...this.sources],
        decided: this.decided,
        settledSources: this.settledSources,
        uncertain,
        replicaOf,
        settled,
      });
      return (link, entity) => {
        if (!isFile(entity) && isNamed(this.choices.rules, link, entity)) return this.byRule(state, link, entity);
        const own = granted.get(pairOf(link, entity));
        const before = replicaOf(link, entity);
        if (own !== undefined) return settled(link, entity, own);
        return before ? asItWas(before) : null;
      };
    });
  }

  private fileAs(state: State, link: string, file: EntityKey, own: Decision | null): Decision | null {
    const before = state.replicas.get(pairOf(link, file));
    const theirs = theirsOf(before);
    if (own === null && theirs === null) return before ? leftBehind(before) : null;
    const started = state.started(link).has(file);
    // What those who use it do not send is as the other side says; not what this site started and has handed over with them.
    const isTheirs = own?.level === 'NONE' && theirs !== null && !(started && own.direction === 'RECEIVE_ONLY');
    return intersect(isTheirs ? null : own, theirs, started);
  }

  /** What they send us is there. What they have of their own is left alone. What has arrived stays. */
  private alongAs(state: State, link: string, entity: EntityKey, own: Decision | null): Decision {
    const before = state.replicas.get(pairOf(link, entity));
    const without = intersect(null, theirsOf(before), state.started(link).has(entity));
    if (!isNothing(without) || before?.along === 'there') return without;
    if (own !== null) return own;
    return before && isAlong(before) && isThere(before)
      ? stayed(this.choices.rules, link, decisionOf(before))
      : without;
  }

  private async settle(some: readonly EntityKey[], decide: (state: State) => Promise<Wish>): Promise<void> {
    if (some.length === 0) return;
    const { context, links } = this;
    const { tables } = this.unit;
    // Who records or applies holds these locks already; a job does not, nor does anybody those of what is decided along.
    await tables.lock('entries', { entity: some });
    const state = await loadState(context, tables, links, some);
    const wish = await decide(state);
    const standing = new Map<EntityKey, Standing>();
    const unseen = new Set<EntityKey>();
    for (const entity of some) {
      let [locked, received] = [false, false];
      for (const { id: link } of links) {
        const pair = pairOf(link, entity);
        const before = state.replicas.get(pair);
        const wished = wish(link, entity);
        if (wished === null) continue;
        const decision = atMostHeld(wished, heldOf(state, entity, links));
        this.note(link, entity, this.decided.get(pair) ?? (before && decisionOf(before)), decision);
        const grants = theirsOf(before) !== null && before?.their_level !== 'NONE';
        received ||= grants;
        locked ||= grants && decision.direction === 'RECEIVE_ONLY';
        if (decision.along && !state.entries.has(entity)) unseen.add(entity);
        const replaced = this.happened.replaced ?? new Set();
        const after = await wantedReplica(context, tables, link, entity, before, decision, state, replaced);
        if (after && isSettled(after)) this.settledSources.add(pair);
        else this.settledSources.delete(pair);
        if (after && differs(before, after)) this.changes.set(pair, after);
        else this.changes.delete(pair);
      }
      standing.set(entity, { locked, received });
    }
    await saveStanding(tables, state, standing, context.clock.now());
    await markAlong(context, this.unit, unseen);
  }

  private note(link: string, entity: EntityKey, before: Decision | undefined, decision: Decision): void {
    this.sources.add(entity);
    this.decided.set(pairOf(link, entity), decision);
    if (before ? !isSameDecision(decision, before) : decision.level !== 'NONE') {
      this.shifted.add(entity);
      if (before && !isNothing(before)) this.lessened.add(entity);
    }
  }

  private takeShifted(): { shifted: ReadonlySet<EntityKey>; lessened: ReadonlySet<EntityKey> } {
    const { shifted, lessened } = this;
    this.shifted = new Set();
    this.lessened = new Set();
    return { shifted, lessened };
  }

  private async used(sources: Iterable<EntityKey>): Promise<EntityKey[]> {
    const list = [...sources];
    const unknown = list.filter((source) => !this.targets.has(source));
    for (const source of unknown) this.targets.set(source, []);
    const columns = ['source', 'target'] as const;
    const refs = unknown.length === 0 ? [] : await this.unit.tables.find('refs', { source: unknown }, { columns });
    for (const { source, target } of refs) this.targets.get(source)!.push(target);
    return [...new Set(list.flatMap((source) => this.targets.get(source)!))];
  }
}

/** Nobody uses the file any more. Others there may by now, so what was sent stays; what was not is not sent. */
const leftBehind = (before: Row<'replicas'>): Decision =>
  isThere(before) || (before.sent_hash ?? NOTHING_THERE) !== NOTHING_THERE
    ? { ...decisionOf(before), isLeft: true }
    : intersect(null, null);

/** Nobody was asked: what is being withdrawn goes on being so. */
const asItWas = (before: Row<'replicas'>): Decision => {
  const { along, ...decision } = decisionOf(before);
  return along ? { ...decision, along: { ...along, isOver: before.wanted === null } } : decision;
};

/** More than any circle takes: a few for each level and mode. */
const MOST_ROUNDS = 40;

/** Most entries of a batch come to stand alike: one statement for all that do. */
const saveStanding = async (
  tables: Tables,
  state: State,
  standing: ReadonlyMap<EntityKey, Standing>,
  now: number
): Promise<void> => {
  const alike = new Map<
    string,
    { patch: Pick<Row<'entries'>, 'locked' | 'locked_at' | 'shows'>; entities: EntityKey[] }
  >();
  for (const [entity, { locked, received }] of standing) {
    const entry = state.entries.get(entity);
    if (!entry) continue;
    // What no link sends us any more is this site's own: it shows, and records, whatever is in its rows.
    const shows = entry.shows === 'PUBLISHED' && !received ? 'EVERYTHING' : entry.shows;
    if ((entry.locked === 1) === locked && shows === entry.shows) continue;
    const since = entry.locked === 1 ? entry.locked_at : now;
    const patch = { locked: locked ? 1 : 0, locked_at: locked ? since : null, shows };
    const key = JSON.stringify(patch);
    if (!alike.has(key)) alike.set(key, { patch, entities: [] });
    alike.get(key)!.entities.push(entity);
  }
  for (const { patch, entities } of alike.values()) await tables.update('entries', { entity: entities }, patch);
};
