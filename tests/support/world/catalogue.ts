import type { Attribute, Attributes, Fields, TypeSchema, Uid } from '../../../server/src/replication/entity';
import type { Schemas } from '../../../server/src/replication/ports';
import { sha256 } from '../../../server/src/replication/history/canonical';
import type { SeededChance } from './chance';

/** What can be written in the simulated worlds: every kind of attribute in every kind of type. */
export const ARTICLE = 'api::article.article';
export const CATEGORY = 'api::category.category';
export const TAG = 'api::tag.tag';
export const HOME = 'api::home.home';

const text: Attribute = { kind: 'value', type: 'string' };
const one = (target: Uid): Attribute => ({ kind: 'relation', target, many: false });
const many = (target: Uid): Attribute => ({ kind: 'relation', target, many: true });

interface TypeDefinition {
  single: boolean;
  localized: boolean;
  drafts: boolean;
  attributes: Attributes;
  shared: string[];
}

const TYPES: Record<Uid, TypeDefinition> = {
  [ARTICLE]: {
    single: false,
    localized: true,
    drafts: true,
    attributes: {
      title: text,
      body: { kind: 'value', type: 'richtext' },
      rating: { kind: 'value', type: 'integer' },
      code: text,
      origin: text,
      seo: { kind: 'component', component: 'shared.seo', many: false },
      quotes: { kind: 'component', component: 'part.quote', many: true },
      blocks: { kind: 'zone', components: ['part.quote', 'part.card'] },
      category: one(CATEGORY),
      tags: many(TAG),
      related: many(ARTICLE),
    },
    shared: ['code', 'origin'],
  },
  [CATEGORY]: {
    single: false,
    localized: false,
    drafts: true,
    attributes: { name: text, parent: one(CATEGORY), featured: many(ARTICLE) },
    shared: [],
  },
  [TAG]: {
    single: false,
    localized: false,
    drafts: false,
    attributes: { name: text, weight: { kind: 'value', type: 'integer' }, synonyms: many(TAG) },
    shared: [],
  },
  [HOME]: {
    single: true,
    localized: false,
    drafts: true,
    attributes: {
      headline: text,
      spotlight: many(TAG),
      quotes: { kind: 'component', component: 'part.quote', many: true },
    },
    shared: [],
  },
};

const COMPONENTS: Record<Uid, Attributes> = {
  'shared.seo': { heading: text, cards: { kind: 'component', component: 'part.card', many: true } },
  'part.quote': { words: text, author: text },
  'part.card': { label: text, tag: one(TAG) },
};

export const LOCALES = ['en', 'de', 'fr'];

/** A default that one site's schema has and another's may not: filled in when an editor creates a row. */
export type Defaults = Readonly<Record<Uid, Fields>>;

export interface Catalogue extends Schemas {
  defaults: Defaults;
}

/** The types of one site. Where `vary`, some attributes, components or types are missing, as on sites of different age. */
export const catalogue = (chance: SeededChance, vary: boolean): Catalogue => {
  const gone = (probability: number): boolean => vary && chance.happens(probability);
  const missingComponent = gone(0.25) ? 'part.card' : null;
  const missingType = gone(0.15) ? chance.pick([TAG, HOME]) : null;

  const components = new Map<Uid, Attributes>();
  for (const [uid, attributes] of Object.entries(COMPONENTS)) {
    if (uid !== missingComponent)
      components.set(
        uid,
        withoutSome(attributes, () => gone(0.05))
      );
  }
  const types = new Map<Uid, TypeSchema>();
  for (const [uid, definition] of Object.entries(TYPES)) {
    if (uid === missingType) continue;
    const attributes = replaceZones(
      withoutSome(definition.attributes, () => gone(0.08)),
      components
    );
    types.set(uid, {
      uid,
      ...definition,
      attributes,
      shared: definition.shared.filter((name) => name in attributes),
      fingerprint: sha256(JSON.stringify([attributes, [...components]])).slice(0, 16),
    });
  }
  return {
    types: () => [...types.keys()].sort(),
    type: (uid) => types.get(uid) ?? null,
    components: (uid) => components.get(uid) ?? null,
    defaults: chance.happens(0.5) ? { [ARTICLE]: { rating: 3 }, [TAG]: { weight: 10 } } : {},
  };
};

const withoutSome = (attributes: Attributes, gone: () => boolean): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(() => !gone()));

const replaceZones = (attributes: Attributes, components: ReadonlyMap<Uid, Attributes>): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, attribute]): [string, Attribute][] => {
      if (attribute.kind === 'zone') {
        return [[name, { kind: 'zone', components: attribute.components.filter((uid) => components.has(uid)) }]];
      }
      return attribute.kind === 'component' && !components.has(attribute.component) ? [] : [[name, attribute]];
    })
  );
