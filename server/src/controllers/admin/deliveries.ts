import type { Core } from '@strapi/types';
import type { RetryResult } from '../../contracts';
import { readComparison } from '../../services/comparison';
import { readQueue } from '../../services/queue-page';
import { engineOf, findLink } from './access';
import { answering } from './answer';
import { compareBody, linkParams, nothing, queueQuery, read } from './input';

/** What waits, what failed, and whether both sites are equal. */
export const deliveries = ({ strapi }: { strapi: Core.Strapi }) => ({
  queue: answering(async (ctx) => {
    const { id } = read(linkParams, ctx.params);
    const query = read(queueQuery, ctx.query);
    await findLink(engineOf(strapi), id);
    return readQueue(strapi, engineOf(strapi), ctx.state.userAbility, id, query);
  }),

  retry: answering(async (ctx): Promise<RetryResult> => {
    const { id } = read(linkParams, ctx.params);
    read(nothing, ctx.request.body);
    await findLink(engineOf(strapi), id);
    return { retried: await engineOf(strapi).retry({ link: id }) };
  }),

  compare: answering(async (ctx) => {
    const { id } = read(linkParams, ctx.params);
    const repair = read(compareBody, ctx.request.body)?.repair === true;
    await findLink(engineOf(strapi), id);
    return readComparison(strapi, engineOf(strapi), ctx.state.userAbility, id, repair);
  }),
});
