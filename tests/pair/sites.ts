import type { RuleInput } from '../../server/src/contracts';
import { startInstance, type Instance, type InstanceOptions } from '../support/instance';
import { linkSites, share } from '../support/link';
import { settles } from '../support/wait';
import { comparableRows, rowsOf, type ReadRow } from './rows';

export const ARTICLE = 'api::article.article';
export const CATEGORY = 'api::category.category';
export const AUTHOR = 'api::author.author';
export const PAGE = 'api::page.page';
export const BANNER = 'api::banner.banner';
export const ABOUT = 'api::about.about';
export const GLOBAL = 'api::global.global';
export const KITCHEN = 'api::kitchen.kitchen';
export const PLAIN = 'api::kitchen-plain.kitchen-plain';
export const FILE = 'plugin::upload.file';

export const ALL = [ARTICLE, CATEGORY, AUTHOR, PAGE, BANNER, ABOUT, GLOBAL, KITCHEN, PLAIN];

export interface Pair {
  staging: Instance;
  live: Instance;
  /** On staging, its link to live. */
  toLive: string;
  /** On live, its link to staging. */
  toStaging: string;
}

export const everything = (uids: string[], direction: RuleInput['direction'] = 'SEND_ONLY'): RuleInput[] =>
  uids.map((uid) => ({ scope: 'type', uid, level: 'EVERYTHING', direction }));

export const published = (uids: string[]): RuleInput[] =>
  uids.map((uid) => ({ scope: 'type', uid, level: 'PUBLISHED', direction: 'SEND_ONLY' }));

/** Two sites, started and linked; staging shares by `rules`. */
export const startPair = async (rules: RuleInput[] = [], options: Partial<InstanceOptions> = {}): Promise<Pair> => {
  const [staging, live] = await Promise.all([
    startInstance({ ...options, name: 'staging' }),
    startInstance({ ...options, name: 'live' }),
  ]);
  const { first: toLive, second: toStaging } = await linkSites(staging, live);
  // A second locale on one site only: the other gets it with the first entry that needs it.
  await staging.run(`
    const locales = strapi.plugin('i18n').service('locales');
    const known = await locales.find();
    if (!known.some(({ code }) => code === 'de')) await locales.create({ code: 'de', name: 'German (de)' });
  `);
  if (rules.length > 0) await share(staging, toLive, rules);
  return { staging, live, toLive, toStaging };
};

const SETTLED = "await strapi.plugin('replication').service('engine').settled()";

/** Until no site has anything left to record, to decide or to deliver: an answer may cause work on the other side. */
export const atRest = async (...sites: Instance[]): Promise<void> => {
  for (let round = 0; round < 2; round += 1) {
    for (const site of sites) await site.run(SETTLED);
  }
};

/** Waits until both sites have equal rows of these types (or of these entries), and gives them. */
export const equalOnBoth = async (
  { staging, live }: Pair,
  uid: string,
  documentIds: string[] | null = null
): Promise<{ staging: ReadRow[]; live: ReadRow[] }> => {
  let found: { staging: ReadRow[]; live: ReadRow[] } = { staging: [], live: [] };
  await atRest(staging, live);
  await settles(
    async () => {
      const [here, there] = await Promise.all([rowsOf(staging, uid, documentIds), rowsOf(live, uid, documentIds)]);
      found = { staging: here, live: there };
      expect(comparableRows(there)).toEqual(comparableRows(here));
    },
    { what: `${uid} to be equal on both sites` }
  );
  return found;
};
