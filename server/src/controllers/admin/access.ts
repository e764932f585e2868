import type { Core } from '@strapi/types';
import { errors } from '@strapi/utils';
import type { Engine } from '../../replication/engine';
import type { Row } from '../../replication/tables';
import { mayRead, type Ability } from '../../services/reading-rights';

/** Answered as 403 with its message. Not a ForbiddenError: Strapi's routes answer those without theirs. */
export class NotAllowed extends Error {}

/** What these controllers use of Koa's context. */
export interface AdminContext {
  params: { [name: string]: string };
  query: unknown;
  request: { body?: unknown };
  state: { userAbility?: Ability };
  body: unknown;
  set(header: string, value: string): void;
  forbidden(message: string, details: { code: string }): void;
}

/** Where nothing runs its first use says so. */
export const engineOf = (strapi: Core.Strapi): Engine => strapi.plugin('replication').service('engine');

export const refuseUnreadable = (ability: Ability | undefined, uid: string): void => {
  if (!mayRead(ability, uid)) {
    throw new NotAllowed('Your role may not read entries of this type. Somebody who manages roles can allow it.');
  }
};

export const findLink = async (engine: Engine, id: string): Promise<Row<'links'>> => {
  const [link] = await engine.store.transaction((unit) => unit.tables.find('links', { id }));
  if (!link) throw new errors.NotFoundError('This site is not linked.', { code: 'LINK_UNKNOWN' });
  return link;
};
