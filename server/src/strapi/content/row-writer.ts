import type { Core } from '@strapi/strapi';
import type { Attribute, Attributes, Fields, Json, KeptItem, KeptItems, Uid } from '../../replication/entity';
import type { Schemas } from '../../replication/ports';
import type { ComponentRow } from './component-rows';
import { databaseModelOf } from './models';
import { referencesIn, type RowsOf, type Source } from './references';
import { type JsonStorage, toDatabase } from './values';

export type Data = Record<string, unknown>;

/** What is needed to turn canonical values into what `strapi.db.query` takes. */
export interface Writing {
  strapi: Core.Strapi;
  schemas: Schemas;
  source: Source;
  rowsOf: RowsOf;
  decodeText: (text: string) => string;
  storage: JsonStorage;
  /** Component rows that exist, by `parent#field`: only these can be kept. */
  current: Map<string, ComponentRow[]>;
  /** Makes a row, or plans it, and answers its id, or one that stands for it. */
  create: (uid: Uid, data: Data) => number | Promise<number>;
}

interface Link {
  id: number;
  __type?: string;
  __component?: string;
}

/** The row that an attribute belongs to; null where it is being made. */
interface Owner {
  uid: Uid;
  id: number | null;
}

export const slotOf = (uid: Uid, id: number, field: string): string => `${uid}#${id}#${field}`;

const objectsIn = (value: Json | undefined): Fields[] =>
  (Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]).filter(
    (item): item is Fields => item !== null && typeof item === 'object' && !Array.isArray(item)
  );

const keptAt = (ids: KeptItem | KeptItem[] | undefined, index: number): KeptItem => {
  const item = Array.isArray(ids) ? ids[index] : index === 0 ? ids : undefined;
  return item ?? { id: null };
};

/** Links to types that are replicated: a polymorphic list may hold others, which are this site's own. */
const currentLinks = async (writing: Writing, uid: Uid, rowId: number, name: string): Promise<Link[]> => {
  const on = Object.fromEntries(writing.schemas.types().map((type) => [type, { select: ['id'] }]));
  const links = (await writing.strapi.db.query(uid).load({ id: rowId }, name, { on } as never)) as Link[] | null;
  return (links ?? []).map(({ id, __type }) => ({ id, __type }));
};

const relationData = async (writing: Writing, owner: Owner, name: string, value: Json): Promise<unknown> => {
  const definition = databaseModelOf(writing.strapi, owner.uid).attributes[name];
  const links = referencesIn(value).flatMap((reference) =>
    writing.rowsOf(reference, writing.source).map((id) => ({ id, __type: reference.uid }))
  );
  // A row that is being made has no links to remove, and Strapi asks for the order of every list it is given.
  if (links.length === 0 && owner.id === null) return undefined;
  if (definition?.relation === 'morphToOne') return links[0] ?? null;
  if (definition?.relation === 'morphToMany') {
    if (links.length > 0 || owner.id === null) return { set: links };
    // Strapi ignores an empty list here: what is linked has to be disconnected by name.
    return { disconnect: await currentLinks(writing, owner.uid, owner.id, name) };
  }
  // A column holds one id: of a target's draft and published row, the later counts, as in Strapi.
  if (definition?.joinColumn && !definition.joinTable) return links.at(-1)?.id ?? null;
  return { set: links.map(({ id }) => ({ id })) };
};

/** Removes a row, of an entry or a component, after the components in it. */
export const deleteRow = async (writing: Pick<Writing, 'strapi' | 'current'>, uid: Uid, id: number): Promise<void> => {
  for (const [slot, rows] of writing.current) {
    if (!slot.startsWith(`${uid}#${id}#`)) continue;
    for (const row of rows) await deleteRow(writing, row.uid, row.id);
  }
  await writing.strapi.db.query(uid).delete({ where: { id } });
};

interface Wanted {
  uid: Uid;
  fields: Fields;
  item: KeptItem;
  kept: boolean;
}

/** Writes a component's row, where it is kept only what changes in it, and answers its id. */
const writeComponent = async (writing: Writing, { uid, fields, item, kept }: Wanted): Promise<number> => {
  const attributes = writing.schemas.components(uid) ?? {};
  if (!kept || item.id === null) {
    return writing.create(uid, await dataOf(writing, uid, null, attributes, fields, {}));
  }
  if (item.changed?.length === 0) return item.id;
  const only = item.changed && new Set(item.changed);
  const data = await dataOf(writing, uid, item.id, attributes, fields, item.inner ?? {}, only);
  if (Object.keys(data).length > 0) await writing.strapi.db.query(uid).update({ where: { id: item.id }, data });
  return item.id;
};

/** Stands for what is linked as it should be already. */
const AS_IT_IS = Symbol('as it is');

const componentsData = async (
  writing: Writing,
  owner: Owner,
  name: string,
  attribute: Extract<Attribute, { kind: 'component' | 'zone' }>,
  value: Json,
  ids: KeptItem | KeptItem[] | undefined
): Promise<unknown> => {
  const current = owner.id === null ? [] : (writing.current.get(slotOf(owner.uid, owner.id, name)) ?? []);
  const wanted: Wanted[] = [];
  for (const [index, each] of objectsIn(value).entries()) {
    const { __component, ...fields } = each;
    const uid = attribute.kind === 'zone' ? String(__component) : attribute.component;
    if (writing.schemas.components(uid) === null) continue;
    const item = keptAt(ids, index);
    // A row that is not here cannot be kept, and none can stand at two places.
    const exists = current.some((row) => row.uid === uid && row.id === item.id);
    const taken = wanted.some((other) => other.kept && other.uid === uid && other.item.id === item.id);
    wanted.push({ uid, fields, item, kept: exists && !taken });
  }
  for (const row of current) {
    const stays = wanted.some((one) => one.kept && one.uid === row.uid && one.item.id === row.id);
    if (!stays) await deleteRow(writing, row.uid, row.id);
  }

  const links: Required<Pick<Link, 'id' | '__component'>>[] = [];
  for (const one of wanted) links.push({ id: await writeComponent(writing, one), __component: one.uid });
  const isLinked = (link: (typeof links)[number], index: number) =>
    current[index]?.id === link.id && current[index].uid === link.__component;
  if (owner.id !== null && links.length === current.length && links.every(isLinked)) return AS_IT_IS;
  if (attribute.kind === 'zone') {
    if (links.length === 0 && owner.id !== null) {
      return { disconnect: current.map((row) => ({ id: row.id, __component: row.uid })) };
    }
    return { set: links.map((link) => ({ ...link, __pivot: { field: name } })) };
  }
  const plain = links.map(({ id, __component }) => ({ id, __pivot: { field: name, component_type: __component } }));
  return attribute.many ? plain : (plain[0] ?? null);
};

/**
 * Data for `strapi.db.query(uid)` that makes a row hold exactly these fields. Components are written on the way.
 *
 * `only` names the attributes to write; without it all are, and what is not in `fields` is cleared: a default of the
 * schema here must not fill what is empty where the content comes from.
 */
export async function dataOf(
  writing: Writing,
  uid: Uid,
  rowId: number | null,
  attributes: Attributes,
  fields: { [attribute: string]: Json },
  ids: KeptItems,
  only?: ReadonlySet<string>
): Promise<Data> {
  const data: Data = {};
  for (const [name, attribute] of Object.entries(attributes)) {
    if (only && !only.has(name)) continue;
    const value = Object.hasOwn(fields, name) ? fields[name]! : null;
    if (attribute.kind === 'value') {
      data[name] = toDatabase(attribute.type, value, writing.decodeText, writing.storage);
      continue;
    }
    const owner = { uid, id: rowId };
    const links =
      attribute.kind === 'component' || attribute.kind === 'zone'
        ? await componentsData(writing, owner, name, attribute, value, ids[name])
        : await relationData(writing, owner, name, value);
    if (links !== AS_IT_IS) data[name] = links;
  }
  return data;
}
