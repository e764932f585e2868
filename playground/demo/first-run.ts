import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser, visit, type Visit } from '../../tests/browser/chromium';
import { Person } from '../../tests/browser/person';
import { compareBeforeSending, finish, linkByCode, send } from '../../tests/browser/setup-walk';
import { restClient } from '../../tests/support/rest';
import { settles } from '../../tests/support/wait';
import { Desk } from './desk';
import { letVisitorsRead, openArticles, openReplication, publishArticles, register, retitle } from './first-run-panel';
import { FirstRunReport, StepFailed } from './first-run-report';
import { planSite, seedExample, startSite, writeSettings, type FirstRunSite, type Workshop } from './first-run-sites';

/** What is to be ended when all is over, the last one first. */
type Endings = (() => unknown)[];

/**
 * Two apps as newcomers have them, from the packed plugin to an edit that visitors of live see; all that a person does
 * in the panels is done in a browser. Answers whether all of it was seen.
 */
export const proveFirstRun = async (workshop: Workshop): Promise<boolean> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'replication-first-run-'));
  const remove = () => fs.rmSync(folder, { recursive: true, force: true });
  const endings: Endings = [removeOnInterruption(remove), remove];
  const desk = new Desk();
  const people: Person[] = [];
  const report = new FirstRunReport(() => [desk, ...people].map(({ effort }) => effort));
  const staging = await planSite(folder, 'Staging', 'typescript');
  const live = await planSite(folder, 'Live', 'javascript');
  try {
    await makeSites(report, workshop, desk, folder, staging, live);
    await startSites(report, endings, [staging, live]);
    await walk(report, endings, people, staging, live);
    return true;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    return false;
  } finally {
    report.print();
    for (const end of endings.reverse()) await end();
  }
};

/** Ctrl-C leaves nothing behind either; the sites end with this process. Answers how that is called off. */
const removeOnInterruption = (remove: () => void): (() => void) => {
  const interrupted = () => {
    process.once('exit', remove);
    process.exit(1);
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, interrupted);
  return () => {
    for (const signal of signals) process.off(signal, interrupted);
  };
};

const makeSites = async (
  report: FirstRunReport,
  workshop: Workshop,
  desk: Desk,
  folder: string,
  staging: FirstRunSite,
  live: FirstRunSite
): Promise<void> => {
  let packed = '';
  await report.step('pack', 'npm pack ships the plugin', async () => {
    packed = workshop.packPlugin(path.join(folder, 'pack'));
    const { version } = JSON.parse(fs.readFileSync(path.join(packed, 'package.json'), 'utf8'));
    return `version ${version}`;
  });
  for (const { name, language, app } of [staging, live]) {
    await report.step('create', `create-strapi-app makes ${name} in ${language}`, async () =>
      workshop.createApp(app, language)
    );
    await report.step('install', `${name} has its packages`, async () => workshop.installPackages(app));
  }
  await report.step('seed', 'Staging has the example’s content', async () => seedExample(staging));
  await report.step('install', 'the plugin is installed in both, as the README says', async () => {
    desk.readInstall();
    for (const site of [staging, live]) {
      workshop.installPlugin(site.app, packed);
      writeSettings(site);
      const start = ['npm run build', 'NODE_ENV=production npm start'];
      desk.type(['npm install ../strapi-plugin-replication-0.1.0.tgz', ...site.settings, ...start]);
    }
  });
  for (const { name, app } of [staging, live]) {
    await report.step('build', `${name} is built for production`, async () => workshop.buildApp(app));
  }
};

const startSites = async (report: FirstRunReport, endings: Endings, sites: FirstRunSite[]): Promise<void> => {
  for (const site of sites) {
    await report.step('boot', `${site.name} starts for production, without an error in its log`, async () => {
      const { logs, stop } = await startSite(site);
      endings.push(stop);
      const error = /^.*\berror\b.*$/im.exec(logs());
      if (error) throw new Error(error[0]);
    });
  }
};

const walk = async (
  report: FirstRunReport,
  endings: Endings,
  people: Person[],
  staging: FirstRunSite,
  live: FirstRunSite
): Promise<void> => {
  let browser: Browser | null = null;
  const visits: Visit[] = [];
  endings.push(() => browser?.close());
  await report.step('boot', 'a browser opens both panels', async () => {
    browser = await launchBrowser();
    for (const site of [staging, live]) visits.push(await visit(browser, site, { stranger: true }));
  });
  const [editor, publisher] = visits.map(({ page }) => new Person(page));
  people.push(editor, publisher);
  const both = { staging: { site: 'Staging', person: editor }, live: { site: 'Live', person: publisher } };
  try {
    await report.step('panel', 'the first administrators register', async () => {
      await register(editor, 'Ada');
      await register(publisher, 'Grace');
    });
    await report.step('panel', 'the example’s articles, which are drafts, are published', () =>
      publishArticles(editor)
    );
    await report.step('replication', 'a link code from Live links both sites', async () => {
      for (const person of people) await openReplication(person);
      await linkByCode(both);
    });
    await report.step('replication', 'the wizard compares both sites before anything is sent', async () => {
      await compareBeforeSending(both);
      return textOf(editor, /^\d+ entries are created on Live\./);
    });
    await report.step('replication', 'all of it arrives on Live', async () => {
      await send(both);
      const told = await textOf(editor, /entries and files are up to date on Live/);
      await finish(both);
      return told;
    });
    await lookAtLive(report, editor, publisher, staging, live);
    const complaints = visits.flatMap((one) => one.complaints);
    await report.step('panel', 'the browser complained about nothing', async () => {
      if (complaints.length) throw new Error(complaints.join('\n'));
    });
  } catch (error) {
    for (const [at, { screenshot }] of visits.entries()) {
      console.log(`What was on the screen: ${await screenshot(`first-run-${at === 0 ? 'staging' : 'live'}`)}`);
    }
    throw error;
  }
};

const textOf = (person: Person, text: RegExp): Promise<string> => person.page.getByText(text).first().innerText();

/** Articles as visitors get them, by title. */
const articlesOf = async ({ url }: FirstRunSite): Promise<string[]> => {
  const { data } = await restClient(url).get('/api/articles?sort=title&pagination[pageSize]=100');
  return data.map(({ title }: { title: string }) => title);
};

const lookAtLive = async (
  report: FirstRunReport,
  editor: Person,
  publisher: Person,
  staging: FirstRunSite,
  live: FirstRunSite
): Promise<void> => {
  const [first] = await articlesOf(staging);
  await report.step('panel', 'Live’s own panel shows the articles', async () => {
    await openArticles(publisher);
    await publisher.see(publisher.page.getByRole('gridcell', { name: first }));
    return `“${first}”`;
  });
  await report.step('panel', 'visitors of Live read them, once Live lets them', async () => {
    await letVisitorsRead(publisher);
    const [here, there] = await Promise.all([staging, live].map(articlesOf));
    if (here.join() !== there.join()) throw new Error(`Staging has ${here.join()}, Live has ${there.join()}`);
    return `${there.length} articles, as on Staging`;
  });
  const changed = `${first} (revised)`;
  await report.step('panel', 'an editor changes and publishes one on Staging', () => retitle(editor, first, changed));
  await report.step('replication', 'visitors of Live read it', async () => {
    await settles(async () => {
      if (!(await articlesOf(live)).includes(changed)) throw new Error('Live still has what was there before.');
    });
    return `“${changed}”`;
  });
  await report.step('panel', 'Live’s own panel shows it, Staging’s says that it is up to date', async () => {
    await openArticles(publisher);
    // Strapi's panel keeps a list for a minute, whoever changes what is in it.
    await publisher.reload();
    await publisher.see(publisher.page.getByRole('gridcell', { name: changed }));
    await editor.see(editor.page.getByRole('complementary').getByText('Up to date'));
  });
};
