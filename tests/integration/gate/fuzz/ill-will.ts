import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Json } from '../../../../server/src/replication/entity';
import { DATES, fresh } from '../claims';
import type { Forgery, Sender } from '../sender';
import { change, changed, type Change } from './odd-json';

/**
 * What a linked site may say that it should not, always properly signed: plain data first, so that it can be printed
 * and made smaller.
 */
export interface Malice {
  about: 'its own' | 'its own' | 'its own file' | 'ours' | 'a type it has not';
  /** Which entity, content, and so on of those there are. */
  which: number;
  parts: string[];
  content: Change[];
  claim: (typeof CLAIMS)[number];
  order: [number, number];
  direction: 'BOTH' | 'SEND_ONLY';
  level: 'EVERYTHING' | 'PUBLISHED';
  granted: boolean;
}

const CLAIMS = [
  ...Array.from({ length: 8 }, () => 'nothing else' as const),
  'origin of ours',
  'origin of nobody',
  'parent of ours',
  'parent of nobody',
  'itself as parent',
  'merge of strangers',
  'delete',
  'delete of ours',
  'other part',
  'other salt',
  'part withheld',
  'part too many',
  'leaf of ours',
  'no leaf that came',
  'ours gave way',
  'everything shallow',
  'many versions',
  'chain',
  'keys of others',
  'withdrawal',
  'yield',
  'other documentId',
] as const;

const KITCHEN: { [name: string]: Json } = {
  string: 'x',
  text: 'x',
  richtext: 'media:x and /uploads/x.png',
  blocks: [{ type: 'paragraph', children: [{ type: 'text', text: 'x' }] }],
  json: { a: [1, { b: null }] },
  integer: 7,
  biginteger: '9007199254740993',
  float: 1.5,
  decimal: '1.25',
  boolean: true,
  date: '2026-01-01',
  datetime: '2026-01-01T00:00:00.000Z',
  time: '12:00:00.000',
  timestamp: '1767225600000',
  email: 'x@x.example',
  uid: 'x',
  enumeration: 'tea',
  picture: [{ uid: 'plugin::upload.file', id: 'x' }],
  simple: { name: 'x' },
  simples: [{ name: 'x' }],
  zone: [{ __component: 'kitchen.simple', name: 'x' }],
  one: [{ uid: 'api::kitchen-plain.kitchen-plain', id: 'x' }],
  tags: [{ uid: 'api::kitchen-plain.kitchen-plain', id: 'x' }],
  subject: [{ uid: 'api::article.article', id: 'x', status: 'draft' }],
  subjects: [{ uid: 'api::author.author', id: 'x' }],
};
const OWN: [uid: string, fields: { [name: string]: Json }][] = [
  ['api::kitchen.kitchen', KITCHEN],
  ['api::kitchen.kitchen', KITCHEN],
  ['api::author.author', { name: 'x', email: 'x@x.example', avatar: [{ uid: 'plugin::upload.file', id: 'x' }] }],
  ['api::article.article', { title: 'x', slug: 'x', blocks: [{ __component: 'shared.quote', body: 'x' }] }],
  ['api::page.page', { title: 'x' }],
  ['api::banner.banner', { text: 'x' }],
  ['api::nothing.here', { title: 'x' }],
];
const NOT_GRANTED = [
  'admin::user',
  'admin::role',
  'admin::api-token',
  'plugin::users-permissions.user',
  'strapi::core-store',
]
  .concat([
    'plugin::users-permissions.role',
    'plugin::upload.folder',
    'plugin::i18n.locale',
    'plugin::replication.link',
  ])
  .concat(['api::a/b.c', 'api::__proto__.constructor', 'constructor', 'shared.quote']);
/** Where a reference leads that should not. */
const REFERENCES: Json[] = [
  ...NOT_GRANTED.map((uid) => [{ uid, id: '1' }]),
  [{ uid: 'api::author.author', id: 'x', locale: '../..', status: 'draft' }],
  [{ uid: 'api::author.author', id: 'x\u0000' }],
  [{ uid: 'api::author.author', id: 'x'.repeat(2_000) }],
  Array.from({ length: 3_000 }, (_, index) => ({ uid: 'api::author.author', id: `nobody${index}` })),
  [{ __component: 'admin.user', id: 1 }, { __component: 'shared.quote', title: { a: 1 } }, { __component: 7 }],
];
/** What a column may not hold. */
const VALUES: Json[] = [
  'x'.repeat(70_000),
  'nul \u0000',
  '\ud800',
  2_147_483_648,
  -9.9e300,
  '9'.repeat(60),
  '99999-01-01',
  '10000-01-01T00:00:00.000Z',
]
  .concat(['24:61:00', 'true', 'NaN', '<svg onload=alert(1)>'] as never[])
  .concat([{ a: '\u0000' }, { toString: 1 }, [[[[]]]], 'media:'.repeat(5_000)] as never[]);
const FILES: { [name: string]: Json }[] = [
  { hash: '../x' },
  { ext: '/../x' },
  { ext: '.html', mime: 'image/png' },
  { mime: 'image/svg+xml' },
  { folder: ['..', '/', 'a/b'] },
  { folder: Array.from({ length: 200 }, (_, index) => `deep ${index}`) },
  { folder: ['x'.repeat(5_000)] },
  { folder: [' \u0000'] },
  { folder: [''] },
  { folder: { a: 1 } },
  { formats: { '../../x': { hash: 'thumbnail_x', ext: '.png' } } },
  {
    formats: Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`f${index}`, { hash: `f${index}_x`, ext: '.png' }])
    ),
  },
  { name: '../../etc/passwd\u0000' },
  { size: 'a lot', width: 1e300, height: -1 },
  { url: 'http://169.254.169.254/', provider: 'aws-s3', provider_metadata: { a: 1 }, path: '/etc' },
  { sha256: '0'.repeat(64) },
  { sha256: '../x' },
];
const PARTS = [
  '-/draft',
  '-/published',
  'en/draft',
  'en/published',
  'de/draft',
  'zz-top/published',
  'shared',
  'people',
];

export const malice: fc.Arbitrary<Malice> = fc.record({
  about: fc.constantFrom('its own', 'its own', 'its own', 'its own file', 'ours', 'ours', 'a type it has not'),
  which: fc.nat(100_000),
  parts: fc.oneof(
    { weight: 3, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...PARTS), { maxLength: 4 }) }
  ),
  content: fc.array(
    fc.oneof(
      change,
      fc.record({
        at: fc.nat(10_000),
        how: fc.constantFrom('replace', 'into', 'repeat'),
        value: fc.constantFrom(...REFERENCES, ...VALUES),
      })
    ),
    { maxLength: 3 }
  ),
  claim: fc.constantFrom(...CLAIMS),
  order: fc.constantFrom<[number, number][]>(
    [1, 1],
    [0, 0],
    [2 ** 53 - 1, 2 ** 53 - 1],
    [2 ** 53, 1],
    [-1, 1],
    [1.5, 1],
    [Number.MAX_VALUE, 1]
  ),
  direction: fc.constantFrom('BOTH', 'BOTH', 'SEND_ONLY'),
  level: fc.constantFrom('EVERYTHING', 'EVERYTHING', 'EVERYTHING', 'PUBLISHED'),
  granted: fc.constantFrom(true, true, false),
});

/** What is there of the honest site: entries that are only sent, or not shared at all. */
export interface Target {
  uid: string;
  id: string;
  leaf: string | null;
  /** The site has a rule for it and the link. */
  ruled: boolean;
}

const pick = <T>(from: readonly T[], which: number): T => from[which % from.length]!;
const rowOf = (uid: string): string =>
  uid.includes('page') || uid.includes('banner')
    ? 'en/draft'
    : uid.includes('author') || uid.includes('upload')
      ? '-/published'
      : '-/draft';

const contentOf = (malice: Malice, uid: string, fields: { [name: string]: Json }): Forgery['parts'] => {
  const odd = changed(fields, malice.content);
  const names = malice.parts.length > 0 ? malice.parts : [rowOf(uid)];
  return Object.fromEntries(
    names.map((name) => [
      name,
      name === 'people' ? { authors: [] } : name === 'shared' ? { fields: odd } : { fields: odd, dates: DATES },
    ])
  ) as Forgery['parts'];
};

const entityOf = (
  malice: Malice,
  targets: readonly Target[]
): { uid: string; id: string; fields: { [name: string]: Json } } => {
  if (malice.about === 'ours') {
    const { uid, id } = pick(targets, malice.which);
    return { uid, id, fields: { name: 'Mine', title: 'Mine', string: 'Mine', slug: 'mine' } };
  }
  if (malice.about === 'a type it has not')
    return { uid: pick(NOT_GRANTED, malice.which), id: fresh(), fields: { name: 'x' } };
  if (malice.about === 'its own file') {
    const hash = `evil${createHash('sha256').update(String(malice.which)).digest('hex').slice(0, 8)}`;
    const plain = { name: 'x.png', hash, ext: '.png', mime: 'image/png', size: 1 };
    return { uid: 'plugin::upload.file', id: fresh(), fields: { ...plain, ...pick(FILES, malice.which) } };
  }
  const [uid, fields] = pick(OWN, malice.which);
  // Sometimes an entry that is known already: a later version of it, or another beginning.
  return { uid, id: malice.which % 3 === 0 ? `evilagain${malice.which % 5}` : fresh(), fields };
};

/** The message that says it. */
export const messageOf = (malice: Malice, sender: Sender, targets: readonly Target[]): Json => {
  const { uid, id, fields } = entityOf(malice, targets);
  const theirs = pick(
    targets.filter(({ leaf }) => leaf !== null),
    malice.which
  );
  const nobody = createHash('sha256').update(`nobody ${malice.which}`).digest('hex');
  // Where no rule says anything, what is only sent takes the place of an unrelated entry of the same id: docs/security.md,
  // "Not promised".
  const replaces = malice.about === 'ours' && !pick(targets, malice.which).ruled;
  const direction = replaces ? 'BOTH' : malice.direction;
  const message: { [member: string]: Json } = {
    order: malice.order,
    direction,
    level: direction === 'BOTH' ? 'EVERYTHING' : malice.level,
    granted: malice.granted,
  };
  const forgery: Forgery = { parts: contentOf(malice, uid, fields), message };
  const update = (more: Forgery = {}) => sender.update(uid, id, { ...forgery, ...more });
  switch (malice.claim) {
    case 'nothing else':
      return update();
    case 'origin of ours':
      return update({ spoil: ({ header }) => (header.origin = sender.peer.id) });
    case 'origin of nobody':
      return update({ spoil: ({ header }) => (header.origin = '12f7caac-0863-8cc3-ae76-b27529f03827') });
    case 'parent of ours':
      return update({ parents: [theirs.leaf!] });
    case 'parent of nobody':
      return update({ parents: [nobody] });
    case 'itself as parent':
      return update({ spoil: ({ header }) => (header.parents = [nobody]) });
    case 'merge of strangers':
      return update({ kind: 'merge', parents: [nobody, theirs.leaf!] });
    case 'delete':
      return { ...update({ kind: 'delete', parts: {} }), type: 'ENTITY_DELETE' };
    case 'delete of ours': {
      const { uid: of, id: entity, leaf } = theirs;
      return {
        ...sender.update(of, entity, { kind: 'delete', parts: {}, parents: [leaf!], message }),
        type: 'ENTITY_DELETE',
      };
    }
    case 'other part':
      return update({
        spoil: ({ parts }) => Object.values(parts).forEach((part) => (part.value.fields = { name: 'y' })),
      });
    case 'other salt':
      return update({ spoil: ({ parts }) => Object.values(parts).forEach((part) => (part.salt = '0'.repeat(32))) });
    case 'part withheld':
      return update({ spoil: ({ parts }) => Object.keys(parts).forEach((name) => delete parts[name]) });
    case 'part too many':
      return update({ spoil: ({ parts }) => (parts['fr/draft'] = { salt: '0'.repeat(32), value: {} }) });
    case 'leaf of ours':
      return update({ message: { ...message, leaves: [theirs.leaf!], revisions: [] } });
    case 'no leaf that came':
      return update({ message: { ...message, leaves: [nobody] } });
    case 'ours gave way':
      return update({ message: { ...message, aside: [theirs.leaf!, nobody] } });
    case 'everything shallow':
      return update({ parents: [nobody], message: { ...message, shallow: [nobody] } });
    case 'many versions': {
      const others = Array.from({ length: 60 }, () => update() as { leaves: string[]; revisions: Json[] });
      const all = {
        leaves: others.flatMap(({ leaves }) => leaves),
        revisions: others.flatMap(({ revisions }) => revisions),
      };
      return { ...update(), ...all };
    }
    case 'chain': {
      const revisions: Json[] = [];
      let leaf: string | null = null;
      for (let length = 0; length < 40; length += 1) {
        const next = update({ parents: leaf === null ? [] : [leaf] }) as { leaves: string[]; revisions: Json[] };
        revisions.push(...next.revisions);
        leaf = next.leaves[0]!;
      }
      return { ...update(), leaves: [leaf!], revisions };
    }
    case 'keys of others':
      return update({ message: { ...message, keys: [[{ instance: sender.peer.id, key: 'x' }], null, 7, [[]]] } });
    case 'withdrawal':
      return { type: 'ENTITY_UNREPLICATE', entity: { uid, id }, order: malice.order };
    case 'yield':
      return { type: 'ENTITY_YIELD', entity: { uid, id }, order: malice.order };
    case 'other documentId':
      return update({ message: { ...message, documentId: theirs.id } });
  }
};
