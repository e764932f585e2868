import type { Core } from '@strapi/strapi';
import { errors } from '@strapi/utils';
import { FILE_UID, keyOf, type Uid } from '../../replication/entity';
import type { Schemas } from '../../replication/ports';
import { isApplying, isApplyingRow } from '../content/applying';
import { statementOnOwn } from '../content/connection';
import { subscribeOwn } from '../content/own-lifecycles';
import { createPopulate } from '../content/populate';
import { findRows } from './changed-rows';
import { onlyChanging, whileChangingLocally } from './local-change';
import { localPartOf, OF_EVERY_WRITE } from './local-update';

/**
 * How long an answer "no entry of this type is locked" holds in this process. Another process on the same database may
 * lock one meanwhile; `forget` ends it at once here.
 */
const HOLDS_MS = 2_000;

/** What a document action changes: the entry it names. A clone reads its source and makes an entry of its own. */
const CHANGING = new Set(['create', 'update', 'delete', 'publish', 'unpublish', 'discardDraft']);

interface DocumentContext {
  uid: Uid;
  action: string;
  params: { documentId?: unknown; locale?: unknown; status?: unknown; data?: { documentId?: unknown } | null };
}

interface LifecycleEvent {
  model: { uid: Uid };
  params: { where?: unknown; filters?: unknown; _q?: unknown; data?: unknown };
}

interface Locked {
  entity: string;
  local_id: string;
}

/** What it does to a file's bytes: given the row, or its id. */
type UploadService = Record<'remove' | 'replace', (first: unknown, ...others: unknown[]) => Promise<unknown>>;

export interface ReadOnly {
  /** For `strapi.documents.use`, in register: outermost, so that nothing has been done when a write is refused. */
  documentMiddleware(context: unknown, next: () => Promise<unknown>): Promise<unknown>;
  /** Refuses in lifecycles what goes past the document service. To be called in bootstrap. */
  subscribe(): void;
  /** Has the media library ask before it removes or replaces bytes: the row comes after them. To be called in bootstrap. */
  guardBytes(): void;
  /** Nothing is refused before: what a site does while it starts must not make it fail to start. */
  startRefusing(): void;
  /** To be called after entries were locked or unlocked. */
  forget(): void;
}

/**
 * What the document service says with every update. From anybody else it would move the row, and where there are no drafts
 * it would be published anew: that is an edit of what is shared.
 */
const REPEATED: ReadonlySet<string> = new Set(['documentId', 'locale', 'publishedAt']);

const documentsOfFile = async (strapi: Core.Strapi, id: unknown): Promise<string[]> => {
  if (typeof id !== 'number' && typeof id !== 'string') return [];
  const found = await strapi.db.query(FILE_UID).findMany({ where: { id }, select: ['documentId'] });
  return found.map((row: { documentId: string }) => row.documentId);
};

/** @param localFieldsOf fields of a type that are this site's own: they can be changed in any entry. */
export const createReadOnly = (
  strapi: Core.Strapi,
  schemas: Schemas,
  localFieldsOf: (uid: Uid) => readonly string[] = () => []
): ReadOnly => {
  const populate = createPopulate(schemas);
  const knownFree = new Map<Uid, number>();
  let started = false;

  const anyLocked = async (uid: Uid): Promise<boolean> => {
    // Whoever waits for Strapi to be loaded may save before anything has told us.
    started ||= strapi.isLoaded === true;
    if (!started || schemas.type(uid) === null) return false;
    if ((knownFree.get(uid) ?? 0) > Date.now()) return false;
    const { query } = await statementOnOwn(strapi, 'entries');
    const found = await query.where({ uid, locked: 1 }).first('entity');
    if (!found) knownFree.set(uid, Date.now() + HOLDS_MS);
    return Boolean(found);
  };

  const siteEditing = async (entity: string): Promise<string> => {
    const { query } = await statementOnOwn(strapi, 'replicas');
    const link = await query
      .join('replication_links', 'replication_links.id', 'replication_replicas.link')
      .where({ 'replication_replicas.entity': entity, 'replication_replicas.direction': 'RECEIVE_ONLY' })
      .first({ name: 'replication_links.name' });
    return (link?.name as string | undefined) ?? 'another site';
  };

  /** The first of these that may not be changed here. */
  const lockedAmong = async (uid: Uid, localIds: readonly string[]): Promise<Locked | null> => {
    const foreign = [...new Set(localIds)].filter((id) => !isApplying(uid, id));
    for (let at = 0; at < foreign.length; at += 500) {
      const { query } = await statementOnOwn(strapi, 'entries');
      const locked = await query
        .where({ uid, locked: 1 })
        .whereIn('local_id', foreign.slice(at, at + 500))
        .first('entity', 'local_id');
      if (locked) return locked;
    }
    return null;
  };

  /**
   * A document that is to be made: another row of an entry that is here already, or that of a single type, which is one
   * entry whatever document holds it. It may have been deleted where it is edited.
   */
  const lockedBeside = async (uid: Uid, localIds: readonly string[]): Promise<Locked | null> => {
    if (!schemas.type(uid)?.single) return lockedAmong(uid, localIds);
    const { query } = await statementOnOwn(strapi, 'entries');
    return (await query.where({ uid, locked: 1 }).first('entity', 'local_id')) ?? null;
  };

  const refusalOf = async (uid: Uid, locked: Locked): Promise<Error> => {
    const site = await siteEditing(locked.entity);
    // Not a ForbiddenError: Strapi's routes answer those without their message.
    return new errors.ApplicationError(`This entry is edited at ${site} and is read-only here.`, {
      code: 'READ_ONLY',
      entity: keyOf({ uid, id: locked.local_id }),
    });
  };

  const refuseLocked = async (uid: Uid, localIds: readonly string[]): Promise<void> => {
    const locked = await lockedAmong(uid, localIds);
    if (locked) throw await refusalOf(uid, locked);
  };

  /** Whether an update writes nothing but what is this site's own. */
  const isLocalUpdate = (uid: Uid, data: unknown): boolean => {
    const local = localFieldsOf(uid);
    if (local.length === 0 || typeof data !== 'object' || data === null) return false;
    const isRepeated = (name: string) => REPEATED.has(name) && onlyChanging(uid) !== null;
    const names = Object.keys(data).filter((name) => !OF_EVERY_WRITE.has(name) && !isRepeated(name));
    return names.length > 0 && names.every((name) => local.includes(name));
  };

  const localPart = async (uid: Uid, params: DocumentContext['params']) => {
    const local = localFieldsOf(uid);
    return local.length === 0 ? null : localPartOf({ strapi, schemas, populate }, uid, local, params);
  };

  const rowsConcerned = async ({ model, params }: LifecycleEvent): Promise<string[]> => {
    const { where, filters, _q } = params;
    return (await findRows(strapi, schemas, model.uid, { where, filters, _q })).map((row) => row.documentId);
  };

  const leaveOutRepeated = ({ model, params }: LifecycleEvent): void => {
    if (onlyChanging(model.uid) === null) return;
    for (const name of REPEATED) delete (params.data as { [name: string]: unknown })[name];
  };

  const guarded = async (event: unknown): Promise<void> => {
    const known = event as LifecycleEvent;
    if (isApplyingRow(known.model.uid, known.params.where)) return;
    if (isLocalUpdate(known.model.uid, known.params.data)) return leaveOutRepeated(known);
    if (await anyLocked(known.model.uid)) await refuseLocked(known.model.uid, await rowsConcerned(known));
  };

  /** A row made for an entry that is here already: another locale or version of it. */
  const guardedCreation = async (event: unknown): Promise<void> => {
    const { model, params } = event as LifecycleEvent;
    const made = (Array.isArray(params.data) ? params.data : [params.data]) as ({ documentId?: unknown } | undefined)[];
    const ids = made.flatMap((data) => (typeof data?.documentId === 'string' ? [data.documentId] : []));
    const isOurs = ids.length > 0 && ids.every((id) => isApplying(model.uid, id));
    if (isOurs || !(await anyLocked(model.uid))) return;
    const locked = await lockedBeside(model.uid, ids);
    if (locked) throw await refusalOf(model.uid, locked);
  };

  return {
    async documentMiddleware(given, next) {
      const context = given as DocumentContext;
      const { uid, action, params } = context;
      // Over REST it is said of every type; where there are no drafts nothing is published by it.
      const publishes = params.status === 'published' && schemas.type(uid)?.drafts === true;
      const changeLocally = () => whileChangingLocally(uid, localFieldsOf(uid), next);
      if (action === 'update' && !publishes && isLocalUpdate(uid, params.data)) return changeLocally();
      if (CHANGING.has(action) && (await anyLocked(uid))) {
        const id = action === 'create' ? params.data?.documentId : params.documentId;
        const ids = typeof id === 'string' ? [id] : [];
        const locked = await (action === 'create' ? lockedBeside : lockedAmong)(uid, ids);
        if (!locked) return next();
        const local = action === 'update' && !publishes ? await localPart(uid, params) : null;
        if (local === null) throw await refusalOf(uid, locked);
        context.params = { ...params, data: local };
        return changeLocally();
      }
      return next();
    },
    subscribe() {
      subscribeOwn(strapi, {
        beforeCreate: guardedCreation,
        beforeCreateMany: guardedCreation,
        beforeUpdate: guarded,
        beforeUpdateMany: guarded,
        beforeDelete: guarded,
        beforeDeleteMany: guarded,
      });
    },
    guardBytes() {
      const upload = strapi.plugin('upload')?.service('upload') as UploadService | undefined;
      if (!upload) return;
      const guard = (name: 'remove' | 'replace', idOf: (first: unknown) => unknown): void => {
        const original = upload[name];
        upload[name] = async (first, ...others) => {
          if (await anyLocked(FILE_UID)) await refuseLocked(FILE_UID, await documentsOfFile(strapi, idOf(first)));
          return original.call(upload, first, ...others);
        };
      };
      guard('remove', (file) => (file as { id?: unknown } | null)?.id);
      guard('replace', (id) => id);
    },
    startRefusing() {
      started = true;
    },
    forget() {
      knownFree.clear();
    },
  };
};
