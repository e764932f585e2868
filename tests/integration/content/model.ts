import type { SchemaFiles } from './site';

const i18n = { i18n: { localized: true } };

const type = (name: string, attributes: object, more: object = {}): SchemaFiles => ({
  [`api/${name}/content-types/${name}/schema.json`]: {
    kind: 'collectionType',
    collectionName: `${name.replaceAll('-', '_')}s`,
    info: { singularName: name, pluralName: `${name}s`, displayName: name },
    options: { draftAndPublish: true },
    attributes,
    ...more,
  },
});

const component = (name: string, attributes: object): SchemaFiles => ({
  [`components/part/${name}.json`]: {
    collectionName: `components_part_${name}`,
    info: { displayName: name },
    attributes,
  },
});

const relation = (kind: string, target: string, more: object = {}) => ({
  type: 'relation',
  relation: kind,
  target: `api::${target}.${target}`,
  ...more,
});

/** Content types that hold every attribute kind Strapi has. */
export const MODEL: SchemaFiles = {
  ...type('everything', {
    aString: { type: 'string', default: 'a default' },
    aText: { type: 'text' },
    aRichtext: { type: 'richtext' },
    blocks: { type: 'blocks' },
    json: { type: 'json' },
    aUid: { type: 'uid', targetField: 'aString' },
    email: { type: 'email' },
    enumeration: { type: 'enumeration', enum: ['one', 'two'] },
    integer: { type: 'integer' },
    bigint: { type: 'biginteger' },
    float: { type: 'float' },
    decimal: { type: 'decimal' },
    aBoolean: { type: 'boolean', default: true },
    aDate: { type: 'date' },
    aTime: { type: 'time' },
    aDatetime: { type: 'datetime' },
    aTimestamp: { type: 'timestamp' },
    secret: { type: 'password' },
    hidden: { type: 'string', private: true },
    cover: { type: 'media', multiple: false },
    gallery: { type: 'media', multiple: true },
    single: { type: 'component', component: 'part.outer', repeatable: false },
    list: { type: 'component', component: 'part.outer', repeatable: true },
    zone: { type: 'dynamiczone', components: ['part.outer', 'part.inner', 'part.pictures'] },
    one: relation('oneToOne', 'target'),
    toOne: relation('manyToOne', 'target', { inversedBy: 'manyBack' }),
    ownOne: relation('oneToOne', 'target', { inversedBy: 'oneBack' }),
    toMany: relation('oneToMany', 'target'),
    manyToMany: relation('manyToMany', 'target', { inversedBy: 'manyToManyBack' }),
    column: relation('manyToOne', 'target', { useJoinTable: false }),
    anything: { type: 'relation', relation: 'morphToMany' },
    something: { type: 'relation', relation: 'morphToOne' },
    itself: relation('oneToOne', 'everything'),
    user: { type: 'relation', relation: 'oneToOne', target: 'admin::user' },
  }),
  ...type('target', {
    name: { type: 'string' },
    manyBack: relation('oneToMany', 'everything', { mappedBy: 'toOne' }),
    oneBack: relation('oneToOne', 'everything', { mappedBy: 'ownOne' }),
    manyToManyBack: relation('manyToMany', 'everything', { mappedBy: 'manyToMany' }),
  }),
  ...type(
    'page',
    {
      title: { type: 'string', pluginOptions: i18n },
      order: { type: 'integer', pluginOptions: { i18n: { localized: false } } },
      parent: relation('manyToOne', 'page', { inversedBy: 'children' }),
      children: relation('oneToMany', 'page', { mappedBy: 'parent' }),
      section: { type: 'component', component: 'part.inner', repeatable: false },
    },
    { pluginOptions: i18n }
  ),
  ...type(
    'plain',
    { name: { type: 'string' }, pages: relation('manyToMany', 'page'), target: relation('oneToOne', 'target') },
    { options: { draftAndPublish: false } }
  ),
  ...type('home', { title: { type: 'string' } }, { kind: 'singleType' }),
  ...component('outer', {
    title: { type: 'string', default: 'untitled' },
    body: { type: 'richtext' },
    inner: { type: 'component', component: 'part.inner', repeatable: false },
    inners: { type: 'component', component: 'part.inner', repeatable: true },
    image: { type: 'media', multiple: false },
    target: relation('oneToOne', 'target'),
  }),
  ...component('pictures', { pictures: { type: 'media', multiple: true } }),
  ...component('inner', { text: { type: 'string' }, targets: relation('oneToMany', 'target') }),
};
