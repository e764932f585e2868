import type { Context } from '../context';
import { FILE_UID, type Json } from '../entity';
import type { Audience, Unit } from '../ports';
import type { Row } from '../tables';
import { eventOf, localeName } from './happenings';

/** So many notes are read at once, and webhooks that are called once for all are so for these. */
export const NOTIFY_BATCH = 100;

/** Longer than anybody is waited for; after a crash so long until another process tells it again. */
const LEASE_MS = 30_000;

/** A note that was begun so often has killed the process each time. */
const MOST_ATTEMPTS = 3;

/**
 * Tells the rest of the site what was applied, note by note in their order. See `README.md`, "Notifying".
 *
 * @returns how many notes were taken care of; 0 when there is nothing to do.
 */
export const notifyBatch = async (context: Context): Promise<number> => {
  const { store, clock, audience } = context;
  const waiting = await store.transaction(({ tables }) =>
    tables.find('notifications', {}, { orderBy: 'id', limit: NOTIFY_BATCH })
  );
  const free = notHeldElsewhere(waiting, clock.now());
  const loud = loudOnes(audience, free);
  const lease = free.length > 0 ? context.chance.bytes(8).toString('hex') : '';
  let told = 0;
  /** Removed with the claim of the next. */
  let over: Row<'notifications'> | null = null;
  /** Another process was faster: what follows of these entries is told after it. */
  const lost = new Set<string>();
  for (const note of free) {
    if (lost.has(entryOf(note))) continue;
    const claimed = await store.transaction(async ({ tables }) => {
      if (over) await tables.remove('notifications', { id: over.id, lease });
      const until = clock.now() + LEASE_MS;
      const mine = { lease, lease_until: until, attempts: note.attempts + 1 };
      return (await tables.update('notifications', { id: note.id, lease_until: { lte: clock.now() } }, mine)) > 0;
    });
    over = null;
    if (!claimed) {
      lost.add(entryOf(note));
      continue;
    }
    if (note.attempts >= MOST_ATTEMPTS) {
      context.observer.notice({ type: 'untold', uid: note.uid, localId: note.document_id, action: note.action });
    } else if (!(await audience.tell(newsOf(note, loud.has(note.id))))) return told;
    over = note;
    told += 1;
  }
  if (over) await store.transaction(({ tables }) => tables.remove('notifications', { id: over!.id, lease }));
  return told;
};

/** Notes that a process of this site was telling when it ended: where there is only one process, nobody tells them now. */
export const releaseNotes = async ({ tables }: Unit): Promise<void> => {
  await tables.update('notifications', { lease_until: { gt: 0 } }, { lease: null, lease_until: 0 });
};

/** What follows a note of the same entry that another process is telling waits for it. */
const notHeldElsewhere = (notes: readonly Row<'notifications'>[], now: number): Row<'notifications'>[] => {
  const busy = new Set<string>();
  return notes.filter((note) => {
    if (note.lease_until > now) busy.add(entryOf(note));
    return !busy.has(entryOf(note));
  });
};

const entryOf = ({ uid, document_id: id }: Row<'notifications'>): string => `${uid}/${id}`;

const loudOnes = (audience: Audience, notes: readonly Row<'notifications'>[]): Set<number> => {
  const last = new Map<string, number>();
  for (const { id, uid, action } of notes) {
    last.set(audience.callsOnce(uid) ? `${uid} ${eventOf(uid === FILE_UID, action)}` : String(id), id);
  }
  return new Set(last.values());
};

const newsOf = (note: Row<'notifications'>, loud: boolean) => ({
  uid: note.uid,
  localId: note.document_id,
  locale: localeName(note.locale),
  action: note.action,
  removed: note.removed === null ? [] : (JSON.parse(note.removed) as Json[]),
  from: { site: note.site, siteName: note.site_name, revision: note.revision },
  loud,
});
