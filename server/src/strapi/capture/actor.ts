import type { Core } from '@strapi/strapi';
import type { Uid } from '../../replication/entity';

/** Who made a change, as it is stored with its mark: an opaque id and a name to show. Never an e-mail address. */
export interface Actor {
  id: string;
  name: string;
}

interface RequestState {
  user?: { id?: unknown; firstname?: unknown; lastname?: unknown; username?: unknown };
  auth?: { strategy?: { name?: string }; credentials?: { id?: unknown; name?: unknown } };
}

interface Request {
  state?: RequestState;
  params?: { model?: unknown; id?: unknown };
  query?: { plugins?: { replication?: { base?: unknown } } };
}

const requestOf = (strapi: Core.Strapi): Request | undefined =>
  strapi.requestContext.get() as unknown as Request | undefined;

/** Many people are known to a site by their e-mail address: that is not a name. */
const shown = (...parts: unknown[]): string =>
  parts
    .filter((part): part is string => typeof part === 'string' && part.trim() !== '' && !part.includes('@'))
    .map((part) => part.trim())
    .join(' ')
    .slice(0, 200);

/** Who is behind the current request; null where there is none, or nobody signed for it. */
export const currentActor = (strapi: Core.Strapi): Actor | null => {
  const { auth, user } = requestOf(strapi)?.state ?? {};
  const strategy = auth?.strategy?.name ?? '';
  if (strategy.includes('api-token')) {
    const id = auth?.credentials?.id;
    return id === undefined
      ? null
      : { id: `api-token:${String(id)}`, name: shown(auth?.credentials?.name) || 'API token' };
  }
  if (user?.id === undefined) return null;
  if (strategy === 'users-permissions')
    return { id: `user:${String(user.id)}`, name: shown(user.username) || `User ${String(user.id)}` };
  const name = shown(user.firstname, user.lastname) || shown(user.username);
  return { id: `admin:${String(user.id)}`, name: name || `Administrator ${String(user.id)}` };
};

/** A revision's id. */
const BASE = /^[0-9a-f]{64}$/;

/**
 * The version the form was opened on, sent along by the admin panel. It speaks of the entry that the request names, not of
 * what else the save touches.
 */
export const currentBase = (strapi: Core.Strapi, uid: Uid, documentId: string): string | null => {
  const request = requestOf(strapi);
  const base = request?.query?.plugins?.replication?.base;
  if (typeof base !== 'string' || !BASE.test(base)) return null;
  const { model, id } = request?.params ?? {};
  if (model !== undefined && model !== uid) return null;
  if (id !== undefined && id !== documentId) return null;
  return base;
};
