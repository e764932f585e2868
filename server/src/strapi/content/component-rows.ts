import type { Core } from '@strapi/strapi';
import type { Knex } from 'knex';
import type { Uid } from '../../replication/entity';
import { databaseModelOf, modelOf } from './models';

/** A component's row and where it hangs. */
export interface ComponentRow {
  uid: Uid;
  id: number;
  parent: { uid: Uid; id: number };
  field: string;
}

const MOST = 1_000;

/** The table that links a model's rows to the rows of their components, or null where it has none. */
const linkTableOf = (strapi: Core.Strapi, uid: Uid): string | null => {
  const model = modelOf(strapi, uid);
  if (!model) return null;
  const name = Object.keys(model.attributes).find((key) =>
    ['component', 'dynamiczone'].includes(model.attributes[key]!.type)
  );
  return name === undefined ? null : (databaseModelOf(strapi, uid).attributes[name]?.joinTable?.name ?? null);
};

const childrenOf = async (
  strapi: Core.Strapi,
  trx: Knex.Transaction,
  uid: Uid,
  ids: number[]
): Promise<ComponentRow[]> => {
  const table = linkTableOf(strapi, uid);
  if (table === null) return [];
  const found: ComponentRow[] = [];
  for (let at = 0; at < ids.length; at += MOST) {
    const links = (await strapi.db
      .getConnection(table)
      .transacting(trx)
      .select('entity_id', 'cmp_id', 'component_type', 'field')
      .whereIn('entity_id', ids.slice(at, at + MOST))
      .orderBy(['entity_id', 'order'])) as Record<'entity_id' | 'cmp_id' | 'component_type' | 'field', unknown>[];
    for (const link of links) {
      found.push({
        uid: String(link.component_type),
        id: Number(link.cmp_id),
        parent: { uid, id: Number(link.entity_id) },
        field: String(link.field),
      });
    }
  }
  return found;
};

/** The component rows of these rows at every depth, outer ones first. Components whose type is gone are left out. */
export const componentRowsOf = async (
  strapi: Core.Strapi,
  trx: Knex.Transaction,
  uid: Uid,
  ids: number[]
): Promise<ComponentRow[]> => {
  const all: ComponentRow[] = [];
  let parents = new Map<Uid, number[]>([[uid, ids]]);
  while (parents.size > 0) {
    const next = new Map<Uid, number[]>();
    for (const [parent, parentIds] of parents) {
      for (const row of await childrenOf(strapi, trx, parent, parentIds)) {
        if (!modelOf(strapi, row.uid)) continue;
        all.push(row);
        next.set(row.uid, [...(next.get(row.uid) ?? []), row.id]);
      }
    }
    parents = next;
  }
  return all;
};
