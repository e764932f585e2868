import type { Core } from '@strapi/types';
import type { DependenciesView, RuleView } from '../../contracts';
import { MOST_ALONG, MOST_STEPS } from '../../replication/controller/dependencies';
import type { Engine } from '../../replication/engine';
import { readShareableTypes } from '../../services/shareable-types';
import { engineOf, findLink } from './access';
import { answering } from './answer';
import { dependenciesBody, linkParams, read, rulesBody, typesQuery } from './input';

/** What can be shared, and what is shared with whom. */
export const sharing = ({ strapi }: { strapi: Core.Strapi }) => ({
  types: answering(async (ctx) => {
    const { link } = read(typesQuery, ctx.query);
    if (link !== undefined) await findLink(engineOf(strapi), link);
    return readShareableTypes(strapi, engineOf(strapi), link);
  }),

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

  dependencies: answering(async (ctx) => {
    const { id } = read(linkParams, ctx.params);
    await findLink(engineOf(strapi), id);
    return dependenciesOf(engineOf(strapi), id);
  }),

  setDependencies: answering(async (ctx) => {
    const { id } = read(linkParams, ctx.params);
    const { default: mode } = read(dependenciesBody, ctx.request.body);
    await findLink(engineOf(strapi), id);
    await engineOf(strapi).rules.setDefaultMode(id, mode);
    return dependenciesOf(engineOf(strapi), id);
  }),
});

const dependenciesOf = async (engine: Engine, link: string): Promise<DependenciesView> => ({
  default: await engine.rules.defaultMode(link),
  mostSteps: MOST_STEPS,
  mostEntries: MOST_ALONG,
});

const rulesOf = async (engine: Engine, link: string): Promise<RuleView[]> =>
  (await engine.rules.list()).filter((rule) => rule.link === link).map(({ link: _link, ...rule }) => rule);
