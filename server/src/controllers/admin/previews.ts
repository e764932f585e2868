import type { Core } from '@strapi/types';
import { matchEntries, readDifference, readMatchFields, readPreview } from '../../services/preview';
import { engineOf, findLink, refuseUnreadable } from './access';
import { answering } from './answer';
import { differenceBody, linkParams, matchBody, previewBody, read } from './input';

/** What sharing with a site would do, and what is the same there under another id: before anything is sent. */
export const previews = ({ strapi }: { strapi: Core.Strapi }) => ({
  fields: answering(async (ctx) => {
    const { id } = read(linkParams, ctx.params);
    await findLink(engineOf(strapi), id);
    return readMatchFields(engineOf(strapi));
  }),

  preview: answering(async (ctx) => {
    const { id } = read(linkParams, ctx.params);
    const body = read(previewBody, ctx.request.body);
    await findLink(engineOf(strapi), id);
    return readPreview(strapi, engineOf(strapi), ctx.state.userAbility, id, body);
  }),

  difference: answering(async (ctx) => {
    const { id } = read(linkParams, ctx.params);
    const body = read(differenceBody, ctx.request.body);
    refuseUnreadable(ctx.state.userAbility, body.uid);
    await findLink(engineOf(strapi), id);
    return readDifference(engineOf(strapi), ctx.state.userAbility, id, body);
  }),

  match: answering(async (ctx) => {
    const { id } = read(linkParams, ctx.params);
    const body = read(matchBody, ctx.request.body);
    await findLink(engineOf(strapi), id);
    return matchEntries(strapi, engineOf(strapi), ctx.state.userAbility, id, body);
  }),
});
