import { isNamed } from '../controller/along';
import { ruleFor } from '../controller/decide';
import { FILE_UID, entityOf, type EntityKey } from '../entity';
import type { Context } from '../context';
import type { Tables, Unit } from '../ports';
import type { Row } from '../tables';
import { stoppedByBrakes } from '../brake/stop';
import { isAlong, isFile, isThere } from './followers';
import { refreshReplicas } from './refresh';
import { NOTHING_THERE } from './state-hash';
import { withTargetsFirst } from './targets-due';
import { unsettledTypes, usersOf } from './unsettled';
import { toldWith } from './yield';

/** Deliveries of one link in one request. */
export const CLAIM_LIMIT = 100;
/**
 * After so long a delivery that nobody settled is taken up again: its process has died. Where it only took so long, the
 * other side answers the second one `known`.
 */
export const LEASE_MS = 30_000;

export interface Claim {
  lease: string;
  replicas: Row<'replicas'>[];
}

/** What was claimed in this transaction, and can be given back in it. */
export interface FreshClaim extends Claim {
  before: ReadonlyMap<EntityKey, Row<'replicas'>>;
}

/**
 * Takes what is due for a link, files before their users and entries before what refers to them. Only who holds the lease
 * may settle it, so that two workers never settle one delivery. `sent_hash` is written first: after a crash we know that the other side may have it.
 */
export const claim = async (context: Context, unit: Unit, link: string): Promise<FreshClaim> => {
  const { tables } = unit;
  const now = context.clock.now();
  // One state at a time, in the order of an index: a queue of many thousands is not sorted for its first hundred.
  const due = async (where: { uid: string } | { uid: { not: string } }, limit: number) => {
    if (limit <= 0) return [];
    const waiting = { link, ...where, retry_at: { lte: now } };
    const inOrder = { orderBy: 'wanted_at', limit } as const;
    const queued = await tables.find('replicas', { ...waiting, state: 'queued' }, inOrder);
    const held = await tables.find('replicas', { ...waiting, state: 'held' }, inOrder);
    const left = { link, ...where, state: 'sending', lease_until: { lte: now } } as const;
    const lost = await tables.find('replicas', left, { limit });
    return [...[...queued, ...held].sort((a, b) => a.wanted_at - b.wanted_at), ...lost].slice(0, limit);
  };
  const files = await due({ uid: FILE_UID }, CLAIM_LIMIT);
  const others = await due({ uid: { not: FILE_UID } }, CLAIM_LIMIT - files.length);
  const found = await withTargetsFirst(tables, link, [...files, ...others], { now, limit: CLAIM_LIMIT });
  const lease = context.chance.bytes(12).toString('hex');
  if (found.length === 0) return { lease, replicas: [], before: new Map() };
  await decideAgain(context, unit, found);
  const claimable = (await lockReplicas(tables, link, found)).filter((replica) => isDue(replica, now));
  const isStopped = await stoppedByBrakes(tables, claimable);
  const stopped = claimable.filter(isStopped).map(({ entity }) => entity);
  await tables.update('replicas', { link, entity: stopped }, { state: 'stopped', lease: null, lease_until: 0 });
  const replicas = claimable.filter((replica) => !isStopped(replica));
  const taken = replicas.map((replica) => ({
    ...replica,
    state: 'sending' as const,
    lease,
    lease_until: now + LEASE_MS,
    sent_hash: replica.wanted === null ? replica.sent_hash : replica.wanted_hash,
    // Until there is an answer nobody knows what it is there: a withdrawal whose answer is lost may have been heard.
    common_hash: NOTHING_THERE,
    common_direction: toldWith(replica),
  }));
  await tables.insert('replicas', taken, 'replace');
  return { lease, replicas: taken, before: new Map(replicas.map((replica) => [replica.entity, replica])) };
};

/**
 * Rules have changed, and the job that decides their types again has not come to every entry yet: what they do not let
 * go any more must not leave meanwhile. What goes along is decided with those who use it.
 */
const decideAgain = async (context: Context, unit: Unit, found: readonly Row<'replicas'>[]): Promise<void> => {
  const { tables } = unit;
  const types = await unsettledTypes(tables);
  const rules = await tables.find('rules', { link: found[0]!.link });
  const again = new Set(found.filter((replica) => isMoreThanRuled(rules, replica)).map(({ entity }) => entity));
  for (const entity of await usersMoreThanRuled(tables, rules, found)) again.add(entity);
  if (types.size > 0) for (const entity of await unsettledBy(tables, types, rules, found)) again.add(entity);
  await refreshReplicas(context, unit, [...again], [], { rulesChanged: true });
};

/** Of types that jobs have not come to the end of: what was found, and who has a say in whether it goes along. */
const unsettledBy = async (
  tables: Tables,
  types: ReadonlySet<string>,
  rules: readonly Row<'rules'>[],
  found: readonly Row<'replicas'>[]
): Promise<EntityKey[]> => {
  const entities = new Set(found.map(({ entity }) => entity));
  // What a rule named until now may go along from now on: who uses it decides, and they by the rules as they are.
  const mayFollow = (replica: Row<'replicas'>) => isFollower(replica) || !isNamed(rules, replica.link, replica.entity);
  let followers = found.filter(mayFollow).map(({ entity }) => entity);
  // What a person has sent along may be further away than others can be.
  while (followers.length > 0) {
    const fresh = (await usersOf(tables, followers)).filter((source) => !entities.has(source));
    for (const source of fresh) entities.add(source);
    // What a rule decides does not hang on who refers to it.
    followers = fresh.filter((source) => !isNamed(rules, found[0]!.link, source));
  }
  return [...entities].filter((key) => types.has(entityOf(key).uid));
};

/**
 * Who takes some of this along, which has not arrived yet, and was itself decided by rules that were read before they
 * changed. Between them may be others that go along.
 */
const usersMoreThanRuled = async (
  tables: Tables,
  rules: readonly Row<'rules'>[],
  found: readonly Row<'replicas'>[]
): Promise<EntityKey[]> => {
  const link = found[0]!.link;
  const users = new Set<EntityKey>();
  const known = new Set<EntityKey>();
  let followers = found.filter((replica) => isFollower(replica) && !isThere(replica)).map(({ entity }) => entity);
  while (followers.length > 0) {
    const fresh = (await usersOf(tables, followers)).filter((source) => !known.has(source));
    for (const source of fresh) known.add(source);
    if (fresh.length === 0) break;
    const granted = { link, entity: fresh, granted: 1, their_level: null, common: '[]' } as const;
    const notThere = await tables.find('replicas', granted);
    for (const user of notThere) if (isMoreThanRuled(rules, user)) users.add(user.entity);
    followers = notThere.filter(isAlong).map(({ entity }) => entity);
  }
  return [...users];
};

const isFollower = (replica: Row<'replicas'>): boolean => isFile(replica.entity) || isAlong(replica);

/**
 * It was decided by rules that were read before they changed, and written after the job had passed. Only a new entry can
 * be, of which the other side has said nothing yet: for others the job has waited.
 */
const isMoreThanRuled = (rules: readonly Row<'rules'>[], replica: Row<'replicas'>): boolean => {
  const { link, entity, uid, wanted, granted, their_level: theirs, level } = replica;
  if (wanted === null || granted === 0 || theirs !== null || isFile(entity) || isAlong(replica)) return false;
  const rule = ruleFor(rules, link, uid);
  if (rule === null || rule.direction === 'RECEIVE_ONLY') return true;
  return rule.level !== 'EVERYTHING' && rule.level !== level;
};

/** The same rows in the same order, as they are once nobody else can write them: what was read before may be old by now. */
const lockReplicas = async (
  tables: Tables,
  link: string,
  found: readonly Row<'replicas'>[]
): Promise<Row<'replicas'>[]> => {
  const where = { link, entity: found.map(({ entity }) => entity) };
  await tables.lock('replicas', where);
  const current = new Map((await tables.find('replicas', where)).map((row) => [row.entity, row]));
  return found.flatMap(({ entity }) => current.get(entity) ?? []);
};

const isDue = ({ state, retry_at: retryAt, lease_until: leaseUntil }: Row<'replicas'>, now: number): boolean =>
  state === 'sending' ? leaseUntil <= now : (state === 'queued' || state === 'held') && retryAt <= now;

/**
 * What was claimed and is not sent now after all is as it was, in the same transaction: nobody has seen the claim, nor is
 * to think that it was sent.
 */
export const giveBack = async (
  { tables }: Unit,
  { before }: FreshClaim,
  replicas: readonly Row<'replicas'>[]
): Promise<void> => {
  const rows = replicas.map(({ entity }) => before.get(entity)!);
  await tables.insert('replicas', rows, 'replace');
};

/** For a process that knows it is the only one, at its start: what its predecessor was sending is sent again at once. */
export const releaseClaims = async ({ tables }: Unit): Promise<void> => {
  await tables.update('replicas', { state: 'sending' }, { state: 'queued', lease: null, lease_until: 0 });
};
