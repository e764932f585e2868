import {
  entityOf,
  keyOf,
  type Attribute,
  type Attributes,
  type EntityKey,
  type Fields,
  type Json,
  type Reference,
  type RowState,
  type TypeSchema,
} from '../../../server/src/replication/entity';
import { same } from '../../../server/src/replication/history/canonical';
import { unpack } from '../../../server/src/replication/history/contents';
import type { Row } from '../../../server/src/replication/tables';
import { ARTICLE } from './catalogue';
import { checkAlong } from './going-along';
import { rowsHeldBy, type HeldRow } from './held-rows';
import type { Rows } from './rows';
import type { Site } from './site';
import { ruleOf } from './tap';
import type { World } from './world';

/** What must be true when everything has come to rest. Adds what is not to `world.violations`. */
export const checkAtRest = (world: World): void => {
  for (const site of world.sites) {
    checkQueue(world, site);
    checkHistory(world, site);
    checkRows(world, site);
    checkDeletions(world, site);
    checkSharedFields(world, site);
    checkHeard(world, site);
  }
  for (const { from, to, level, direction } of world.sharing) {
    const sender = world.sites.find(({ name }) => name === from) as Site;
    const receiver = world.sites.find(({ name }) => name === to) as Site;
    if (level === 'EVERYTHING' && direction === 'BOTH') checkEqual(world, sender, receiver);
    if (level === 'PUBLISHED') checkNoDrafts(world, sender, receiver);
  }
  for (const { from, to, direction, someTypes = false } of world.links) {
    if (direction !== 'SEND_ONLY') continue;
    const sender = world.sites.find(({ name }) => name === from) as Site;
    const receiver = world.sites.find(({ name }) => name === to) as Site;
    // Of what comes over two ways each shows what came first.
    if (world.links.filter((one) => one.to === to && one.direction === 'SEND_ONLY').length > 1) continue;
    checkAlong(world, sender, receiver);
    const rule = world.sharing.find((one) => one.from === from && one.to === to);
    if (rule === undefined) checkWithdrawn(world, sender, receiver, someTypes);
    else checkFollows(world, sender, receiver);
  }
};

/** A comparison finds what the queues have not brought over: at rest there is nothing. */
export const checkComparisons = async (world: World): Promise<void> => {
  for (const site of world.sites) {
    for (const difference of await site.process!.differences())
      world.violations.push(`${site.name} finds a difference where all is at rest: ${difference}`);
  }
};

const table = <T>(site: Site, name: string): T[] => site.database.table(name).all() as T[];

/** No work is left; what failed says so. */
const checkQueue = (world: World, site: Site): void => {
  const held = new Set(
    table<Row<'entries'>>(site, 'entries').flatMap((entry) => (entry.held === null ? [] : entry.local_id))
  );
  const marks = table<Row<'marks'>>(site, 'marks').filter(({ document_id: id }) => !held.has(id));
  if (marks.length > 0)
    world.violations.push(`${site.name} has ${marks.length} marks left: ${JSON.stringify(marks[0])}`);
  const jobs = table<Row<'jobs'>>(site, 'jobs').filter(({ state }) => state !== 'done');
  if (jobs.length > 0) world.violations.push(`${site.name} has not done ${JSON.stringify(jobs[0])}`);
  for (const replica of table<Row<'replicas'>>(site, 'replicas')) {
    const other = world.sites.find(({ id }) => id === replica.link);
    const cannotBeShown = replica.state === 'held' && other?.catalogue.type(replica.uid) === null;
    if (replica.state !== 'done' && !cannotBeShown) {
      world.violations.push(
        `${site.name} has ${replica.entity} ${replica.state} for ${nameOf(world, replica.link)}: ${replica.error ?? replica.waits_for}`
      );
    }
  }
};

/** What all sites call an entry: of a single type its uid. */
const canonicalKey = (site: Site, entry: string): string => {
  const { uid } = entityOf(entry as EntityKey);
  return site.catalogue.type(uid)?.single ? keyOf({ uid, id: uid }) : entry;
};

/** Every word that an editor saved, and nobody saved over in the same breath, is in the site's history. */
const checkHistory = (world: World, site: Site): void => {
  const history = table<Row<'contents'>>(site, 'contents')
    .map(({ bytes }) => unpack(bytes))
    .join('\n');
  const closed = new Set(
    table<Row<'parts'>>(site, 'parts').flatMap(({ revision, content }) => (content === null ? revision : []))
  );
  // Where content of old versions is forgotten, at least the version itself is there.
  const forgotten = new Set(
    table<Row<'revisions'>>(site, 'revisions').flatMap(({ id, entity }) =>
      world.forgets && closed.has(id) ? String(entity) : []
    )
  );
  for (const { entry, text } of world.ledger.owedBy(site.name)) {
    if (!history.includes(text) && !forgotten.has(canonicalKey(site, entry)))
      world.violations.push(`${site.name} has lost ${text}, which was saved in ${entry}.`);
  }
};

/** With one leaf, the rows are what the schema here can show of the head, and so is what we think is shown. */
const checkRows = (world: World, site: Site): void =>
  site.look((rows) => {
    const leaves = leavesBySite(site);
    for (const entry of table<Row<'entries'>>(site, 'entries')) {
      const schema = site.catalogue.type(entry.uid);
      if (schema === null || entry.held !== null) continue;
      const here = rows.of(entry.uid, entry.local_id);
      checkShown(world, site, entry, here);
      if (entry.head === null || (leaves.get(entry.entity)?.length ?? 0) !== 1 || entry.shows !== 'EVERYTHING')
        continue;
      const held = rowsHeldBy(site, entry.head, schema);
      if (held === null) continue;
      for (const key of new Set([...held.keys(), ...here.map(({ locale, status }) => `${locale}/${status}`)])) {
        const wanted = held.get(key);
        const row = here.find(({ locale, status }) => `${locale}/${status}` === key);
        compareRow(world, site, entry.entity, key, wanted, row, schema, rows);
      }
    }
  });

const compareRow = (
  world: World,
  site: Site,
  entity: EntityKey,
  key: string,
  wanted: HeldRow | undefined,
  row: RowState | undefined,
  schema: TypeSchema,
  rows: Rows
): void => {
  const where = `${site.name} ${entity} ${key}`;
  if (wanted === undefined || row === undefined) {
    world.violations.push(
      `${where} is ${row === undefined ? 'in the head and not in the rows' : 'in the rows and not in the head'}.`
    );
    return;
  }
  for (const [name, attribute] of Object.entries(schema.attributes)) {
    if (name === site.rewrittenField) continue;
    const expected = placeable(attribute, wanted.fields[name] ?? null, schema, row, rows, site);
    const found = canonicalIds(attribute, row.fields[name] ?? null, site);
    if (!same(expected, found)) {
      world.violations.push(
        `${where}: ${name} is ${JSON.stringify(found)}, the head holds ${JSON.stringify(expected)}`
      );
    }
  }
  if ((wanted.publishedAt ?? null) !== (row.dates.publishedAt ?? null)) {
    world.violations.push(`${where}: was published at ${row.dates.publishedAt}, in the head at ${wanted.publishedAt}`);
  }
};

/** Of a value in the head what can be linked here. */
const placeable = (
  attribute: Attribute,
  value: Json,
  schema: TypeSchema,
  row: RowState,
  rows: Rows,
  site: Site
): Json =>
  mapValue(attribute, value, site, (reference) => {
    const local = { ...reference, id: localId(site, reference) };
    return rows.canPlace(local, schema, row) ? reference : null;
  });

const canonicalIds = (attribute: Attribute, value: Json, site: Site): Json =>
  mapValue(attribute, value, site, (reference) =>
    site.catalogue.type(reference.uid)?.single ? { ...reference, id: reference.uid } : reference
  );

const localId = (site: Site, { uid, id }: Reference): string =>
  site.catalogue.type(uid)?.single
    ? (table<Row<'entries'>>(site, 'entries').find((entry) => entry.uid === uid)?.local_id ?? id)
    : id;

const mapValue = (
  attribute: Attribute,
  value: Json,
  site: Site,
  map: (reference: Reference) => Reference | null
): Json => {
  if (value === null) return null;
  const within = (attributes: Attributes, item: Json): Json => {
    const result: Fields = {};
    for (const [name, inner] of Object.entries(attributes)) {
      const mapped = mapValue(inner, (item as Fields)[name] ?? null, site, map);
      if (mapped !== null) result[name] = mapped;
    }
    return result;
  };
  const list = Array.isArray(value) ? value : [value];
  const nothingIfEmpty = (items: Json[]): Json => (items.length === 0 ? null : items);
  switch (attribute.kind) {
    case 'relation':
    case 'media': {
      const mapped = list.flatMap((one) => (map(one as unknown as Reference) as unknown as Json) ?? []);
      return nothingIfEmpty(attribute.many ? mapped : mapped.slice(0, 1));
    }
    case 'component': {
      const inner = site.catalogue.components(attribute.component);
      if (inner === null) return null;
      return attribute.many ? nothingIfEmpty(list.map((one) => within(inner, one))) : within(inner, value);
    }
    case 'zone':
      return nothingIfEmpty(
        list.flatMap((one) => {
          const type = String((one as Fields).__component);
          const inner = attribute.components.includes(type) ? site.catalogue.components(type) : null;
          return inner === null ? [] : [{ __component: type, ...(within(inner, one) as Fields) }];
        })
      );
    case 'value':
      return value;
  }
};

/** What we remember of the rows is what they are: or else the next look would take it for an edit. */
const checkShown = (world: World, site: Site, entry: Row<'entries'>, rows: readonly RowState[]): void => {
  const shown = table<Row<'shown'>>(site, 'shown').filter(({ entity }) => entity === entry.entity);
  for (const row of rows) {
    const known = shown.find(({ locale, status }) => locale === row.locale && status === row.status);
    if (known === undefined || !same(JSON.parse(known.fields), row.fields) || !same(JSON.parse(known.ids), row.ids)) {
      world.violations.push(
        `${site.name} ${entry.entity} ${row.locale}/${row.status} shows ${JSON.stringify(row.fields)}, remembered as ${known?.fields}`
      );
    }
  }
};

const leavesBySite = (site: Site): Map<EntityKey, string[]> => {
  const result = new Map<EntityKey, string[]>();
  for (const { entity, revision } of table<Row<'leaves'>>(site, 'leaves')) {
    result.set(entity, [...(result.get(entity) ?? []), revision].sort());
  }
  return result;
};

/** The rest of the site was told of every entry that came from elsewhere and was never touched here, and of its end. */
const checkHeard = (world: World, site: Site): void => {
  const notes = table<Row<'notifications'>>(site, 'notifications');
  if (notes.length > 0)
    world.violations.push(`${site.name} has ${notes.length} notes untold: ${JSON.stringify(notes[0])}`);
  const touched = new Set(
    table<Row<'revisions'>>(site, 'revisions').flatMap(({ entity, origin }) => (origin === site.id ? [entity] : []))
  );
  site.look((rows) => {
    for (const { entity, uid, local_id: id, head } of table<Row<'entries'>>(site, 'entries')) {
      const schema = site.catalogue.type(uid);
      if (schema === null || schema.single || head === null || touched.has(entity)) continue;
      const last = site.heard.get(`${uid}/${id}`);
      const isThere = rows.of(uid, id).length > 0;
      // Whoever took the rows away past Strapi told nobody, and a deletion that comes later has nothing left to delete.
      if (!isThere && site.lost.has(`${uid}/${id}`)) continue;
      if (isThere && last === undefined) world.violations.push(`${site.name} was told nothing of ${entity}.`);
      if (!isThere && last !== undefined && last !== 'delete') {
        world.violations.push(`${site.name} heard last of ${entity} that it was ${last}, and it is gone.`);
      }
    }
  });
};

/** Two sites that share everything both ways know the same versions. */
const checkEqual = (world: World, a: Site, b: Site): void => {
  const ofA = leavesBySite(a);
  const ofB = leavesBySite(b);
  for (const entity of new Set([...ofA.keys(), ...ofB.keys()])) {
    const [left, right] = [ofA.get(entity) ?? [], ofB.get(entity) ?? []];
    if (!same(left, right)) {
      world.violations.push(`${entity} has the leaves ${short(left)} on ${a.name} and ${short(right)} on ${b.name}`);
    }
  }
};

/** Text that nothing rewrites, in types of every kind. */
const COMPARED = ['title', 'body', 'name', 'headline'];

/** A site that only receives shows what the site it receives from shows, as far as the level goes. */
const checkFollows = (world: World, from: Site, to: Site): void => {
  const theirs = leavesBySite(from);
  const entries = new Map(table<Row<'entries'>>(to, 'entries').map((entry) => [entry.entity, entry]));
  for (const entry of table<Row<'entries'>>(from, 'entries')) {
    const [sent, shown] = [from.catalogue.type(entry.uid), to.catalogue.type(entry.uid)];
    const there = entries.get(entry.entity);
    const level = ruleOf(world, from, to, entry.uid)?.level;
    if (level === undefined) continue;
    if (sent === null || shown === null || entry.held !== null || there?.held) continue;
    if ((theirs.get(entry.entity)?.length ?? 0) !== 1) continue;
    const drafts = level === 'EVERYTHING' && entry.shows === 'EVERYTHING';
    const seen = (site: Site, schema: TypeSchema, id: string | undefined): string =>
      site.look((rows) =>
        rows
          .of(entry.uid, id ?? '')
          .filter(({ status }) => drafts || status === 'published')
          .map(({ locale, status, fields }) =>
            [locale, status, ...COMPARED.map((name) => (name in schema.attributes ? fields[name] : '?'))].join(' ')
          )
          .sort()
          .join('; ')
      );
    const common = { ...sent, attributes: intersection(sent.attributes, shown.attributes) };
    const [wanted, found] = [seen(from, common, entry.local_id), seen(to, common, there?.local_id)];
    // Of a single type each site may have one of its own, as long as nothing comes in.
    if (wanted !== found && !(sent.single && wanted === '')) {
      world.violations.push(`${to.name} shows of ${entry.entity} “${found}”, and ${from.name} “${wanted}” (${level})`);
    }
  }
};

const intersection = (a: Attributes, b: Attributes): Attributes =>
  Object.fromEntries(Object.entries(a).filter(([name]) => name in b));

/** Of what is not shared any more no row is there, and of what only its own people made all of it. What went along stays. */
const checkWithdrawn = (world: World, from: Site, to: Site, someTypes: boolean): void =>
  to.look((rows) => {
    for (const { entity, uid, local_id: id } of table<Row<'entries'>>(to, 'entries')) {
      const schema = to.catalogue.type(uid);
      if (schema === null || schema.single || id.startsWith(to.name)) continue;
      if (someTypes && uid !== ARTICLE) continue;
      if (rows.of(uid, id).length > 0)
        world.violations.push(`${to.name} shows ${entity}, which ${from.name} does not share any more.`);
    }
  });

/** Where only what is published goes, no unpublished word is in the other database, unless another link brought it. */
const checkNoDrafts = (world: World, from: Site, to: Site): void => {
  const gettingMore = world.sharing.some(
    (one) => one.level === 'EVERYTHING' && (one.to === to.name || (one.from === to.name && one.direction === 'BOTH'))
  );
  if (gettingMore) return;
  // What its own people built upon a draft, while they could see it, is their own version now.
  const own = new Set(
    table<Row<'revisions'>>(to, 'revisions').flatMap(({ id, origin }) => (origin === to.id ? [id] : []))
  );
  const open = new Set(
    table<Row<'parts'>>(to, 'parts').flatMap(({ revision, content }) => (own.has(revision) ? [] : [content]))
  );
  const text = table<Row<'contents'>>(to, 'contents')
    .filter(({ hash }) => open.has(hash))
    .map(({ bytes }) => unpack(bytes))
    .join('\n');
  for (const word of text.match(new RegExp(`~${from.name}[^~]+~`, 'g')) ?? []) {
    if (!world.ledger.wasPublished(word))
      world.violations.push(`${to.name} holds ${word}, which ${from.name} never published.`);
  }
};

/** A version that deletes is there only where somebody deleted. */
const checkDeletions = (world: World, site: Site): void => {
  for (const { entity, kind, origin } of table<Row<'revisions'>>(site, 'revisions')) {
    if (kind === 'delete' && !world.ledger.wasRemoved(entity)) {
      world.violations.push(`${entity} was deleted by ${nameOf(world, origin)}, though nobody did.`);
    }
  }
};

/** Fields that all locales share are equal in all drafts. Where only what is published is seen, drafts are copies of it. */
const checkSharedFields = (world: World, site: Site): void =>
  site.look((rows) => {
    const leaves = leavesBySite(site);
    const copied = new Set(
      table<Row<'entries'>>(site, 'entries').flatMap((entry) => (entry.shows === 'PUBLISHED' ? [entry.local_id] : []))
    );
    for (const uid of site.catalogue.types()) {
      const { shared } = site.catalogue.type(uid) as TypeSchema;
      for (const id of shared.length > 0 ? rows.idsOf(uid) : []) {
        if (copied.has(id) || (leaves.get(`${uid}/${id}` as EntityKey)?.length ?? 0) > 1) continue;
        const drafts = rows.of(uid, id).filter(({ status }) => status === 'draft');
        for (const name of shared) {
          const values = new Set(drafts.map(({ fields }) => JSON.stringify(fields[name])));
          if (values.size > 1)
            world.violations.push(
              `${site.name} ${uid}/${id}: ${name} differs between locales: ${[...values].join(' ')}`
            );
        }
      }
    }
  });

export const nameOf = (world: World, id: string): string => world.sites.find((site) => site.id === id)?.name ?? id;
const short = (ids: readonly string[]): string => `[${ids.map((id) => id.slice(0, 8)).join(' ')}]`;
