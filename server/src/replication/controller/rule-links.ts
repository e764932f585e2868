import { canonical, sha256 } from '../history/canonical';
import { instanceId } from '../link/key-record';
import type { Unit } from '../ports';
import type { Row } from '../tables';

/*
 * Which linked site a rule of the configuration means. Its id is its own; what it is called and where it is said to be it
 * tells itself, and may tell otherwise at any time, as may any other linked site. So a name or an address is looked up once,
 * and stays with the site that it was found for: neither takes somebody else's rules by saying so, nor loses its own.
 */

/** The setting that holds {@link Noted}, as JSON. */
const NOTED = 'rules.links';

interface Noted {
  /** Hash of the rules that were applied last. */
  rules: string;
  /** For whom what the configuration calls a site was found: ids by name or address. */
  found: { [called: string]: string };
  /** What somebody has to put right there, in words. */
  unclear: string[];
}

export interface RuleLinks {
  /** Whether a rule for what is called so is one for this link. */
  means(called: string, link: string): boolean;
  /** Nobody can tell whether rules are for this link: those that it has stay. */
  isUnclear(link: string): boolean;
  /** As it was noted. */
  unclear: readonly string[];
}

/** Finds whom the configured rules mean, and notes it. */
export const findRuleLinks = async (
  { tables }: Unit,
  links: readonly Row<'links'>[],
  rules: readonly { link: string }[]
): Promise<RuleLinks> => {
  const noted = await loadNoted(tables);
  const now: Noted = { rules: sha256(canonical(rules)), found: {}, unclear: [] };
  const ambiguous = new Set<string>();
  let isAnyUnknown = false;
  for (const called of new Set(rules.map(({ link }) => link))) {
    const before = noted && Object.hasOwn(noted.found, called) ? noted.found[called]! : null;
    const fits = fitting(links, called, before);
    // Whoever has the rules keeps them until it is clear.
    const found = fits.length === 1 ? fits[0]!.id : before;
    if (found !== null) now.found[called] = found;
    if (fits.length > 1) {
      for (const { id } of fits) ambiguous.add(id);
      now.unclear.push(severalFit(called, fits));
    } else if (fits.length === 0 && before !== null) {
      const others = standing(links).filter((link) => isCalled(link, called));
      if (others.length > 0) now.unclear.push(anotherFits(called, before, others));
    }
    isAnyUnknown ||= fits.length === 0 && before === null;
  }
  // Of a link that was found before it is known that a changed line is not for it any more.
  const known = new Set([...Object.values(noted?.found ?? {}), ...Object.values(now.found)]);
  const isAsBefore = noted === null || noted.rules === now.rules;
  const isUnclear = (id: string) => !known.has(id) && (ambiguous.has(id) || (isAnyUnknown && isAsBefore));
  const ruled = new Set((await tables.find('rules', { locked: 1 })).map(({ link }) => link));
  const kept = standing(links).filter(({ id }) => ruled.has(id) && !ambiguous.has(id) && isUnclear(id));
  now.unclear.push(...kept.map(nobodyMeans));
  if (rules.length === 0) await forgetRuleLinks(tables);
  else await tables.insert('settings', [{ name: NOTED, value: JSON.stringify(now) }], 'replace');
  return { means: (called, link) => now.found[called] === link, isUnclear, unclear: now.unclear };
};

/** As if no rule had ever named a link: where all links are gone. */
export const forgetRuleLinks = async (tables: Unit['tables']): Promise<void> => {
  await tables.remove('settings', { name: NOTED });
};

/** What is to be put right in the configured rules, for the page. */
export const ruleProblems = async ({ tables }: Pick<Unit, 'tables'>): Promise<{ code: string; message: string }[]> => {
  const unclear = (await loadNoted(tables))?.unclear ?? [];
  return unclear.length === 0 ? [] : [{ code: 'RULES_UNCLEAR', message: unclear.join(' ') }];
};

const loadNoted = async (tables: Unit['tables']): Promise<Noted | null> => {
  const [setting] = await tables.find('settings', { name: NOTED });
  return setting ? (JSON.parse(setting.value) as Noted) : null;
};

/**
 * The links that may be meant. What stands in the configuration comes before what anybody says; a link's name is not
 * always from there, so who was found before comes first.
 */
const fitting = (links: readonly Row<'links'>[], called: string, before: string | null): Row<'links'>[] => {
  if (instanceId.safeParse(called).success) return links.filter(({ id }) => id === called);
  const there = standing(links);
  const locked = there.filter((link) => link.locked === 1);
  const tries = [
    locked.filter(({ url }) => url === called),
    there.filter(({ id }) => id === before),
    locked.filter(({ name }) => name === called),
    before === null ? there.filter((link) => isCalled(link, called)) : [],
  ];
  return tries.find((fits) => fits.length > 0) ?? [];
};

const standing = (links: readonly Row<'links'>[]): Row<'links'>[] =>
  links.filter(({ state }) => state === 'REGISTERED');

const isCalled = ({ url, name }: Row<'links'>, called: string): boolean => url === called || name === called;

const idsOf = (links: readonly Row<'links'>[]): string => links.map(({ id }) => id).join(', ');

const severalFit = (called: string, fits: readonly Row<'links'>[]): string =>
  `The configured rules for “${called}” fit several linked sites (${idsOf(fits)}), so no site is given them anew. Write the id of the one that is meant instead.`;

const anotherFits = (called: string, before: string, others: readonly Row<'links'>[]): string =>
  `The configured rules for “${called}” are for the site ${before}, which is not linked any more. They are not given to ${idsOf(others)}, which is called so or is there now: if that is meant, write its id instead.`;

const nobodyMeans = ({ id }: Row<'links'>): string =>
  `The configured rules name sites that are not found, and the site ${id} has rules of the configuration that no line is for. They stay until the rules are changed: write its id there, or take out what is not meant.`;
