import { randomBytes } from 'node:crypto';
import type { Core } from '@strapi/types';
import type { Secrets } from '../../replication/link/identity';
import type { Chance, Clock } from '../../replication/ports';

export const systemClock: Clock = { now: () => Date.now() };

export const systemChance: Chance = {
  bytes: (length) => randomBytes(length),
  fraction: () => randomBytes(4).readUInt32BE() / 2 ** 32,
};

interface EncryptionService {
  encrypt(value: string): string | null;
  decrypt(value: string): string | null;
}

/** Strapi's own encryption of secrets in the database (AES-256-GCM under `admin.secrets.encryptionKey`). */
export const strapiSecrets = (strapi: Core.Strapi): Secrets => {
  const service = () => strapi.service('admin::encryption') as unknown as EncryptionService | undefined;
  const missing = () =>
    strapi.config.get('admin.secrets.encryptionKey') && service()
      ? null
      : 'This site has no encryption key, so its private key cannot be stored. Add ENCRYPTION_KEY to .env and ' +
        "`secrets: { encryptionKey: env('ENCRYPTION_KEY') }` to config/admin, or set REPLICATION_PRIVATE_KEY. Then restart Strapi.";
  return {
    missing,
    encrypt: (text) => {
      const encrypted = service()?.encrypt(text);
      if (!encrypted) throw new Error(missing() ?? 'Strapi could not encrypt the private key.');
      return encrypted;
    },
    decrypt: (text) => service()?.decrypt(text) ?? null,
  };
};

/** Where visitors reach this site, which may be below a path that a proxy adds; '' where no public address is configured. */
export const publicUrl = (strapi: Core.Strapi, configured: string): string => {
  const url = (configured || strapi.config.get<string>('server.url', '')).replace(/\/+$/, '');
  return /^https?:\/\//.test(url) ? url : '';
};

/**
 * Where other sites reach this one, REST prefix included; '' where no public address is configured. A proxy usually takes
 * away the path that it adds; where it keeps it, the REST prefix begins with that path, and it is named once.
 */
export const publicAddress = (strapi: Core.Strapi, configured: string): string => {
  const url = publicUrl(strapi, configured);
  if (url === '') return '';
  const prefix = `/${restPrefix(strapi)}`;
  const path = new URL(url).pathname.replace(/\/+$/, '');
  const isKept = path !== '' && `${prefix}/`.startsWith(`${path}/`);
  return `${isKept ? url.slice(0, -path.length) : url}${prefix}`.replace(/\/+$/, '');
};

/** Where requests of other sites arrive, as a path of this site: without a REST prefix the admin API's are beside it. */
export const peerAddress = (strapi: Core.Strapi): string => `/${restPrefix(strapi)}/replication/v1/`.replace('//', '/');

const restPrefix = (strapi: Core.Strapi): string =>
  strapi.config.get<string>('api.rest.prefix', '/api').replace(/^\/+|\/+$/g, '');
