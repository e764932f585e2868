import type { Core } from '@strapi/strapi';
import { FILE_UID, type Attribute, type Uid } from '../../replication/entity';
import type { Schemas } from '../../replication/ports';
import { statementOn } from '../content/connection';
import { databaseModelOf, modelOf } from '../content/models';
import { type ChangedRow, entryRows } from './changed-rows';
import { usedComponents } from './component-parents';

/** An attribute whose value is stored with the row that has it, or, for media, with the file. */
export interface Owning {
  owner: Uid;
  name: string;
  attribute: Extract<Attribute, { kind: 'relation' | 'media' }>;
}

/** Where links from `owner` rows to rows of a type are stored: a table, and what to look for in it. */
export interface Storage {
  table: string;
  ownerColumn: string;
  targetColumn: string;
  where: Record<string, string>;
}

const MOST = 500;

/** Every attribute of entries and their components that may refer to entries of this type. */
export const attributesReferringTo = (schemas: Schemas, target: Uid): Owning[] =>
  [...schemas.types(), ...usedComponents(schemas)].flatMap((owner) =>
    Object.entries(schemas.type(owner)?.attributes ?? schemas.components(owner) ?? {}).flatMap(
      ([name, attribute]): Owning[] => {
        if (attribute.kind === 'media') return target === FILE_UID ? [{ owner, name, attribute }] : [];
        if (attribute.kind !== 'relation') return [];
        return attribute.target === target || attribute.target === null ? [{ owner, name, attribute }] : [];
      }
    )
  );

export const storageOf = (strapi: Core.Strapi, { owner, name, attribute }: Owning, target: Uid): Storage | null => {
  const model = databaseModelOf(strapi, owner);
  if (attribute.kind === 'media') {
    const table = databaseModelOf(strapi, FILE_UID).attributes.related?.joinTable;
    if (!table?.morphColumn) return null;
    const { idColumn, typeColumn } = table.morphColumn;
    const where = { [typeColumn.name]: owner, field: name };
    return { table: table.name, ownerColumn: idColumn.name, targetColumn: table.joinColumn.name, where };
  }
  const { joinTable, joinColumn, morphColumn } = model.attributes[name] ?? {};
  if (joinTable?.morphColumn) {
    const { idColumn, typeColumn } = joinTable.morphColumn;
    const where = { [typeColumn.name]: target };
    return { table: joinTable.name, ownerColumn: joinTable.joinColumn.name, targetColumn: idColumn.name, where };
  }
  if (joinTable?.inverseJoinColumn) {
    const { joinColumn: own, inverseJoinColumn } = joinTable;
    return { table: joinTable.name, ownerColumn: own.name, targetColumn: inverseJoinColumn.name, where: {} };
  }
  if (morphColumn) {
    const { idColumn, typeColumn } = morphColumn;
    return {
      table: model.tableName,
      ownerColumn: 'id',
      targetColumn: idColumn.name,
      where: { [typeColumn.name]: target },
    };
  }
  return joinColumn ? { table: model.tableName, ownerColumn: 'id', targetColumn: joinColumn.name, where: {} } : null;
};

/** The entries' rows that hold one of these links to these rows, directly or in a component. */
export const rowsLinkedTo = async (
  strapi: Core.Strapi,
  schemas: Schemas,
  target: Uid,
  targetIds: readonly number[],
  through: readonly Owning[]
): Promise<ChangedRow[]> => {
  const owners = new Map<Uid, Set<number>>();
  for (const link of targetIds.length === 0 ? [] : through) {
    const storage = storageOf(strapi, link, target);
    if (!storage) continue;
    for (let at = 0; at < targetIds.length; at += MOST) {
      const { query } = await statementOn(strapi, storage.table);
      const rows = (await query
        .distinct({ owner: storage.ownerColumn })
        .where(storage.where)
        .whereIn(storage.targetColumn, targetIds.slice(at, at + MOST))) as { owner: unknown }[];
      if (!owners.has(link.owner)) owners.set(link.owner, new Set());
      for (const row of rows) if (row.owner !== null) owners.get(link.owner)!.add(Number(row.owner));
    }
  }
  const found = new Map<string, ChangedRow>();
  for (const [owner, ids] of owners) {
    if (ids.size === 0) continue;
    for (const row of await entryRows(strapi, schemas, owner, [...ids])) found.set(`${row.uid}#${row.id}`, row);
  }
  return [...found.values()];
};

/** Attributes of a model through which links that *others* hold are edited, each with where they are really stored. */
export const inverseAttributes = (
  strapi: Core.Strapi,
  schemas: Schemas,
  uid: Uid
): { name: string; through: Owning }[] => {
  const referring = attributesReferringTo(schemas, uid);
  return Object.entries(modelOf(strapi, uid)?.attributes ?? {}).flatMap(
    ([name, { type, target, mappedBy, morphBy }]) => {
      if (type !== 'relation') return [];
      const through = referring.find((link) => link.owner === target && link.name === (mappedBy ?? morphBy));
      return through ? [{ name, through }] : [];
    }
  );
};

/** Attributes of a model that take their target away from whoever held it: one-to-one with an inverse side. */
export const takingAttributes = (strapi: Core.Strapi, schemas: Schemas, uid: Uid): Owning[] =>
  Object.entries(schemas.type(uid)?.attributes ?? {}).flatMap(([name, attribute]): Owning[] => {
    const { relation, inversedBy } = modelOf(strapi, uid)?.attributes[name] ?? {};
    const takes = inversedBy && (relation === 'oneToOne' || relation === 'oneToMany');
    return attribute.kind === 'relation' && takes ? [{ owner: uid, name, attribute }] : [];
  });
