import type { Core } from '@strapi/types';
import type { TypeChoice } from '../../config';
import { FILE_UID, type Json, type Uid } from '../../replication/entity';
import { eventOf } from '../../replication/notify/happenings';
import type { Audience, News, Schemas } from '../../replication/ports';
import type { HappeningAction } from '../../replication/tables';
import { createPopulate } from '../content/populate';
import { createDocumentChain } from './document-chain';
import { createEventPopulate, payloadOf } from './event-payload';
import type { Listeners } from './listeners';
import { restCacheOf } from './rest-cache';
import { inState } from './state';

export interface AudienceOptions {
  listeners: Listeners;
  choiceOf: (uid: Uid) => TypeChoice;
  onError: (error: unknown) => void;
  /** Nobody is waited for any longer than this. */
  patienceMs: number;
}

type Row = { [name: string]: unknown; id: number };

/**
 * The port `Audience` on Strapi: document middlewares, whoever listens to `entry.*` and `media.*` events, and the cache of
 * REST answers.
 */
export const createAudience = (
  strapi: Core.Strapi,
  schemas: Schemas,
  { listeners, choiceOf, onError, patienceMs }: AudienceOptions
): Audience & { takeNoted(): boolean; stop(): void } => {
  const chain = createDocumentChain(strapi, listeners);
  const restCache = restCacheOf(strapi);
  const populateOf = createPopulate(schemas);
  const eventPopulateOf = createEventPopulate(strapi);
  let noted = false;
  let over = false;
  let wake = (): void => undefined;
  const stopped = new Promise<false>((resolve) => (wake = () => resolve(false)));

  /** Uploads go past the document service on every site. */
  const hasChain = (uid: Uid): boolean => uid !== FILE_UID && choiceOf(uid).lifecycles && listeners.middlewares() > 0;
  const hasEvent = (uid: Uid, action: HappeningAction): boolean =>
    choiceOf(uid).webhooks !== 'never' && listeners.hears(eventOf(uid === FILE_UID, action));

  const rowOf = async (news: News, populate: object | null): Promise<Row | null> => {
    const { uid, localId, locale, action } = news;
    const drafts = schemas.type(uid)?.drafts === true;
    const version = drafts ? { publishedAt: action === 'publish' ? { $notNull: true } : { $null: true } } : {};
    const where = { documentId: localId, ...(locale === null ? {} : { locale }), ...version };
    return (await strapi.db.query(uid).findOne({ where, ...(populate ? { populate } : {}) } as never)) as Row | null;
  };

  const callChain = async (news: News): Promise<void> => {
    const { uid, localId: documentId, locale, action, removed } = news;
    const localized = schemas.type(uid)?.localized === true;
    const base = { documentId, ...(localized ? { locale: locale ?? '*' } : {}) };
    if (action === 'delete' || action === 'unpublish') {
      await chain(uid, action, documentId, base, () => Promise.resolve({ documentId, entries: removed }));
      return;
    }
    const row = await rowOf(news, populateOf(uid));
    // Gone or withdrawn since: that is told next.
    if (!row) return;
    if (action === 'publish') {
      const published = async () => ({ documentId, entries: [await rowOf(news, null)].filter(Boolean) });
      await chain(uid, 'publish', documentId, base, published);
      return;
    }
    const { locale: inLocale } = base as { locale?: string };
    const place = {
      ...(inLocale ? { locale: inLocale } : {}),
      ...(schemas.type(uid)?.drafts ? { status: 'draft' } : {}),
    };
    const data = contentIn(row, Object.keys(schemas.type(uid)?.attributes ?? {}));
    const written = () => rowOf(news, null);
    if (action === 'create')
      await chain(uid, 'create', documentId, { ...place, data: { documentId, ...data } }, written);
    else await chain(uid, 'update', documentId, { documentId, ...place, data }, written);
  };

  const emit = async (news: News): Promise<void> => {
    const { uid, action, removed } = news;
    const gone = action === 'delete' || action === 'unpublish';
    const entries: (Json | object | null)[] = gone
      ? removed
      : [await rowOf(news, uid === FILE_UID ? null : eventPopulateOf(uid))];
    for (const entry of entries) {
      if (entry) await strapi.eventHub.emit(eventOf(uid === FILE_UID, action), await payloadOf(strapi, uid, entry));
    }
  };

  /** False where the site stops. A hook that does not end is left behind: it has been called. */
  const attend = async (news: News, work: () => Promise<void>): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<true>((resolve) => {
      timer = setTimeout(() => {
        onError(new Error(`A hook has not ended in ${patienceMs / 1000} s: it is not waited for any longer.`));
        resolve(true);
      }, patienceMs);
      timer.unref();
    });
    const told = inState(strapi, news.from, work).then(
      () => true,
      (error: unknown) => {
        onError(error);
        return true;
      }
    );
    try {
      return await Promise.race([told, late, stopped]);
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    listens(uid, action) {
      const heard = hasChain(uid) || hasEvent(uid, action) || restCache.keeps(uid);
      noted ||= heard;
      return heard;
    },
    callsOnce: (uid) => choiceOf(uid).webhooks === 'once',
    async tell(news) {
      if (over) return false;
      if (!schemas.type(news.uid)) return true;
      if (restCache.keeps(news.uid) && !(await attend(news, () => restCache.forget(news.uid)))) return false;
      if (hasChain(news.uid) && !(await attend(news, () => callChain(news)))) return false;
      return !news.loud || !hasEvent(news.uid, news.action) || attend(news, () => emit(news));
    },
    takeNoted() {
      const was = noted;
      noted = false;
      return was;
    },
    stop() {
      over = true;
      wake();
    },
  };
};

/** What an editor would have sent: no ids and times of the row itself. */
const contentIn = (row: Row, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.filter((name) => name in row).map((name) => [name, row[name]]));
