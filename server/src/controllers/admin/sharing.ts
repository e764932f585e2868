import type { Core } from '@strapi/types';
import type { RuleView } from '../../contracts';
import type { Engine } from '../../replication/engine';
import { readShareableTypes } from '../../services/shareable-types';
import { engineOf, findLink } from './access';
import { answering } from './answer';
import { linkParams, read, rulesBody } from './input';

/** What can be shared, and what is shared with whom. */
export const sharing = ({ strapi }: { strapi: Core.Strapi }) => ({
  types: answering(() => readShareableTypes(strapi, engineOf(strapi))),

  list: answering(async (ctx) => {
    const { id } = read(linkParams, ctx.params);
    await findLink(engineOf(strapi), id);
    return rulesOf(engineOf(strapi), id);
  }),

  replace: answering(async (ctx) => {
    const { id } = read(linkParams, ctx.params);
    const { rules } = read(rulesBody, ctx.request.body);
    await findLink(engineOf(strapi), id);
    await engineOf(strapi).rules.replace(id, rules);
    return rulesOf(engineOf(strapi), id);
  }),
});

const rulesOf = async (engine: Engine, link: string): Promise<RuleView[]> =>
  (await engine.rules.list())
    .filter((rule) => rule.link === link)
    .map(({ scope, uid, level, direction, locked }) => ({ scope, uid, level, direction, locked }));
