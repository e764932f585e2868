import { NotPossible } from '../errors';
import type { Unit } from '../ports';
import { CURRENT_KEY } from './identity';
import { tellAll } from './rows';

/**
 * Where an identity is at home: its public URL, and facts of the database that a copy of it would not share.
 * docs/architecture.md, "A copied database is silent", says which and why. '' is what could not be found out.
 */
export interface Place {
  url: string;
  facts: { [name: string]: string };
}

export interface Binding extends Place {
  at: number;
  /** The word by which the environment last said that the site was moved: each is good once. */
  word: string;
}

/** What stands in the way of this database's identity being used here. */
export interface PlaceQuestion {
  before: Place;
  now: Place;
  /** `url`, or the name of a fact. */
  differs: string[];
  boundAt: number;
}

export const PLACE = 'identity.place';

export const readBinding = async ({ tables }: Unit): Promise<Binding | null> => {
  const [setting] = await tables.find('settings', { name: PLACE });
  return bindingFrom(setting?.value);
};

export const bindingFrom = (value: string | undefined): Binding | null =>
  value === undefined ? null : (JSON.parse(value) as Binding);

export const bind = async ({ tables }: Unit, binding: Binding): Promise<void> =>
  tables.insert('settings', [{ name: PLACE, value: JSON.stringify(binding) }], 'replace');

/** Where this differs from where the identity was bound. What one of the two does not know is not compared. */
export const differencesOf = (before: Place, now: Place): string[] => {
  const differs = (a: string | undefined, b: string | undefined) => !!a && !!b && a !== b;
  return [
    ...(differs(before.url, now.url) ? ['url'] : []),
    ...Object.keys(now.facts).filter((name) => differs(before.facts[name], now.facts[name])),
  ];
};

export const questionOf = (binding: Binding | null, now: Place): PlaceQuestion | null => {
  const differs = binding ? differencesOf(binding, now) : [];
  if (!binding || differs.length === 0) return null;
  return { before: { url: binding.url, facts: binding.facts }, now, differs, boundAt: binding.at };
};

/**
 * Compares at a start. Binds an identity that is not bound yet, and one whose move was announced by a new word; else
 * answers what is to be asked.
 */
export const settlePlace = async (unit: Unit, now: Place, word: string, at: number): Promise<PlaceQuestion | null> => {
  const binding = await readBinding(unit);
  const [hasIdentity] = await unit.tables.find('settings', { name: CURRENT_KEY });
  if (!binding || !hasIdentity) {
    await bind(unit, { ...now, at, word });
    return null;
  }
  const question = questionOf(binding, now);
  if (question === null) {
    const known = { ...binding, url: now.url || binding.url, facts: { ...binding.facts, ...found(now.facts) } };
    const next = { ...known, word: word || binding.word };
    if (JSON.stringify(next) !== JSON.stringify(binding)) await bind(unit, next);
    return null;
  }
  if (word === '' || word === binding.word) return question;
  await moveTo(unit, now, word, at);
  return null;
};

/** The answer "this site was moved here". */
export const moveHere = async (unit: Unit, now: Place, at: number): Promise<void> => {
  const { word } = await requireQuestion(unit, now);
  await moveTo(unit, now, word, at);
};

/** Throws where somebody has answered already: of two answers at once the first holds. */
export const requireQuestion = async (unit: Unit, now: Place): Promise<Binding> => {
  await unit.tables.lock('settings', { name: PLACE });
  const binding = await readBinding(unit);
  if (!binding || questionOf(binding, now) === null) {
    throw new NotPossible('NOTHING_ASKED', 'This site is where it was: there is nothing to answer.');
  }
  return binding;
};

const moveTo = async (unit: Unit, now: Place, word: string, at: number): Promise<void> => {
  await bind(unit, { ...now, at, word });
  await tellAll(unit);
};

const found = (facts: Place['facts']): Place['facts'] =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== ''));
