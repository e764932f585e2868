import type { Core } from '@strapi/types';
import { withEnvironment, type ReplicationConfig } from './config';
import { runtime } from './runtime';
import { createReadOnly } from './strapi/capture/read-only';
import { createSchemas } from './strapi/content/schemas';

/** Before the database is there: only what must stand outside every other plugin's document middleware. */
export const register = ({ strapi }: { strapi: Core.Strapi }): void => {
  runtime.config = withEnvironment(strapi.config.get<ReplicationConfig>('plugin::replication'), process.env);
  if (runtime.config.enabled === false) return;
  const readOnly = createReadOnly(strapi, createSchemas(strapi));
  runtime.readOnly = readOnly;
  strapi.documents.use((context, next) => readOnly.documentMiddleware(context, next as never) as never);
};
