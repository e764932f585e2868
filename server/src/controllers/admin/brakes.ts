import type { Core } from '@strapi/types';
import type { BrakeView } from '../../contracts';
import type { EntityKey } from '../../replication/entity';
import { viewBrakes } from '../../services/brakes';
import { currentActor } from '../../strapi/capture/actor';
import { engineOf, type AdminContext } from './access';
import { answering } from './answer';
import { brakeAnswerBody, read, sweepBody } from './input';

/** What waits for a person, and what the person says. */
export const brakes = ({ strapi }: { strapi: Core.Strapi }) => {
  const view = async (ctx: AdminContext): Promise<BrakeView[]> =>
    viewBrakes(strapi, engineOf(strapi), ctx.state.userAbility, await engineOf(strapi).brakes.list());

  return {
    list: answering(view),

    answer: answering(async (ctx) => {
      const { id, answer, entries } = read(brakeAnswerBody, ctx.request.body);
      const subject = id.slice(id.indexOf(' ') + 1);
      const entities = entries?.map((entry) => `${subject}/${entry}` as EntityKey);
      const person = currentActor(strapi) ?? { id: 'admin-token', name: 'Admin token' };
      await engineOf(strapi).brakes.answer(id, answer, person, entities);
      return view(ctx);
    }),

    sweep: answering(async (ctx) => {
      await engineOf(strapi).sweep(read(sweepBody, ctx.request.body)?.depth ?? 'quick');
      return view(ctx);
    }),
  };
};
