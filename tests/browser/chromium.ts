import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { access } from '../support/app';
import type { Instance } from '../support/instance';
import { drawIn } from './still';

const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Nothing but the tested site is ever asked for. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Where pictures of a failed step, and those asked for by `screenshot`, are put. */
const PICTURES = process.env.SCREENSHOTS ?? path.join(os.tmpdir(), 'replication-screenshots');

/** The Chromium of `REPLICATION_CHROMIUM`, an installed one, else the one that npm brought. It is an ES module: Jest cannot load it. */
const executable = (): string => {
  const found = [process.env.REPLICATION_CHROMIUM ?? '', ...INSTALLED].find(
    (file) => file !== '' && fs.existsSync(file)
  );
  if (found !== undefined && process.env.REPLICATION_CHROMIUM !== 'bundled') return found;
  const script = "import('@sparticuz/chromium').then(async (m) => console.log(await m.default.executablePath()))";
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', cwd: __dirname }).trim();
};

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: executable(), args: FLAGS, headless: true });

export interface Visit {
  page: Page;
  context: BrowserContext;
  /** What the browser complained about so far. */
  complaints: string[];
  /**
   * Of what is visible, in both themes; where the name ends in one of them, in that. Gives the file of the picture in the
   * theme of the visit.
   */
  screenshot(name: string): Promise<string>;
  close(): Promise<void>;
}

const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export type Language = 'en' | 'de' | 'es' | 'fr';

/** What Strapi's own panel asks for and these sites do not have. Every other failed request is a complaint. */
const ABSENT = [
  // Features of the edition with AI: each page of the content manager asks whether they are on.
  /^\/admin\/ai-feature-config$/,
  // The same for translations of an entry.
  /^\/i18n\/ai-localization-jobs\//,
  // The preview's address, answered with 404 where no preview is configured.
  /^\/content-manager\/preview\/url\//,
  // The entry of a single type that has none yet: the content manager may begin with one.
  /^\/content-manager\/single-types\/[^/]+$/,
];

/** Also what {@link visit} keeps the panel from asking of anybody else, such as news of new releases. */
const isExpected = (text: string, address: string, site: string): boolean => {
  if (!text.startsWith('Failed to load resource') || address === '') return false;
  const { origin, pathname } = new URL(address);
  return origin !== site || (text.includes('404') && ABSENT.some((absent) => absent.test(pathname)));
};

/** All that a browser has to know of a site. */
type Place = Pick<Instance, 'url'>;
type Session = Awaited<ReturnType<BrowserContext['storageState']>>;
const sessions = new Map<Place, Promise<Session>>();

/** Logs in once per instance, as a person does. */
const loggedIn = (browser: Browser, instance: Place): Promise<Session> => {
  const known = sessions.get(instance) ?? logIn(browser, instance);
  sessions.set(instance, known);
  return known;
};

const logIn = async (browser: Browser, instance: Place): Promise<Session> => {
  const context = await browser.newContext({ baseURL: instance.url });
  const page = await context.newPage();
  const { ADMINISTRATOR } = await access();
  await page.goto('/admin/auth/login');
  await page.locator('input[name=email]').fill(ADMINISTRATOR.email);
  await page.locator('input[name=password]').fill(ADMINISTRATOR.password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL((url) => !url.pathname.includes('/auth/'));
  const session = await context.storageState();
  await context.close();
  return session;
};

interface VisitOptions {
  theme?: Theme;
  language?: Language;
  width?: number;
  /** Nobody is logged in. */
  stranger?: boolean;
}

/** Opens the admin panel in a browser of its own, logged in. */
export const visit = async (
  browser: Browser,
  instance: Place,
  { theme = 'light', language = 'en', width = 1280, stranger = false }: VisitOptions = {}
): Promise<Visit> => {
  const context = await browser.newContext({
    storageState: stranger ? undefined : await loggedIn(browser, instance),
    baseURL: instance.url,
    // As in a browser with a window, after a click.
    permissions: ['clipboard-read', 'clipboard-write'],
    viewport: { width, height: 900 },
    locale: 'en-GB',
    colorScheme: theme,
  });
  // For a machine that is busy with others: only what fails takes so long.
  context.setDefaultTimeout(60_000);
  await context.addInitScript((chosen) => {
    // As the system has it: that can be changed while a page is open.
    localStorage.setItem('STRAPI_THEME', 'system');
    localStorage.setItem('strapi-admin-language', chosen);
  }, language);
  // A window before somebody's eyes is drawn all the time. This one is not, and Strapi shows the actions of a list only
  // in an idle moment, which comes after a frame.
  await context.addInitScript(() => void setInterval(() => requestAnimationFrame(() => {}), 100));
  // Only the tested site may be asked; Strapi's own panel would fetch news from elsewhere.
  await context.route(
    (url) => url.origin !== instance.url,
    (route) => route.abort()
  );
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    const { url } = message.location();
    if (message.type() === 'error' && !isExpected(message.text(), url, instance.url)) {
      complaints.push(`${message.text()} ${url}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));

  const take = async (name: string): Promise<string> => {
    const file = path.join(PICTURES, `${name}.png`);
    await page.screenshot({ path: file, animations: 'disabled' });
    return file;
  };
  const screenshot = async (name: string) => {
    fs.mkdirSync(PICTURES, { recursive: true });
    if (/-(light|dark)$/.test(name)) return take(name);
    const files: string[] = [];
    for (const colorScheme of THEMES) {
      await drawIn(page, colorScheme);
      files.push(await take(`${name}-${colorScheme}`));
    }
    await drawIn(page, theme);
    return files[THEMES.indexOf(theme)]!;
  };
  return { page, context, complaints, screenshot, close: () => context.close() };
};
