import { AsyncLocalStorage } from 'node:async_hooks';
import type { Core } from '@strapi/types';
import type { Uid } from '../../replication/entity';
import type { Listeners } from './listeners';

/** One call of the chain of document middlewares that tells of a change instead of making it. */
interface Notification {
  uid: Uid;
  action: string;
  documentId: string;
  /** The call, as the outermost middleware met it. */
  context: unknown;
  result: () => Promise<unknown>;
}

interface DocumentContext {
  uid: Uid;
  action: string;
  params: { documentId?: unknown; data?: { documentId?: unknown } };
}

type Next = () => Promise<unknown>;
type Action = (params: object) => Promise<unknown>;

const storage = new AsyncLocalStorage<Notification | null>();

/** Whether what runs now is a notification of this entry, and not something that a hook does meanwhile. */
export const isNotifying = (uid: Uid, documentId: unknown): boolean => {
  const current = storage.getStore();
  return current?.uid === uid && current.documentId === documentId;
};

const isCallOf = (current: Notification, { uid, action, params }: DocumentContext): boolean =>
  current.context === null &&
  current.uid === uid &&
  current.action === action &&
  (params.documentId ?? params.data?.documentId) === current.documentId;

/**
 * The outermost middleware: our own call passes without being refused, since it changes nothing. Whatever a hook calls
 * meanwhile, for the same entry or another, is a call like any other.
 */
export const outermost = (context: unknown, guarded: Next, next: Next): Promise<unknown> => {
  const current = storage.getStore();
  if (!current) return guarded();
  if (!isCallOf(current, context as DocumentContext)) return storage.run(null, guarded);
  current.context = context;
  return next();
};

const innermost = (context: unknown, next: Next): Promise<unknown> => {
  const current = storage.getStore();
  return current && current.context === context ? current.result() : next();
};

/**
 * Calls the chain as the document service would for `action`. Its innermost link is put there at the first call, when
 * every plugin and the site itself have registered theirs: it answers `result` instead of calling on.
 */
export const createDocumentChain = (strapi: Core.Strapi, listeners: Listeners) => {
  let installed = false;
  return async (
    uid: Uid,
    action: 'create' | 'update' | 'publish' | 'unpublish' | 'delete',
    documentId: string,
    params: object,
    result: () => Promise<unknown>
  ): Promise<void> => {
    if (!installed) listeners.use(innermost);
    installed = true;
    const service = strapi.documents(uid as never) as unknown as Record<string, Action | undefined>;
    await storage.run({ uid, action, documentId, context: null, result }, async () => service[action]?.(params));
  };
};
