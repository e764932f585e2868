import { createHash } from 'node:crypto';
import type { Core } from '@strapi/strapi';
import { FILE_UID, type Attribute, type Attributes, type TypeSchema, type Uid } from '../../replication/entity';
import type { Schemas } from '../../replication/ports';
import { fileSchema } from './file-schema';
import { type AttributeDefinition, hasDrafts, type Model, modelOf } from './models';
import { isMorph, isReplicableAttribute, isReplicableType } from './replicable';

/** To-one relations hold at most one reference, whatever the rows' draft and published versions of the target are. */
const TO_ONE: ReadonlySet<string> = new Set(['oneToOne', 'manyToOne', 'morphToOne']);

const attributeOf = (strapi: Core.Strapi, definition: AttributeDefinition): Attribute => {
  switch (definition.type) {
    case 'relation':
      return {
        kind: 'relation',
        target: isMorph(definition) ? null : (definition.target ?? null),
        many: !TO_ONE.has(definition.relation ?? ''),
      };
    case 'media':
      return { kind: 'media', many: definition.multiple === true };
    case 'component':
      return { kind: 'component', component: definition.component ?? '', many: definition.repeatable === true };
    case 'dynamiczone':
      return { kind: 'zone', components: (definition.components ?? []).filter((uid) => modelOf(strapi, uid) !== null) };
    default:
      return { kind: 'value', type: definition.type };
  }
};

const attributesOf = (strapi: Core.Strapi, model: Model, local: readonly string[] = []): Attributes =>
  Object.fromEntries(
    Object.keys(model.attributes)
      .filter((name) => !local.includes(name) && isReplicableAttribute(strapi, model, name))
      .map((name) => [name, attributeOf(strapi, model.attributes[name]!)])
  );

/** Components used by these attributes, at any depth. */
export const componentsWithin = (
  attributes: Attributes,
  components: Schemas['components'],
  seen: Set<Uid>
): Set<Uid> => {
  for (const attribute of Object.values(attributes)) {
    const used =
      attribute.kind === 'component' ? [attribute.component] : attribute.kind === 'zone' ? attribute.components : [];
    for (const uid of used) {
      if (seen.has(uid)) continue;
      seen.add(uid);
      componentsWithin(components(uid) ?? {}, components, seen);
    }
  }
  return seen;
};

/** Names sorted, so that re-ordering attributes in the content-type builder is no change. */
const sorted = (attributes: Attributes): [string, Attribute][] =>
  Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/**
 * This site's content types as replication sees them. Content types cannot change without a restart of Strapi, so what
 * was derived once is kept.
 *
 * @param localFieldsOf fields of a type that are this site's own: for replication they are not there.
 */
export const createSchemas = (
  strapi: Core.Strapi,
  localFieldsOf: (uid: Uid) => readonly string[] = () => []
): Schemas => {
  const componentCache = new Map<Uid, Attributes | null>();
  const typeCache = new Map<Uid, TypeSchema | null>();

  const components = (uid: Uid): Attributes | null => {
    let known = componentCache.get(uid);
    if (known === undefined) {
      const model = modelOf(strapi, uid);
      known = model?.modelType === 'component' ? attributesOf(strapi, model) : null;
      componentCache.set(uid, known);
    }
    return known;
  };

  const localizable = (model: Model): boolean =>
    model.pluginOptions?.i18n?.localized === true && Boolean(strapi.plugin('i18n'));

  const sharedOf = (model: Model, attributes: Attributes): string[] => {
    if (!localizable(model)) return [];
    const names: string[] = strapi.plugin('i18n').service('content-types').getNonLocalizedAttributes(model);
    return names.filter((name) => name in attributes);
  };

  const describe = (uid: Uid): TypeSchema | null => {
    const model = modelOf(strapi, uid);
    if (!model || !isReplicableType(strapi, uid)) return null;
    if (uid === FILE_UID) return fileSchema(model);
    const attributes = attributesOf(strapi, model, localFieldsOf(uid));
    const schema = {
      uid,
      single: model.kind === 'singleType',
      localized: localizable(model),
      drafts: hasDrafts(model),
      attributes,
      shared: sharedOf(model, attributes),
      localFields: localFieldsOf(uid).filter((name) => name in model.attributes),
    };
    const used = [...componentsWithin(attributes, components, new Set())].sort();
    const definition = [
      schema.localized,
      schema.drafts,
      sorted(attributes),
      [...schema.shared].sort(),
      used.map((component) => [component, sorted(components(component) ?? {})]),
    ];
    return { ...schema, fingerprint: createHash('sha256').update(JSON.stringify(definition)).digest('hex') };
  };

  const type = (uid: Uid): TypeSchema | null => {
    let known = typeCache.get(uid);
    if (known === undefined) {
      known = describe(uid);
      typeCache.set(uid, known);
    }
    return known;
  };

  return {
    types: () =>
      Object.keys(strapi.contentTypes)
        .filter((uid) => type(uid) !== null)
        .sort(),
    type,
    components,
  };
};
