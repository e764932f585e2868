import type { Core } from '@strapi/strapi';
import type { Uid } from '../../replication/entity';
import { databaseModelOf, type DatabaseAttribute } from './models';

/** One of a row's links, in the form that Strapi takes it. */
export interface Link {
  id: number;
  __pivot?: Record<string, unknown>;
  /** The target's type, where there can be several: `__type`, or `__component` in a zone. */
  [typeField: string]: unknown;
}

/** A row of a table that links rows to others. */
export interface JoinRow {
  table: string;
  columns: Record<string, unknown>;
  /** Where the other side has an order of its own, in which this link comes last. */
  last?: { target: string; order: string };
}

/** Takes a link from another row, or is stored with the other row: only Strapi itself knows all that follows. */
export const TOO_MUCH = Symbol('more than rows of a join table');

const linksIn = (value: unknown): Link[] => {
  if (value === null || value === undefined) return [];
  const { set } = value as { set?: Link[] };
  return set ?? (Array.isArray(value) ? (value as Link[]) : [value as Link]);
};

/** In a list once each, as Strapi does it. */
const distinct = (links: readonly Link[], typeField: string): Link[] => [
  ...new Map(links.map((link) => [`${link.id} ${String(link[typeField])}`, link])).values(),
];

/**
 * The rows of join tables that Strapi's `attachRelations` writes for an attribute of a row that is just made; none where
 * the link is a column of the row itself. See `@strapi/database`, `entity-manager/index`.
 */
export const joinRowsOf = (
  strapi: Core.Strapi,
  uid: Uid,
  name: string,
  ownerId: number,
  value: unknown
): JoinRow[] | typeof TOO_MUCH => {
  const attribute = databaseModelOf(strapi, uid).attributes[name];
  if (attribute?.type !== 'relation' || value === null || value === undefined) return [];
  const { relation, joinTable } = attribute;
  if (relation === 'morphToOne') return [];
  if (relation === 'morphOne' || relation === 'morphMany') {
    const { target = '', morphBy = '' } = attribute;
    const held = databaseModelOf(strapi, target).attributes[morphBy]?.joinTable;
    if (!held?.morphColumn) return TOO_MUCH;
    const { idColumn, typeColumn } = held.morphColumn;
    return distinct(linksIn(value), '').map(({ id, __pivot }, index) => ({
      table: held.name,
      columns: {
        [held.joinColumn.name]: id,
        [idColumn.name]: ownerId,
        [typeColumn.name]: uid,
        ...held.on,
        ...__pivot,
        order: index + 1,
        field: name,
      },
    }));
  }
  if (relation === 'morphToMany') {
    if (!joinTable?.morphColumn) return TOO_MUCH;
    const { idColumn, typeColumn, typeField = '__type' } = joinTable.morphColumn;
    return distinct(linksIn(value), typeField).map((link, index) => ({
      table: joinTable.name,
      columns: {
        [joinTable.joinColumn.name]: ownerId,
        [idColumn.name]: link.id,
        [typeColumn.name]: link[typeField],
        ...joinTable.on,
        ...link.__pivot,
        order: index + 1,
      },
    }));
  }
  if (takesFromOthers(attribute)) return TOO_MUCH;
  if (attribute.joinColumn) return attribute.owner ? [] : TOO_MUCH;
  if (!joinTable?.inverseJoinColumn) return TOO_MUCH;
  const { inverseJoinColumn, orderColumnName, inverseOrderColumnName } = joinTable;
  const ordered = orderColumnName !== undefined && (relation === 'oneToMany' || relation === 'manyToMany');
  const isLast = inverseOrderColumnName !== undefined && (relation === 'manyToOne' || relation === 'manyToMany');
  return distinct(linksIn(value), '').map(({ id, __pivot }, index) => ({
    table: joinTable.name,
    columns: {
      [joinTable.joinColumn.name]: ownerId,
      [inverseJoinColumn.name]: id,
      ...joinTable.on,
      ...__pivot,
      ...(ordered ? { [orderColumnName]: index + 1 } : {}),
    },
    ...(isLast ? { last: { target: inverseJoinColumn.name, order: inverseOrderColumnName } } : {}),
  }));
};

/** Seen from both sides, a target can be held by one row only, or the link is stored with the target. */
const takesFromOthers = ({ relation, inversedBy, mappedBy }: DatabaseAttribute): boolean =>
  mappedBy !== undefined || (inversedBy !== undefined && (relation === 'oneToOne' || relation === 'oneToMany'));
