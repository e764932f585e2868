import type { Core } from '@strapi/types';

/** What was being done when it failed, and with what. */
export const logError = (strapi: Core.Strapi, what: string) => (error: unknown) => {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  strapi.log.error(`[replication] ${what} ${detail}`);
};
