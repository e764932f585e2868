import type { Core } from '@strapi/types';
import { choiceOf, withEnvironment, type ReplicationConfig } from './config';
import { leaveUnparsed } from './http/unparsed';
import { runtime } from './runtime';
import { createReadOnly } from './strapi/capture/read-only';
import { createSchemas } from './strapi/content/schemas';
import { peerAddress } from './strapi/environment/ports';
import { outermost } from './strapi/notify/document-chain';
import { watchListeners } from './strapi/notify/listeners';

/** Before the database is there: only what must stand outside every other plugin's document middleware. */
export const register = ({ strapi }: { strapi: Core.Strapi }): void => {
  const config = withEnvironment(strapi.config.get<ReplicationConfig>('plugin::replication'), process.env);
  runtime.config = config;
  if (config.enabled === false) return;
  strapi.server.use(leaveUnparsed(peerAddress(strapi)) as never);
  const localFieldsOf = (uid: string) => choiceOf(config, uid).localFields;
  const readOnly = createReadOnly(strapi, createSchemas(strapi, localFieldsOf), localFieldsOf);
  runtime.readOnly = readOnly;
  strapi.documents.use((context, next) => {
    const on = next as unknown as () => Promise<unknown>;
    return outermost(context, () => readOnly.documentMiddleware(context, on), on) as never;
  });
  runtime.listeners = watchListeners(strapi);
};
