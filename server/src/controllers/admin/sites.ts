import type { Core } from '@strapi/types';
import type { LinkView } from '../../contracts';
import { readJobs } from '../../services/jobs';
import { readLink, readOverview } from '../../services/overview';
import { engineOf, findLink, type AdminContext } from './access';
import { answering } from './answer';
import { codeBody, keyParams, leaveBody, linkParams, nothing, read, renameBody } from './input';

/** This site, the sites it is linked with, and how links come and go. */
export const sites = ({ strapi }: { strapi: Core.Strapi }) => {
  /** Does something to one link and answers how it stands afterwards. */
  const changing = (change: (id: string, ctx: AdminContext) => Promise<void>) =>
    answering(async (ctx): Promise<LinkView | null> => {
      const { id } = read(linkParams, ctx.params);
      await findLink(engineOf(strapi), id);
      await change(id, ctx);
      return readLink(engineOf(strapi), id);
    });

  /** The same, for actions that take no input. */
  const acting = (act: (id: string) => Promise<void>) =>
    changing(async (id, ctx) => {
      read(nothing, ctx.request.body);
      await act(id);
    });

  /** Does something to the whole site and answers how it stands afterwards. */
  const actingOnAll = (act: () => Promise<void>) =>
    answering(async (ctx) => {
      read(nothing, ctx.request.body);
      await act();
      return readOverview(strapi, engineOf(strapi), ctx.state.userAbility);
    });

  return {
    overview: answering((ctx) => readOverview(strapi, engineOf(strapi), ctx.state.userAbility)),

    moved: actingOnAll(() => engineOf(strapi).places.moved()),
    isCopy: actingOnAll(() => engineOf(strapi).places.isCopy()),
    pauseAll: actingOnAll(() => engineOf(strapi).links.pauseAll(true)),
    resumeAll: actingOnAll(() => engineOf(strapi).links.pauseAll(false)),

    changeKey: answering(async (ctx) => {
      read(nothing, ctx.request.body);
      await engineOf(strapi).keys.change();
      return engineOf(strapi).links.me();
    }),

    leave: answering(async (ctx) => {
      const { name, evenIfUntold = false } = read(leaveBody, ctx.request.body);
      await engineOf(strapi).leave({ name, evenIfUntold });
      return readOverview(strapi, engineOf(strapi), ctx.state.userAbility);
    }),

    keys: answering(async (ctx) => {
      const { id } = read(linkParams, ctx.params);
      return engineOf(strapi).keys.ofLink(id);
    }),

    revokeKey: answering(async (ctx) => {
      const { id, key } = read(keyParams, ctx.params);
      read(nothing, ctx.request.body);
      await engineOf(strapi).keys.revoke(id, key);
      return engineOf(strapi).keys.ofLink(id);
    }),

    jobs: answering(() => readJobs(strapi, engineOf(strapi))),

    issueCode: answering(async (ctx) => {
      read(nothing, ctx.request.body);
      return engineOf(strapi).links.issueCode();
    }),

    readCode: answering(async (ctx) => engineOf(strapi).links.readCode(read(codeBody, ctx.request.body).code)),

    redeem: answering(async (ctx) => {
      const { code } = read(codeBody, ctx.request.body);
      const { id } = await engineOf(strapi).links.redeem(code);
      return readLink(engineOf(strapi), id);
    }),

    accept: acting((id) => engineOf(strapi).links.accept(id)),
    refuse: acting((id) => engineOf(strapi).links.refuse(id)),
    pause: acting((id) => engineOf(strapi).links.pause(id, true)),
    resume: acting((id) => engineOf(strapi).links.pause(id, false)),

    rename: changing((id, ctx) => engineOf(strapi).links.rename(id, read(renameBody, ctx.request.body).name)),

    unlink: answering(async (ctx) => {
      const { id } = read(linkParams, ctx.params);
      await findLink(engineOf(strapi), id);
      await engineOf(strapi).links.unlink(id);
      return null;
    }),

    test: answering(async (ctx) => {
      const { id } = read(linkParams, ctx.params);
      read(nothing, ctx.request.body);
      await findLink(engineOf(strapi), id);
      return engineOf(strapi).links.test(id);
    }),
  };
};
