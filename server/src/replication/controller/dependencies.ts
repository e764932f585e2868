import { FILE_UID, type Attributes, type Components, type Uid } from '../entity';
import type { Schemas, Tables } from '../ports';
import type { Row } from '../tables';
import { MOST_ALONG, MOST_STEPS } from './along-limits';
import { nearestRule } from './decide';

/**
 * Whether what an entry refers to goes along with it where no rule names it. `README.md`, "What goes along", tells when
 * and how far.
 *
 * - `never`: the other site shows the reference once the entry comes there by a rule;
 * - `missing`: once, where it is missing there;
 * - `always`: its later changes, too.
 */
export type DependencyMode = 'never' | 'missing' | 'always';

/** Modes of a type's fields, by name. Of a component or a dynamic zone it is for everything inside. */
export type Dependencies = { [field: string]: DependencyMode };

export const MODES: readonly DependencyMode[] = ['never', 'missing', 'always'];
const DEFAULT_MODE: DependencyMode = 'missing';

export { MOST_ALONG, MOST_STEPS };

/** What people have chosen: the rules of all links, and for each link what holds where a rule says nothing. */
export interface Choices {
  rules: readonly Row<'rules'>[];
  defaults: ReadonlyMap<string, DependencyMode>;
}

const defaultName = (link: string): string => `link.dependencies:${link}`;

export const loadChoices = async (tables: Tables, links: readonly string[]): Promise<Choices> => {
  const names = new Map(links.map((link) => [defaultName(link), link]));
  const rules = await tables.find('rules', {});
  // Nothing goes along where nothing is shared by a rule.
  const settings = rules.length === 0 ? [] : await tables.find('settings', { name: [...names.keys()] });
  return {
    rules,
    defaults: new Map(settings.map(({ name, value }) => [names.get(name)!, value as DependencyMode])),
  };
};

/** What a link's default is, whether or not anything is shared yet. */
export const loadDefaultMode = async (tables: Tables, link: string): Promise<DependencyMode> => {
  const [setting] = await tables.find('settings', { name: defaultName(link) });
  return (setting?.value as DependencyMode | undefined) ?? DEFAULT_MODE;
};

export const defaultModeOf = ({ defaults }: Choices, link: string): DependencyMode =>
  defaults.get(link) ?? DEFAULT_MODE;

export const saveDefaultMode = (tables: Tables, link: string, mode: DependencyMode): Promise<void> =>
  tables.insert('settings', [{ name: defaultName(link), value: mode }], 'replace');

/** As if nobody had chosen: for a link that is over. */
export const forgetDefaultMode = async (tables: Tables, links: readonly string[]): Promise<void> => {
  await tables.remove('settings', { name: links.map(defaultName) });
};

/** The strongest mode of the fields by which an entry of this type refers to another, as {@link Row} `refs` names them. */
export const modeOf = (choices: Choices, link: string, uid: Uid, fields: string | null): DependencyMode => {
  const inherited = defaultModeOf(choices, link);
  const chosen = dependenciesIn(nearestRule(choices.rules, link, uid));
  // By which fields was not noted yet: nothing goes that any of them keeps.
  if (fields === null) return Object.values(chosen).includes('never') ? 'never' : inherited;
  const modes = fields.split(',').map((field) => (Object.hasOwn(chosen, field) ? chosen[field]! : inherited));
  return strongest(modes);
};

export const dependenciesIn = (rule: Pick<Row<'rules'>, 'dependencies'> | null): Dependencies =>
  rule?.dependencies ? (JSON.parse(rule.dependencies) as Dependencies) : {};

const strongest = (modes: readonly DependencyMode[]): DependencyMode =>
  [...MODES].reverse().find((mode) => modes.includes(mode)) ?? 'never';

export const weaker = (a: DependencyMode, b: DependencyMode): DependencyMode =>
  MODES.indexOf(a) < MODES.indexOf(b) ? a : b;

/** Which types each field of a type refers to, files apart: relations, and what stands inside components and zones. */
export const referringFields = ({ type, types, components }: Schemas, uid: Uid): Map<string, Uid[]> => {
  const fields = new Map<string, Uid[]>();
  for (const [name, attribute] of Object.entries(type(uid)?.attributes ?? {})) {
    const targets = targetsOf({ [name]: attribute }, components, new Set());
    const known = targets.has(ANY) ? types() : types().filter((one) => targets.has(one));
    const entries = known.filter((one) => one !== FILE_UID);
    if (entries.length > 0) fields.set(name, entries);
  }
  return fields;
};

/** A relation that may lead to any type. */
const ANY = '*';

const targetsOf = (attributes: Attributes, components: Components, seen: Set<Uid>): Set<Uid> => {
  const targets = new Set<Uid>();
  const inside = (uid: Uid) => {
    const inner = seen.has(uid) ? null : components(uid);
    seen.add(uid);
    for (const target of inner ? targetsOf(inner, components, seen) : []) targets.add(target);
  };
  for (const attribute of Object.values(attributes)) {
    if (attribute.kind === 'relation') targets.add(attribute.target ?? ANY);
    else if (attribute.kind === 'component') inside(attribute.component);
    else if (attribute.kind === 'zone') attribute.components.forEach(inside);
  }
  return targets;
};

/** These types, and those that what goes along with their entries may be of. */
export const reachableTypes = (schemas: Schemas, from: readonly Uid[]): Uid[] => {
  const reached = new Set(from);
  let frontier = [...reached];
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const next = frontier.flatMap((uid) => [...referringFields(schemas, uid).values()].flat());
    frontier = [...new Set(next)].filter((uid) => !reached.has(uid));
    for (const uid of frontier) reached.add(uid);
  }
  return [...reached];
};
