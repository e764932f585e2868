import { execFile, spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { access, APP, ROOT, type DatabaseKind, type Seed } from './app';
import { editorOf, type Editor } from './content';
import { createDatabase, defaultDatabase, type InstanceDatabase } from './databases';
import { adminClient, restClient, type Rest } from './rest';
import { eventually } from './wait';

export interface InstanceOptions {
  /** Its name as a site, and in its folder's name. */
  name: string;
  database?: DatabaseKind;
  port?: number;
  /** Added to the environment of the process; changes take effect at the next start. */
  env?: Record<string, string | undefined>;
  seed?: Seed;
  /** Starts on a copy of another instance's database, which must not be running. */
  copyOf?: Instance;
  /** A second process of another instance, which runs: the same database server, files and address, as behind one balancer. */
  beside?: Instance;
  /** Serve the admin panel; it must have been built. Off by default: it costs time at boot. */
  panel?: boolean;
  /** Without the replication plugin. */
  plain?: boolean;
}

/** A real Strapi in a process of its own, with its own database, public folder, port and host name. */
export interface Instance {
  readonly name: string;
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly database: InstanceDatabase;
  /** null unless on SQLite. */
  readonly databaseFile: string | null;
  readonly env: Record<string, string | undefined>;
  /** The admin API, logged in; paths from the root. */
  admin(): Promise<Rest>;
  /** What an editor does, through the admin API. */
  editor(): Promise<Editor>;
  /** The content API with an API token of full access; paths from the root, as in `/api/articles`. */
  rest(): Rest;
  /** The content API as the public sees it. */
  visitor(): Rest;
  /**
   * Runs the body of an asynchronous function of `strapi` and `args` inside the process and gives what it returns.
   * A function is sent as its source: it sees its parameters only.
   */
  run<T = any, A = any>(code: string | ((strapi: any, args: A) => Promise<T> | T), args?: A): Promise<T>;
  /** Ends the process with a signal and waits until it is gone. SIGKILL is a crash. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again after {@link kill}, on the same port and database. */
  start(): Promise<void>;
  restart(signal?: NodeJS.Signals): Promise<void>;
  /** Runs Strapi's own command line on its database, as in `strapi('export', '--file', …)`; gives what it printed. */
  strapi(...args: string[]): Promise<string>;
  /** Ends it and removes its folder and database. */
  stop(): Promise<void>;
  running(): boolean;
  logs(): string;
}

/** What runs inside may be a whole scenario, on a machine that is busy with others. */
const RUN_WITHIN = 280_000;

const started = new Set<Instance>();
let count = 0;

/**
 * Ports that no system gives to outgoing connections: nobody takes an instance's own while it is down. Each process of
 * Jest has a range of them, and begins anywhere in it, as there may be other checkouts.
 */
const RANGE = { first: 12_000, each: 1_000, ranges: 20 };
const ownRange = RANGE.first + RANGE.each * ((Number(process.env.JEST_WORKER_ID ?? 1) - 1) % RANGE.ranges);
let given = process.pid % RANGE.each;

/** A port of our own that nobody listens on. */
export const freePort = async (): Promise<number> => {
  for (let tried = 0; tried < RANGE.each; tried += 1) {
    given = (given + 1) % RANGE.each;
    const port = ownRange + given;
    if (await isFree(port)) return port;
  }
  throw new Error(`No port from ${ownRange} to ${ownRange + RANGE.each - 1} is free.`);
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Boots an instance and waits until it answers. Every instance is stopped after the test file that started it. */
export const startInstance = async (options: InstanceOptions): Promise<Instance> => {
  const { copyOf, beside } = options;
  const kind = copyOf?.database.kind ?? options.database ?? defaultDatabase();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `replication-${options.name}-`));
  const source = copyOf && { folder: copyOf.folder, database: copyOf.database.name };
  const database: InstanceDatabase = beside
    ? { ...beside.database, drop: async () => {} }
    : await createDatabase(kind, source ?? options.seed ?? 'empty', folder);
  const port = options.port ?? (await freePort());
  // Admin cookies ignore ports: every other instance has another host name, so that one browser can be logged in to two.
  const url = `http://${count++ % 2 === 0 ? '127.0.0.1' : 'localhost'}:${port}`;
  const logFile = path.join(folder, 'log.txt');
  const env = { ...options.env };
  /** What visitors and other sites know it by. */
  const address = beside?.url ?? url;
  const { ADMINISTRATOR, API_TOKEN } = await access();
  let child: ChildProcess | null = null;
  let administrator: Promise<Rest> | null = null;

  const logs = () => (fs.existsSync(logFile) ? fs.readFileSync(logFile, 'utf8') : '');
  const running = () => child !== null && child.exitCode === null && child.signalCode === null;

  const environment = (): NodeJS.ProcessEnv => ({
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TMPDIR: process.env.TMPDIR,
    NODE_ENV: 'production',
    NODE_NO_WARNINGS: '1',
    STRAPI_TELEMETRY_DISABLED: 'true',
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: address,
    PUBLIC_DIR: path.join(beside?.folder ?? folder, 'public'),
    SERVE_ADMIN: String(options.panel ?? false),
    PLAYGROUND_BACKDOOR: '1',
    PLAYGROUND_WITH_PLUGIN: String(!options.plain),
    REPLICATION_PUBLIC_URL: address,
    REPLICATION_SITE_NAME: options.name,
    // Everything here is on the loopback interface, which a site's administrator has to allow.
    REPLICATION_CONFIG: JSON.stringify({ allowPrivateAddresses: true }),
    ...database.env,
    ...env,
  });

  const start = async () => {
    if (running()) throw new Error(`${options.name} is running already.`);
    administrator = null;
    const log = fs.openSync(logFile, 'a');
    const script = path.join(ROOT, 'playground', 'serve.cjs');
    child = spawn(process.execPath, [script], { cwd: APP, env: environment(), stdio: ['ignore', log, log, 'ipc'] });
    fs.closeSync(log);
    // The channel only tells the process that we are gone; it must not keep us here.
    child.channel?.unref();
    try {
      await eventually(() => !running() || answers(url), { within: 90_000, what: `${options.name} to start` });
      if (!running()) throw new Error(`${options.name} ended while it started.`);
    } catch (error) {
      await kill('SIGKILL');
      throw new Error(`${(error as Error).message}\nThe end of its log:\n${logs().slice(-6000)}`, { cause: error });
    }
  };

  const kill = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (!child || !running()) return;
    const dying = child;
    dying.kill(signal);
    // A process that does not end by itself is ended: no test waits for ever, no server is left behind.
    await eventually(() => !running(), { within: 15_000 }).catch(() => dying.kill('SIGKILL'));
    await eventually(() => !running(), { within: 5_000, what: `${options.name} to end` });
  };

  const run = async <T, A>(code: string | ((strapi: any, args: A) => Promise<T> | T), args?: A): Promise<T> => {
    const body = typeof code === 'string' ? code : `return (${code.toString()})(strapi, args)`;
    const client = restClient(url, undefined, RUN_WITHIN);
    return (await client.post('/api/playground/run', { code: body, args: args ?? null })).result;
  };

  const admin = () => (administrator ??= adminClient(url, ADMINISTRATOR.email, ADMINISTRATOR.password));

  const instance: Instance = {
    name: options.name,
    url,
    port,
    folder,
    database,
    databaseFile: database.file,
    env,
    admin,
    editor: async () => editorOf(await admin()),
    rest: () => restClient(url, () => ({ authorization: `Bearer ${API_TOKEN}` })),
    visitor: () => restClient(url),
    run,
    kill,
    start,
    restart: async (signal) => {
      await kill(signal);
      await start();
    },
    strapi: async (...args) => {
      const command = path.join(ROOT, 'node_modules', '@strapi', 'strapi', 'bin', 'strapi.js');
      const options = { cwd: APP, env: environment(), timeout: RUN_WITHIN };
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [command, ...args], options);
      return stdout + stderr;
    },
    stop: async () => {
      await kill();
      started.delete(instance);
      await database.drop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
    running,
    logs,
  };
  started.add(instance);
  await start();
  return instance;
};

const answers = async (url: string): Promise<boolean> => {
  const response = await fetch(`${url}/_health`, { signal: AbortSignal.timeout(2_000) });
  return response.status === 204;
};

/** Runs code inside an instance; see {@link Instance.run}. */
export const runInside = <T = any, A = any>(
  instance: Instance,
  code: string | ((strapi: any, args: A) => Promise<T> | T),
  args?: A
): Promise<T> => instance.run(code, args);

export const stopAllInstances = async (): Promise<void> => {
  await Promise.all([...started].map((instance) => instance.stop()));
};

// In a test file: nothing is left running after it, whatever its tests forgot.
if (typeof afterAll === 'function') afterAll(stopAllInstances, 60_000);
