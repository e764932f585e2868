import type { Core } from '@strapi/types';
import { withEnvironment, type ReplicationConfig } from '../config';
import type { Problem } from '../contracts';
import { silenceOf } from '../running/silence';

/** What in the configuration keeps this site from replicating. `known` is a problem's code that is shown already. */
export const findProblems = (strapi: Core.Strapi, known?: string): Problem[] =>
  [missingKey(strapi), silenceOf(strapi, configOf(strapi))].filter(
    (one): one is Problem => one !== null && one.code !== known
  );

const missingKey = (strapi: Core.Strapi): Problem | null =>
  strapi.config.get('admin.secrets.encryptionKey') || configOf(strapi).privateKey
    ? null
    : {
        code: 'ENCRYPTION_KEY_MISSING',
        message:
          'This site has no encryption key, so its private key cannot be stored. Add ENCRYPTION_KEY to .env and ' +
          "`secrets: { encryptionKey: env('ENCRYPTION_KEY') }` to config/admin, then restart Strapi.",
      };

const configOf = (strapi: Core.Strapi): ReplicationConfig =>
  withEnvironment(strapi.config.get('plugin::replication') as ReplicationConfig, process.env);
