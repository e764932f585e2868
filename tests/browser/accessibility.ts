import fs from 'node:fs';
import type axe from 'axe-core';
import type { Locator } from 'playwright-core';
import { still } from './still';

const SOURCE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2, A and AA. */
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const SERIOUS: ReadonlySet<string> = new Set(['serious', 'critical']);

/** What axe finds seriously wrong in here: controls without a name, too little contrast, and so on; with where it is. */
export const seriousFindings = async (place: Locator): Promise<string[]> => {
  // What fades in has too little contrast as long as it does.
  await still(place.page());
  // Into the page's own world, past its content security policy.
  await place.page().evaluate(SOURCE);
  const violations = await place.evaluate(async (element, standards) => {
    const { axe: here } = globalThis as unknown as { axe: typeof axe };
    const { violations: found } = await here.run(element, { runOnly: standards, resultTypes: ['violations'] });
    return found.map(({ id, impact, help, nodes }) => ({
      id,
      impact: impact ?? '',
      help,
      nodes: nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
    }));
  }, STANDARDS);
  return violations.flatMap(({ id, impact, help, nodes }) =>
    SERIOUS.has(impact) ? nodes.map((node) => `${id} (${help}): ${node}`) : []
  );
};
