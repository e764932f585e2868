import type { Core } from '@strapi/strapi';
import type { Attributes, Uid } from '../../replication/entity';
import type { Schemas } from '../../replication/ports';
import { statementOn } from '../content/connection';
import { databaseModelOf } from '../content/models';

const MOST = 500;

const holds = (attributes: Attributes, component: Uid): string[] =>
  Object.entries(attributes)
    .filter(([, attribute]) =>
      attribute.kind === 'component'
        ? attribute.component === component
        : attribute.kind === 'zone' && attribute.components.includes(component)
    )
    .map(([name]) => name);

/** Every component that any replicated type uses, at any depth. */
export const usedComponents = (schemas: Schemas): Set<Uid> => {
  const used = new Set<Uid>();
  const visit = (attributes: Attributes): void => {
    for (const attribute of Object.values(attributes)) {
      const inner =
        attribute.kind === 'component' ? [attribute.component] : attribute.kind === 'zone' ? attribute.components : [];
      for (const uid of inner) {
        if (used.has(uid)) continue;
        used.add(uid);
        visit(schemas.components(uid) ?? {});
      }
    }
  };
  for (const uid of schemas.types()) visit(schemas.type(uid)!.attributes);
  return used;
};

/** The models that can hold a component, and the tables that say which of their rows do. */
const linkTables = (strapi: Core.Strapi, schemas: Schemas, component: Uid): [parent: Uid, table: string][] =>
  [...schemas.types(), ...usedComponents(schemas)].flatMap((parent): [Uid, string][] => {
    const names = holds(schemas.type(parent)?.attributes ?? schemas.components(parent) ?? {}, component);
    const table =
      names[0] === undefined ? undefined : databaseModelOf(strapi, parent).attributes[names[0]]?.joinTable?.name;
    return table === undefined ? [] : [[parent, table]];
  });

/** The rows, of entries or of outer components, that hold these components. */
export const componentParentsOf = async (
  strapi: Core.Strapi,
  schemas: Schemas,
  component: Uid,
  ids: readonly number[]
): Promise<Map<Uid, number[]>> => {
  const parents = new Map<Uid, number[]>();
  for (const [parent, table] of linkTables(strapi, schemas, component)) {
    for (let at = 0; at < ids.length; at += MOST) {
      const { query } = await statementOn(strapi, table);
      const links = (await query
        .select('entity_id')
        .where('component_type', component)
        .whereIn('cmp_id', ids.slice(at, at + MOST))) as { entity_id: unknown }[];
      parents.set(parent, [...(parents.get(parent) ?? []), ...links.map((link) => Number(link.entity_id))]);
    }
  }
  return parents;
};
