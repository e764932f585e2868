import type { Browser } from 'playwright-core';
import { assemble } from '../support/app';
import { startInstance, type Instance } from '../support/instance';
import { launchBrowser, visit, type Visit } from './chromium';
import { answer, DEPENDENCIES, TYPES } from './replication-answers';

export type Answers = Parameters<typeof answer>[1];
export type VisitOptions = Parameters<typeof visit>[2];

/**
 * For all tests of a file: a site with its admin panel as it is built, and a browser. A test opens one visit, which is
 * closed after it.
 *
 * @param prepare what the site has to hold before the first test.
 */
export const startPanel = (prepare?: (site: Instance) => Promise<void>) => {
  let site: Instance;
  let browser: Browser | undefined;
  let opened: Visit | null = null;

  beforeAll(async () => {
    await assemble({ admin: true });
    site = await startInstance({ name: 'staging', panel: true });
    await prepare?.(site);
    browser = await launchBrowser();
  }, 900_000);

  afterEach(async () => {
    await opened?.close();
    opened = null;
  });

  afterAll(() => browser?.close());

  /** A visit that has not been anywhere yet. */
  const enter = async (options?: VisitOptions): Promise<Visit> => (opened = await visit(browser!, site, options));

  return {
    site: () => site,
    enter,
    /** Visits a page of the panel, which is given these answers; with what it has called. */
    open: async (path: string, answers: Answers, options?: VisitOptions): Promise<Visit & { calls: string[] }> => {
      const visited = await enter(options);
      const usual = { 'GET /jobs': [], 'GET /types': TYPES, 'GET /links/live/dependencies': DEPENDENCIES };
      const calls = await answer(visited.page, { ...usual, ...answers });
      await visited.page.goto(path);
      return { ...visited, calls };
    },
  };
};
