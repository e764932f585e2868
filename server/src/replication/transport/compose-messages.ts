import { entityOf, type EntityKey, type Json } from '../entity';
import type { Context } from '../context';
import { maximalOfEach } from '../history/graph';
import { listRevisions, loadContents, type ListedRevision } from '../history/repository';
import type { RevisionId } from '../history/revision';
import { storedIncarnation } from '../incarnation';
import type { KeyRecord } from '../link/key-record';
import type { Tables } from '../ports';
import { isAlong } from '../queue/followers';
import { isYield } from '../queue/yield';
import type { Row } from '../tables';
import { chooseParts, MOST_AT_ONCE, opens, sizesOf, type Choice } from './choose-parts';
import { gaveWay } from './gave-way';
import type { Message, RevisionOnWire, UpdateMessage } from './message';

/** So much of an entry's history goes along at most; older parents are named in `shallow`. */
export const MAX_HISTORY = 1_000;

/**
 * One message for each replica: everything between what the other side has and what it should have. Where that is more
 * than can be sent at once, only for the first of them.
 */
export const composeMessages = async (
  context: Context,
  tables: Tables,
  replicas: readonly Row<'replicas'>[]
): Promise<Message[]> => {
  const entries = new Map(
    (await tables.find('entries', { entity: replicas.map(({ entity }) => entity) })).map((row) => [row.entity, row])
  );
  const paths = await missingRevisions(tables, replicas);
  const needed = new Set<RevisionId>();
  for (const replica of replicas) {
    for (const id of paths.get(replica.entity)!.ids) needed.add(id);
    for (const id of commonOf(replica)) needed.add(id);
  }
  const revisions = await listRevisions(tables, [...needed]);
  const keys = await foreignKeys(context, tables, revisions);
  const sentOf = (replica: Row<'replicas'>) => paths.get(replica.entity)!.ids.flatMap((id) => revisions.get(id) ?? []);
  const sizes = await sizesOf(tables, replicas.flatMap(sentOf));

  const plans: { replica: Row<'replicas'>; sent: ListedRevision[]; choice: Choice }[] = [];
  let room = MOST_AT_ONCE;
  for (const replica of replicas) {
    const sent = sentOf(replica);
    const choice = chooseParts(sent, replica.level, wantedOf(replica) ?? [], hadParts(replica, revisions), sizes);
    if (plans.length > 0 && choice.bytes > room) break;
    room -= choice.bytes;
    plans.push({ replica, sent, choice });
  }
  const incarnation = await storedIncarnation({ tables });
  const aside = await gaveWay(
    tables,
    plans.map(({ replica }) => replica)
  );
  const hashes = plans.flatMap(({ choice }) => choice.hashes);
  const texts = await loadContents(tables, [...new Set(hashes)]);

  return plans.map(({ replica, sent, choice }): Message => {
    const entity = entityOf(replica.entity);
    const order: [number, number] = [incarnation, replica.sequence];
    const wanted = wantedOf(replica);
    if (isYield(replica)) return { type: 'ENTITY_YIELD', entity, order };
    if (wanted === null) return { type: 'ENTITY_UNREPLICATE', entity, order };
    const { ids, shallow } = paths.get(replica.entity)!;
    const origins = new Set(sent.map(({ header }) => header.origin));
    const done = new Set<string>();
    return {
      type: wanted.every((id) => revisions.get(id)?.header.kind === 'delete') ? 'ENTITY_DELETE' : 'ENTITY_UPDATE',
      entity,
      // Only of a single type two sites may have it under two ids and both tell theirs.
      documentId: entity.id === entity.uid ? (entries.get(replica.entity)?.local_id ?? entity.id) : entity.id,
      level: replica.level as UpdateMessage['level'],
      direction: replica.direction as UpdateMessage['direction'],
      granted: replica.granted === 1,
      ...(isAlong(replica) ? { along: true as const } : {}),
      order,
      leaves: wanted,
      ...(aside.has(replica.entity) ? { aside: aside.get(replica.entity)! } : {}),
      revisions: sent.map((revision) =>
        onWire(revision, { level: replica.level, isLeaf: wanted.includes(revision.id), choice, texts, done })
      ),
      // What never came here, or was forgotten, cannot be handed on either.
      shallow: [...shallow, ...ids.filter((id) => !revisions.has(id))],
      keys: [...keys].flatMap(([instance, chain]) => (origins.has(instance) ? [chain] : [])),
    };
  });
};

/** Commitments of the parts that the other side has. */
const hadParts = (replica: Row<'replicas'>, revisions: ReadonlyMap<RevisionId, ListedRevision>): Set<string> =>
  new Set(
    replica.common_level === 'NONE' || isRaised(replica)
      ? []
      : commonOf(replica).flatMap((id) => openedParts(revisions.get(id), replica.common_level))
  );

const wantedOf = (replica: Row<'replicas'>): RevisionId[] | null =>
  replica.wanted === null ? null : (JSON.parse(replica.wanted) as RevisionId[]);

const commonOf = (replica: Row<'replicas'>): RevisionId[] => JSON.parse(replica.common) as RevisionId[];

const isRaised = (replica: Row<'replicas'>): boolean =>
  replica.level === 'EVERYTHING' && replica.common_level === 'PUBLISHED';
const isLowered = (replica: Row<'replicas'>): boolean =>
  replica.level === 'PUBLISHED' && replica.common_level === 'EVERYTHING';

interface Path {
  /** Parents before children. */
  ids: RevisionId[];
  shallow: RevisionId[];
}

/** For each replica the revisions from what both have to what is wanted, walked for all of them at once. */
const missingRevisions = async (
  tables: Tables,
  replicas: readonly Row<'replicas'>[]
): Promise<Map<EntityKey, Path>> => {
  const had = await hadAlready(tables, replicas);
  const walks = replicas.map((replica) => ({
    entity: replica.entity,
    stop: new Set(isRaised(replica) ? [] : commonOf(replica)),
    found: new Map<RevisionId, RevisionId[]>(),
    frontier: wantedOf(replica) ?? [],
    once: had.get(replica.entity) ?? new Set<RevisionId>(),
    shallow: new Set<RevisionId>(),
  }));
  for (const walk of walks) walk.frontier = walk.frontier.filter((id) => walk.once.has(id) || !walk.stop.has(id));
  while (walks.some(({ frontier }) => frontier.length > 0)) {
    const parents = new Map<RevisionId, RevisionId[]>();
    const asked = walks.flatMap(({ frontier }) => frontier);
    for (const { revision, parent } of await tables.find('parents', { revision: asked })) {
      parents.set(revision, [...(parents.get(revision) ?? []), parent]);
    }
    for (const walk of walks) {
      const next = new Set<RevisionId>();
      for (const id of walk.frontier) {
        walk.found.set(id, parents.get(id) ?? []);
        for (const parent of parents.get(id) ?? []) {
          if (walk.stop.has(parent) || walk.found.has(parent)) continue;
          if (walk.once.has(id) || walk.found.size + next.size >= MAX_HISTORY) walk.shallow.add(parent);
          else next.add(parent);
        }
      }
      walk.frontier = [...next].filter((id) => !walk.found.has(id));
    }
  }
  return new Map(
    walks.map(({ entity, found, shallow }) => [
      entity,
      { ids: parentsFirst(found), shallow: [...shallow].filter((id) => !found.has(id)) },
    ])
  );
};

/**
 * Where less is shared than before, what is wanted may be older than what the other side has: it is named once more,
 * and nothing before it. What was published since goes like everything else, or it could not be told to be newer.
 */
const hadAlready = async (
  tables: Tables,
  replicas: readonly Row<'replicas'>[]
): Promise<Map<EntityKey, Set<RevisionId>>> => {
  const lowered = replicas.filter(isLowered);
  const both = lowered.map((row) => [row.entity, [...commonOf(row), ...(wantedOf(row) ?? [])]] as const);
  const newest = await maximalOfEach(tables, new Map(both));
  return new Map(
    lowered.map((row) => {
      const ahead = newest.get(row.entity)!.filter((id) => !commonOf(row).includes(id));
      return [row.entity, new Set((wantedOf(row) ?? []).filter((id) => !ahead.includes(id)))];
    })
  );
};

const parentsFirst = (found: ReadonlyMap<RevisionId, RevisionId[]>): RevisionId[] => {
  const done = new Set<RevisionId>();
  for (const start of found.keys()) {
    const stack = [start];
    while (stack.length > 0) {
      const id = stack.at(-1)!;
      const open = (found.get(id) ?? []).filter((parent) => found.has(parent) && !done.has(parent));
      if (open.length > 0 && !done.has(id)) {
        stack.push(...open);
        continue;
      }
      done.add(id);
      stack.pop();
    }
  }
  return [...done];
};

/** Commitments of the parts that a leaf opens at a level. */
const openedParts = (revision: ListedRevision | undefined, level: string): string[] =>
  (revision?.parts ?? []).flatMap(({ name, commitment }) => (opens(level, name, true) ? [commitment] : []));

interface Opening {
  level: string;
  isLeaf: boolean;
  choice: Choice;
  texts: ReadonlyMap<string, string>;
  /** Commitments that stand in this message already: a part that was carried from version to version is sent once. */
  done: Set<string>;
}

const onWire = (revision: ListedRevision, { level, isLeaf, choice, texts, done }: Opening): RevisionOnWire => {
  const parts: RevisionOnWire['parts'] = {};
  for (const { name, commitment, salt, hash } of revision.parts) {
    if (!choice.open.has(commitment) || done.has(commitment) || !opens(level, name, isLeaf)) continue;
    const text = hash === null ? undefined : texts.get(hash);
    if (text === undefined || salt === null) continue;
    done.add(commitment);
    parts[name] = { salt, value: JSON.parse(text) as RevisionOnWire['parts'][string]['value'] };
  }
  return { header: revision.header, signature: revision.signature, parts };
};

/** Key chains of the other instances that revisions come from, by instance: from its first key to the newest that signed one. */
const foreignKeys = async (
  context: Context,
  tables: Tables,
  revisions: ReadonlyMap<RevisionId, ListedRevision>
): Promise<Map<string, Json>> => {
  const instances = new Set([...revisions.values()].map(({ header }) => header.origin));
  instances.delete(context.signer.instance);
  if (instances.size === 0) return new Map();
  const records = new Map<string, KeyRecord>();
  for (const { id, record } of await tables.find('signing_keys', { instance: [...instances] })) {
    if (record !== '') records.set(id, JSON.parse(record) as KeyRecord);
  }
  const chains = new Map<string, KeyRecord[]>();
  for (const { header } of revisions.values()) {
    const chain: KeyRecord[] = [];
    for (let key = records.get(header.key); key; key = key.endorsed_by ? records.get(key.endorsed_by) : undefined) {
      chain.unshift(key);
    }
    if (chain.length > (chains.get(header.origin)?.length ?? 0)) chains.set(header.origin, chain);
  }
  chains.delete(context.signer.instance);
  return chains as unknown as Map<string, Json>;
};
