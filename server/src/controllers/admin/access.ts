import type { Core } from '@strapi/types';
import { errors } from '@strapi/utils';
import type { Engine } from '../../replication/engine';
import type { Row } from '../../replication/tables';
import { mayRead, type Ability } from '../../services/reading-rights';

/** What these controllers use of Koa's context. */
export interface AdminContext {
  params: { [name: string]: string };
  query: unknown;
  request: { body?: unknown };
  state: { userAbility?: Ability };
  body: unknown;
  set(header: string, value: string): void;
}

export const engineOf = (strapi: Core.Strapi): Engine => {
  const engine = strapi.plugin('replication').service('engine') as unknown as Engine | undefined;
  if (!engine) throw new errors.ApplicationError('Replication is not running on this site.', { code: 'NOT_RUNNING' });
  return engine;
};

export const refuseUnreadable = (ability: Ability | undefined, uid: string): void => {
  if (!mayRead(ability, uid)) {
    throw new errors.ForbiddenError('Your role does not allow to read entries of this type.', { code: 'FORBIDDEN' });
  }
};

export const findLink = async (engine: Engine, id: string): Promise<Row<'links'>> => {
  const [link] = await engine.store.transaction((unit) => unit.tables.find('links', { id }));
  if (!link) throw new errors.NotFoundError('This site is not linked.', { code: 'LINK_UNKNOWN' });
  return link;
};
