import type { Core } from '@strapi/types';
import { EVENTS_LIMIT, type EntryEvent, type EntryOnSite, type EntryStatus, type StatusBatch } from '../contracts';
import type { Engine } from '../replication/engine';
import { entityOf, type EntityKey, type Uid } from '../replication/entity';
import { isPublishedPart } from '../replication/history/revision';
import { recentRevisions, type RecentRevision } from '../replication/history/recent';
import type { Tables } from '../replication/ports';
import type { Row } from '../replication/tables';
import { entriesAt } from './entries';
import { brakesOn, viewBrakes } from './brakes';
import { readSite } from './overview';
import { ruleFor } from '../replication/controller/decide';
import { readAlong, type AlongOnLink } from './along';
import { localIdsOf, nameEntries, type NamedEntries } from './entry-names';
import { standingWith, type Standing } from './standing';
import type { Ability } from './reading-rights';

interface Found {
  localId: string;
  entry: Row<'entries'> | null;
  diverged: boolean;
  standings: { link: Row<'links'>; standing: Standing }[];
}

/** All that the panel beside an entry shows. */
export const readEntryStatus = async (
  strapi: Core.Strapi,
  engine: Engine,
  ability: Ability | undefined,
  uid: Uid,
  localId: string
): Promise<EntryStatus> => {
  const { found, missing, localIds, questions, along, recent, links } = await engine.store.transaction(
    async ({ tables }) => {
      const [one] = await findEntries(tables, uid, [localId]);
      const entity = one?.entry?.entity;
      const parked = entity ? await tables.find('parked', { entity }, { limit: 20 }) : [];
      const keys = parked.map((row) => row.waits_for);
      const questions = entity ? await brakesOn(tables, entity) : [];
      const linked = one?.standings.map(({ link }) => link.id) ?? [];
      const along = entity ? await readAlong(tables, linked, entity) : new Map<string, AlongOnLink>();
      const recent = entity ? await recentRevisions(tables, entity, EVENTS_LIMIT) : [];
      // Also those that are no links any more: what they did has their name.
      const links = recent.length > 0 ? await tables.find('links', {}, { columns: ['id', 'name'] }) : [];
      const named = [...along.values()].flatMap(({ goesWith, stays }) => [
        ...(goesWith ?? []),
        ...stays.map((staying) => staying.entity),
      ]);
      const localIds = await localIdsOf(tables, [...keys, ...named]);
      // What has never been recorded has its own id: it is not a single type's, or it would be.
      for (const key of named) if (!localIds.has(key)) localIds.set(key, entityOf(key).id);
      return { found: one, missing: keys, localIds, questions, along, recent, links };
    }
  );
  const names = await nameEntries(strapi, ability, localIds);
  const schema = engine.schemas.type(uid);
  const here = (await readSite(engine)).site?.id ?? null;
  const sites = found?.standings.map(({ link, standing }) => onSite(link, standing, along.get(link.id), names)) ?? [];
  return {
    documentId: localId,
    sites,
    lockedBy: found?.entry?.locked === 1 ? (lockingSite(sites) ?? null) : null,
    diverged: found?.diverged ?? false,
    missing: missing.map(names),
    brakes: await viewBrakes(strapi, engine, ability, questions),
    hasDrafts: schema?.drafts ?? false,
    localFields: [...(schema?.localFields ?? [])],
    events: recent.map((revision) => eventOf(revision, here, links)),
  };
};

const eventOf = (
  { id, at, deed, aside, origin, people }: RecentRevision,
  here: string | null,
  links: readonly Pick<Row<'links'>, 'id' | 'name'>[]
): EntryEvent => {
  const site = origin === here ? null : (links.find((link) => link.id === origin)?.name ?? '');
  return { id, at, deed, aside, site, people };
};

/** The same for a page of a list, in a handful of queries. */
export const readEntryBriefs = async (engine: Engine, uid: Uid, localIds: readonly string[]): Promise<StatusBatch> => {
  const found = await engine.store.transaction(({ tables }) => findEntries(tables, uid, localIds));
  const batch: StatusBatch = {};
  for (const { localId, entry, diverged, standings } of found) {
    const sites = standings.map(({ link, standing }) => ({ name: link.name, state: standing.state }));
    batch[localId] = {
      state: PRESSING.find((state) => sites.some((site) => site.state === state)) ?? 'unshared',
      sites,
      goesTo: standings.filter(({ standing }) => followsHere(standing)).map(({ link }) => link.name),
      locked: entry?.locked === 1,
      diverged,
    };
  }
  return batch;
};

/** It is there, and edited here. */
const followsHere = ({ state, level, direction, since }: Standing): boolean =>
  state !== 'unshared' &&
  level !== 'NONE' &&
  direction !== 'RECEIVE_ONLY' &&
  (state !== 'unpublished' || since !== null);

/** Which state stands for all sites: what needs a person first, what is well last. */
const PRESSING: readonly Standing['state'][] = [
  'failed',
  'stopped',
  'held',
  'paused',
  'waiting',
  'incomplete',
  'recording',
  'current',
  'unpublished',
  'unshared',
];

const findEntries = async (tables: Tables, uid: Uid, localIds: readonly string[]): Promise<Found[]> => {
  const links = await tables.find('links', { state: 'REGISTERED' }, { orderBy: 'created_at' });
  const entries = await entriesAt(tables, uid, localIds);
  const keys = [...entries.values()].map((entry) => entry.entity);
  const replicas = groupBy(await tables.find('replicas', { entity: keys }), (row) => row.entity);
  const leaves = groupBy(await tables.find('leaves', { entity: keys }), (row) => row.entity);
  const unpublished = await neverPublished(tables, [...leaves.values()].flat());
  const publishing = await publishingAmong(tables, [...replicas.values()].flat());
  const rules = await tables.find('rules', { link: links.map(({ id }) => id) });
  const marked = new Set((await tables.find('marks', { uid, document_id: localIds })).map((row) => row.document_id));
  return localIds.map((localId) => {
    const entry = entries.get(localId) ?? null;
    const of = <V>(map: Map<EntityKey, V[]>): V[] => (entry ? (map.get(entry.entity) ?? []) : []);
    const replicaFor = ({ id }: Row<'links'>) => of(replicas).find((row) => row.link === id) ?? null;
    return {
      localId,
      entry,
      diverged: of(leaves).length > 1,
      standings: links.map((link) => ({
        link,
        standing: standingWith(link, replicaFor(link), {
          rule: ruleFor(rules, link.id, uid),
          marked: marked.has(localId),
          neverPublished: of(leaves).length > 0 && of(leaves).every(({ revision }) => unpublished.has(revision)),
          publishes: wantedBy(replicaFor(link)).some((revision) => publishing.has(revision)),
          leaves: of(leaves).map(({ revision }) => revision),
        }),
      })),
    };
  });
};

/** Those of these versions that are of no published one, nor come after one. */
const neverPublished = async (tables: Tables, leaves: readonly Row<'leaves'>[]): Promise<ReadonlySet<string>> => {
  const ids = leaves.map(({ revision }) => revision);
  const found = await tables.find('revisions', { id: ids, anchor: null }, { columns: ['id'] });
  return new Set(found.map(({ id }) => id));
};

const wantedBy = (replica: Row<'replicas'> | null): string[] => JSON.parse(replica?.wanted ?? '[]') as string[];

/** Those of the versions that links should have of which something is published; asked where only that is to be seen. */
const publishingAmong = async (tables: Tables, replicas: readonly Row<'replicas'>[]): Promise<ReadonlySet<string>> => {
  const ids = new Set(replicas.filter(({ level }) => level === 'PUBLISHED').flatMap(wantedBy));
  const parts =
    ids.size === 0 ? [] : await tables.find('parts', { revision: [...ids] }, { columns: ['revision', 'name'] });
  return new Set(parts.filter(({ name }) => isPublishedPart(name)).map(({ revision }) => revision));
};

const onSite = (
  link: Row<'links'>,
  standing: Standing,
  along: AlongOnLink | undefined,
  names: NamedEntries
): EntryOnSite => ({
  link: link.id,
  name: link.name,
  url: link.url,
  ...standing,
  goesWith: along?.goesWith?.map(names) ?? null,
  stays: along?.stays.map(({ entity, reason }) => ({ entry: names(entity), reason })) ?? [],
});

/** An entry is locked because one linked site edits it. */
const lockingSite = (sites: readonly EntryOnSite[]): EntryStatus['lockedBy'] | undefined => {
  const site =
    sites.find(({ direction, level }) => direction === 'RECEIVE_ONLY' && level !== 'NONE') ??
    sites.find(({ direction }) => direction === 'RECEIVE_ONLY');
  return site && { link: site.link, name: site.name, url: site.url };
};

const groupBy = <V>(values: readonly V[], keyOf: (value: V) => EntityKey): Map<EntityKey, V[]> => {
  const groups = new Map<EntityKey, V[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
};
