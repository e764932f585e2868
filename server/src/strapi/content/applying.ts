import { AsyncLocalStorage } from 'node:async_hooks';
import type { Core } from '@strapi/strapi';
import type { LocalEntry, Uid } from '../../replication/entity';
import { subscribeOwn } from './own-lifecycles';

/**
 * "This write came from replication", for as long as it lasts. What a site's own hooks write meanwhile to *other*
 * entries is an edit like any other; so the entries are part of the statement.
 */
export interface Applying {
  uid: Uid;
  localIds: ReadonlySet<string>;
  /** What `updatedAt` shall be, by the main row's id. */
  updatedAt: Map<number, string>;
  /** They had no rows before, so nobody can be linked to any. */
  isNew: boolean;
  /** Other entries whose rows changed with ours, since links are stored with one of two entries. */
  along: Map<string, LocalEntry>;
  /** No lifecycles of the site run: its configuration says so for this type. */
  quiet: boolean;
  /** Hooks may leave work running that outlives the write and its transaction. */
  over: boolean;
}

const storage = new AsyncLocalStorage<Applying>();

export const whileApplying = async <T>(
  uid: Uid,
  localIds: readonly string[],
  work: (applying: Applying) => Promise<T>,
  quiet = false
): Promise<T> => {
  const along = new Map<string, LocalEntry>();
  const applying: Applying = {
    uid,
    localIds: new Set(localIds),
    updatedAt: new Map(),
    isNew: false,
    along,
    quiet,
    over: false,
  };
  try {
    return await storage.run(applying, () => work(applying));
  } finally {
    applying.over = true;
  }
};

/** Whether the current write is ours, and to this entry. */
export const isApplying = (uid: Uid, localId: string | null | undefined): boolean => {
  const applying = storage.getStore();
  if (applying === undefined || applying.over || applying.uid !== uid) return false;
  return typeof localId === 'string' && applying.localIds.has(localId);
};

/** Whether the current write makes this entry's first rows. */
export const isMaking = (uid: Uid, localId: string): boolean => isApplying(uid, localId) && storage.getStore()!.isNew;

/** Takes down what the current write, which is ours, has changed along in other entries: that is nobody's edit. */
export const noteAlong = (entries: readonly LocalEntry[]): void => {
  const applying = storage.getStore();
  for (const { uid, localId } of entries) applying?.along.set(`${uid}/${localId}`, { uid, localId });
};

/** Whether a write with this condition is ours, to a row that we are about to write. Asks no database. */
export const isApplyingRow = (uid: Uid, where: unknown): boolean => {
  const applying = storage.getStore();
  if (!applying || applying.over || applying.uid !== uid) return false;
  const id = (where as { id?: unknown } | null | undefined)?.id;
  return applying.updatedAt.has(Number(id));
};

export const isWritingQuietly = (): boolean => {
  const applying = storage.getStore();
  return applying !== undefined && applying.quiet && !applying.over;
};

interface BeforeUpdate {
  model: { uid: string };
  params: { where?: { id?: unknown }; data?: Record<string, unknown> };
}

/**
 * Strapi sets `updatedAt` to now on every update of a row. To be called in bootstrap, so that this comes after Strapi's
 * own subscriber: applied rows get the date they have on the site they come from.
 */
export const keepDatesOfAppliedRows = (strapi: Core.Strapi): void => {
  subscribeOwn(strapi, {
    beforeUpdate(event: unknown) {
      const { model, params } = event as BeforeUpdate;
      const applying = storage.getStore();
      if (!applying || applying.over || applying.uid !== model.uid || !params.data) return;
      const date = applying.updatedAt.get(Number(params.where?.id));
      if (date !== undefined) params.data.updatedAt = date;
    },
  });
};
