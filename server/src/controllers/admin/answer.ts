import { errors } from '@strapi/utils';
import { ReplicationError } from '../../replication/errors';
import { NotAllowed, type AdminContext } from './access';

/** Turns what `work` returns into the answer, and errors of the domain into errors Strapi shows with their message. */
export const answering =
  (work: (ctx: AdminContext) => Promise<unknown>) =>
  async (ctx: AdminContext): Promise<void> => {
    // Codes and queue states are of the moment, and codes are secrets.
    ctx.set('Cache-Control', 'no-store');
    try {
      ctx.body = { data: (await work(ctx)) ?? null };
    } catch (error) {
      if (error instanceof NotAllowed) return ctx.forbidden(error.message, { code: 'FORBIDDEN' });
      throw asStrapiError(error);
    }
  };

const ABSENT = new Set(['LINK_UNKNOWN', 'UNKNOWN_LINK', 'KEY_UNKNOWN', 'NOT_FOUND']);

export const asStrapiError = (error: unknown): unknown => {
  if (!(error instanceof ReplicationError)) return error;
  const details = { ...error.details, code: error.code };
  return ABSENT.has(error.code)
    ? new errors.NotFoundError(error.message, details)
    : new errors.ApplicationError(error.message, details);
};
