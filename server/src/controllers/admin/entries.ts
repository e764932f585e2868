import type { Core } from '@strapi/types';
import { errors } from '@strapi/utils';
import type { RetryResult } from '../../contracts';
import type { Engine } from '../../replication/engine';
import { keyOf, type EntityKey } from '../../replication/entity';
import { readEntryBriefs, readEntryStatus } from '../../services/entry-status';
import { entityAt } from '../../services/entries';
import { engineOf, findLink, refuseUnreadable } from './access';
import { answering } from './answer';
import { alongBody, entryParams, entryRetryBody, read, statusBody } from './input';

/** How single entries stand with each linked site. */
export const entries = ({ strapi }: { strapi: Core.Strapi }) => ({
  status: answering(async (ctx) => {
    const { uid, documentId } = read(entryParams, ctx.params);
    refuseUnreadable(ctx.state.userAbility, uid);
    return readEntryStatus(strapi, engineOf(strapi), ctx.state.userAbility, uid, documentId);
  }),

  statuses: answering(async (ctx) => {
    const { uid, documentIds } = read(statusBody, ctx.request.body);
    refuseUnreadable(ctx.state.userAbility, uid);
    return readEntryBriefs(engineOf(strapi), uid, documentIds);
  }),

  retry: answering(async (ctx): Promise<RetryResult> => {
    const { uid, documentId } = read(entryParams, ctx.params);
    const link = read(entryRetryBody, ctx.request.body)?.link;
    refuseUnreadable(ctx.state.userAbility, uid);
    const engine = engineOf(strapi);
    if (link !== undefined) await findLink(engine, link);
    const entity = await knownEntity(engine, uid, documentId);
    return { retried: await engine.retry(link === undefined ? { entity } : { link, entity }) };
  }),

  sendAlong: answering(async (ctx): Promise<null> => {
    const { uid, documentId } = read(entryParams, ctx.params);
    const { link, ...target } = read(alongBody, ctx.request.body);
    refuseUnreadable(ctx.state.userAbility, uid);
    refuseUnreadable(ctx.state.userAbility, target.uid);
    const engine = engineOf(strapi);
    await findLink(engine, link);
    const entity = await knownEntity(engine, uid, documentId);
    await engine.rules.sendAlong(link, entity, keyOf(target));
    return null;
  }),
});

const knownEntity = async (engine: Engine, uid: string, documentId: string): Promise<EntityKey> => {
  const entity = await engine.store.transaction(({ tables }) => entityAt(tables, uid, documentId));
  if (!entity) throw new errors.NotFoundError('Nothing is known of this entry yet.', { code: 'ENTRY_UNKNOWN' });
  return entity;
};
