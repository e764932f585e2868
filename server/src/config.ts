import path from 'node:path';
import { DEFAULT_QUOTA, type QuotaLimits } from './http/quota';
import type { Retention } from './replication/history/retention';

/** What is chosen for one content type. */
export interface TypeChoice {
  /** Database lifecycles and document middlewares of the site run. */
  lifecycles: boolean;
  /** `once`: one call for all entries that were applied together, as in a first fill. */
  webhooks: 'each' | 'once' | 'never';
  /** Fields of the site's own: never sent, never written over. */
  localFields: readonly string[];
}

/** The plugin's configuration: `config/plugins` of the site, over which the environment stands. docs/api.md lists it. */
export interface ReplicationConfig {
  /** null: on, but not in development. */
  enabled: boolean | null;
  /** The kill switch: nothing is sent and nothing taken in, saves are still recorded. */
  paused: boolean;
  /** Where other sites reach this one, without the REST prefix; Strapi's own `url` where empty. */
  publicUrl: string;
  siteName: string;
  /** A word that says, once, that this site was moved here: for moves without a person. */
  moved: string;
  /** PEM, or base64 of a 32-byte seed. Without it a key is made and kept encrypted. */
  privateKey: string | null;
  /** Links that stand in the configuration of both sites: a list, or its JSON. */
  links: unknown;
  /** What proxies before other sites ask for, by address: a list, or its JSON. See `http/credentials.ts`. */
  credentials: unknown;
  /** Rules that cannot be changed in the panel. `link` is the other site's id, address or name. */
  rules: unknown;
  /** Other sites may have addresses in private networks. Off: only public addresses are called. */
  allowPrivateAddresses: boolean;
  /** Largest file taken from another site, in bytes. */
  maxFileBytes: number;
  /** Where bytes of files lie that have come in only in part: machines of one site have to share it. '': a temporary folder. */
  incomingFolder: string;
  /** By a content type's uid. */
  contentTypes: { [uid: string]: Partial<TypeChoice> };
  /** What one linked site may send: more is put off. */
  quota: QuotaLimits;
  /** How long the content of old versions is kept; `false`: for ever. */
  history: Retention | false;
}

export const defaultConfig = (): ReplicationConfig => ({
  enabled: null,
  paused: false,
  publicUrl: '',
  siteName: '',
  moved: '',
  privateKey: null,
  links: null,
  credentials: null,
  rules: null,
  allowPrivateAddresses: false,
  maxFileBytes: 1024 * 1024 * 1024,
  incomingFolder: '',
  contentTypes: {},
  quota: DEFAULT_QUOTA,
  history: { days: 90, versions: 50 },
});

export const choiceOf = ({ contentTypes }: Pick<ReplicationConfig, 'contentTypes'>, uid: string): TypeChoice => {
  const chosen = Object.hasOwn(contentTypes, uid) ? contentTypes[uid] : undefined;
  return {
    lifecycles: chosen?.lifecycles ?? true,
    webhooks: chosen?.webhooks ?? 'each',
    localFields: chosen?.localFields ?? [],
  };
};

/** What the environment says wins over files, so that a copy of a project can be told apart without editing it. */
export const withEnvironment = (config: ReplicationConfig, env: NodeJS.ProcessEnv): ReplicationConfig => ({
  ...config,
  enabled: flag(env.REPLICATION_ENABLED) ?? config.enabled,
  paused: flag(env.REPLICATION_PAUSED) ?? config.paused,
  publicUrl: env.REPLICATION_PUBLIC_URL || config.publicUrl,
  siteName: env.REPLICATION_SITE_NAME || config.siteName,
  moved: (env.REPLICATION_MOVED || config.moved).trim(),
  privateKey: env.REPLICATION_PRIVATE_KEY || config.privateKey,
  links: env.REPLICATION_LINKS || config.links,
  credentials: env.REPLICATION_CREDENTIALS || config.credentials,
  rules: env.REPLICATION_RULES || config.rules,
  allowPrivateAddresses: flag(env.REPLICATION_ALLOW_PRIVATE_ADDRESSES) ?? config.allowPrivateAddresses,
  incomingFolder: env.REPLICATION_INCOMING_FOLDER || config.incomingFolder,
});

const flag = (value: string | undefined): boolean | null => {
  if (value === undefined || value === '') return null;
  return ['1', 'true', 'yes', 'on'].includes(value.toLowerCase());
};

/** Strapi calls this at start; what it throws is shown and stops the start, so only what is certainly a mistake throws. */
export const validateConfig = (config: ReplicationConfig): void => {
  for (const name of ['enabled', 'paused', 'allowPrivateAddresses'] as const) {
    const unset = name === 'enabled' && config.enabled === null;
    if (!unset && typeof config[name] !== 'boolean') {
      throw new Error(`replication: “${name}” must be true or false.`);
    }
  }
  if (typeof config.moved !== 'string') throw new Error('replication: “moved” must be a word.');
  if (!Number.isSafeInteger(config.maxFileBytes) || config.maxFileBytes < 1) {
    throw new Error('replication: “maxFileBytes” must be a positive number of bytes.');
  }
  if (typeof config.incomingFolder !== 'string' || (config.incomingFolder && !path.isAbsolute(config.incomingFolder))) {
    throw new Error('replication: “incomingFolder” must be the absolute path of a folder.');
  }
  validateContentTypes(config.contentTypes);
  validateHistory(config.history);
  for (const name of ['requestsPerSecond', 'messagesPerDay', 'bytesPerDay'] as const) {
    if (!(config.quota?.[name] > 0)) throw new Error(`replication: “quota.${name}” must be a positive number.`);
  }
};

const validateHistory = (history: unknown): void => {
  if (history === false) return;
  if (!isObject(history))
    throw new Error('replication: “history” must be an object such as { days: 90, versions: 50 }, or false.');
  const { days, versions, ...others } = history;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined)
    throw new Error(`replication: “history” has “${unknown}”. What can be set is days and versions.`);
  for (const [name, value, least] of [
    ['days', days, 1],
    ['versions', versions, 10],
  ] as const) {
    if (!Number.isSafeInteger(value) || (value as number) < least)
      throw new Error(`replication: “history.${name}” must be a whole number, at least ${least}.`);
  }
};

const WEBHOOKS = ['each', 'once', 'never'];

const validateContentTypes = (contentTypes: unknown): void => {
  const example = '{ "api::article.article": { lifecycles: false, webhooks: "once" } }';
  if (!isObject(contentTypes)) throw new Error(`replication: “contentTypes” must be an object such as ${example}.`);
  for (const [uid, choice] of Object.entries(contentTypes)) {
    const where = `replication: “contentTypes” for “${uid}”`;
    if (!/^(api|plugin)::/.test(uid)) throw new Error(`${where} names no content type. Its form is ${example}.`);
    if (!isObject(choice))
      throw new Error(`${where} must be an object such as { lifecycles: false, webhooks: "once" }.`);
    const { lifecycles, webhooks, localFields, ...others } = choice;
    const unknown = Object.keys(others)[0];
    if (unknown !== undefined)
      throw new Error(`${where} has “${unknown}”. What can be set is lifecycles, webhooks and localFields.`);
    if (lifecycles !== undefined && typeof lifecycles !== 'boolean') {
      throw new Error(`${where}: “lifecycles” must be true or false.`);
    }
    if (webhooks !== undefined && !WEBHOOKS.includes(webhooks as string)) {
      throw new Error(`${where}: “webhooks” must be "each", "once" or "never".`);
    }
    if (localFields !== undefined && !isListOfNames(localFields)) {
      throw new Error(`${where}: “localFields” must be a list of names of its fields.`);
    }
  }
};

const isListOfNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '');

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
