import type { EntityKey, Uid } from '../../../server/src/replication/entity';
import { entityOf, keyOf } from '../../../server/src/replication/entity';
import {
  referringFields,
  type Dependencies,
  type DependencyMode,
} from '../../../server/src/replication/controller/dependencies';
import type { Row } from '../../../server/src/replication/tables';
import { ARTICLE, CATEGORY, HOME, TAG } from './catalogue';
import type { SeededChance } from './chance';
import type { Site } from './site';
import type { World } from './world';

/** Where rules name some types only, what these refer to may go along. What may is worked out here from rules and rows alone. */

const MODES = ['never', 'missing', 'missing', 'always'] as const;
const MOST_STEPS = 3;

export interface TypeRule {
  scope: 'type';
  uid: Uid;
  level: 'EVERYTHING' | 'PUBLISHED' | 'NONE';
  direction: 'SEND_ONLY';
  dependencies: Dependencies;
}

/** Rules for articles alone, or for little more, and what goes along with them. */
export const someRules = (chance: SeededChance, level: 'EVERYTHING' | 'PUBLISHED', site: Site): TypeRule[] => {
  const fields = referringFields(site.catalogue, ARTICLE);
  const dependencies: Dependencies = {};
  for (const field of ['category', 'tags', 'blocks']) {
    if (fields.has(field) && chance.happens(0.5)) dependencies[field] = chance.pick([...MODES]);
  }
  const rule = { scope: 'type' as const, direction: 'SEND_ONLY' as const, level, dependencies: {} };
  const rules: TypeRule[] = [{ ...rule, uid: ARTICLE, dependencies }];
  for (const [uid, of] of [
    [HOME, level],
    [CATEGORY, 'NONE'],
    [TAG, 'NONE'],
  ] as const)
    if (site.catalogue.type(uid) !== null && chance.happens(0.2)) rules.push({ ...rule, uid, level: of });
  return rules;
};

export const someMode = (chance: SeededChance): DependencyMode => chance.pick([...MODES]);

const table = <T>(site: Site, name: string): T[] => site.database.table(name).all() as T[];

/** What goes along from one site to another by the rules and the references there are now: entries and by how many steps. */
export const goingAlong = (from: Site, to: Site): Map<EntityKey, number> => {
  const rules = table<Row<'rules'>>(from, 'rules').filter(({ link }) => link === to.id);
  const fallback = (table<Row<'settings'>>(from, 'settings').find(({ name }) => name === `link.dependencies:${to.id}`)
    ?.value ?? 'missing') as DependencyMode;
  const named = new Map(rules.map((rule) => [rule.uid, rule]));
  const refs = table<Row<'refs'>>(from, 'refs');
  const reached = new Map<EntityKey, number>();
  if (named.has('')) return reached;
  const levels = new Set(rules.map(({ level }) => level));
  const isSeen = (part: string, level: string) => level === 'EVERYTHING' || part.endsWith('/published');
  for (let step = 1; step <= MOST_STEPS; step += 1) {
    for (const { source, part, target, fields } of refs) {
      const { uid } = entityOf(source);
      const rule = named.get(uid);
      const isSource = step === 1 ? rule !== undefined && rule.level !== 'NONE' : reached.get(source) === step - 1;
      if (!isSource || named.has(entityOf(target).uid) || reached.has(target)) continue;
      const chosen = JSON.parse(rule?.dependencies ?? '{}') as Dependencies;
      const modes = (fields ?? '').split(',').map((field) => (step === 1 && chosen[field]) || fallback);
      const level = rule?.level ?? (levels.has('EVERYTHING') ? 'EVERYTHING' : 'PUBLISHED');
      if (modes.some((mode) => mode !== 'never') && isSeen(part, level)) reached.set(target, step);
    }
  }
  return reached;
};

/** Notes what goes along at this moment: a message may be on its way when that is over. */
export const noteGoingAlong = (world: World): void => {
  for (const { from, to } of world.links) {
    const [sender, receiver] = [from, to].map((name) => world.sites.find((site) => site.name === name)!) as [
      Site,
      Site,
    ];
    for (const entity of goingAlong(sender, receiver).keys()) world.meant.add(`${from} ${to} ${entity}`);
  }
};

/** An entry without a rule may leave where something that is shared refers to it; or what is there already, of which less is to be seen. */
export const wasMeantToGoAlong = (world: World, from: Site, to: Site, entity: { uid: Uid; id: string }): boolean => {
  noteGoingAlong(world);
  const isAsked = ({ link, entity: of, along }: Row<'replicas'>) =>
    link === to.id && of === keyOf(entity) && along === 'asked';
  if (table<Row<'replicas'>>(from, 'replicas').some(isAsked)) return true;
  return world.meant.has(`${from.name} ${to.name} ${keyOf(entity)}`);
};

/** At rest whatever an entry that a rule names refers to is there, where it is to go along and can be shown. */
export const checkAlong = (world: World, from: Site, to: Site): void => {
  const leaves = table<Row<'leaves'>>(from, 'leaves');
  const entries = new Map(table<Row<'entries'>>(from, 'entries').map((entry) => [entry.entity, entry]));
  const held = new Set(table<Row<'entries'>>(to, 'entries').flatMap((one) => (one.held === null ? [] : one.entity)));
  const replicas = table<Row<'replicas'>>(from, 'replicas').filter(({ link }) => link === to.id);
  const levels = new Set(table<Row<'rules'>>(from, 'rules').flatMap((rule) => (rule.link === to.id ? rule.level : [])));
  for (const replica of replicas) {
    const isAlong = replica.along !== null && replica.along !== 'there';
    const isNamed = table<Row<'rules'>>(from, 'rules').some(
      (rule) => rule.link === to.id && (rule.uid === replica.uid || rule.uid === '')
    );
    if (isAlong && isNamed) world.violations.push(`${from.name} sends ${replica.entity} along, which a rule names.`);
    if (isAlong && replica.level === 'EVERYTHING' && !levels.has('EVERYTHING'))
      world.violations.push(`${from.name} sends drafts of ${replica.entity} along, where no rule shares any.`);
  }
  const sources = new Set(
    replicas.flatMap(({ entity, along, wanted }) => (along === null && wanted !== null ? entity : []))
  );
  const refs = table<Row<'refs'>>(from, 'refs').filter(({ source }) => sources.has(source as EntityKey));
  for (const [target, steps] of goingAlong(from, to)) {
    const { uid } = entityOf(target);
    const entry = entries.get(target);
    const isSingleLeaf = leaves.filter((leaf) => leaf.entity === target).length === 1;
    if (steps > 1 || !entry || !isSingleLeaf || entry.held !== null || entry.shows !== 'EVERYTHING') continue;
    if (!from.catalogue.type(uid) || !to.catalogue.type(uid) || held.has(target)) continue;
    if (to.lost.has(`${uid}/${entry.local_id}`) || !refs.some((ref) => ref.target === target)) continue;
    const isPublished = from.look((rows) => rows.of(uid, entry.local_id).some(({ status }) => status === 'published'));
    const isThere = to.look((rows) => rows.of(uid, entry.local_id).length > 0);
    if (isPublished && !isThere)
      world.violations.push(`${to.name} lacks ${target}, which was to go along with what ${from.name} shares.`);
  }
};
