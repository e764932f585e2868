import { FILE_UID, type EntityKey } from '../entity';
import { accepts, ruleFor, type Decision } from '../controller/decide';
import type { Direction, Level } from '../engine';
import { startedHere } from '../history/started-here';
import { matchedWith } from '../matching/matches';
import type { RevisionId } from '../history/revision';
import type { Tables } from '../ports';
import type { Row } from '../tables';
import { isUpdate, type Answer, type UpdateMessage } from '../transport/message';
import type { Verified } from './verify';

/** What decides whether a link may change entries here. */
export interface Claims {
  /** Types that the link may bring, or `*`. */
  granted: readonly string[];
  rules: readonly Row<'rules'>[];
  replicas: ReadonlyMap<EntityKey, Row<'replicas'>>;
  /** Entries that show something this site started. */
  ours: ReadonlySet<EntityKey>;
  /** Entries of which the message brings a version that descends from one this site started with. */
  fromOurs: ReadonlySet<EntityKey>;
  /** Entries that were matched with the link's own: both sites had them. */
  matched: ReadonlySet<EntityKey>;
}

/** Which of these entries, and of the versions that come in, go back to this site. */
export const claimsOn = async (
  tables: Tables,
  link: string,
  selves: readonly string[],
  batch: readonly Verified[],
  leaves: ReadonlyMap<EntityKey, readonly RevisionId[]>
): Promise<Pick<Claims, 'ours' | 'fromOurs' | 'matched'>> => {
  const incoming = new Map<EntityKey, RevisionId[]>();
  for (const { entity, message } of batch) {
    if (isUpdate(message)) incoming.set(entity, message.leaves);
  }
  const updated = new Map([...leaves].filter(([entity]) => incoming.has(entity)));
  return {
    ours: await startedHere(tables, selves, updated),
    matched: await matchedWith(
      tables,
      link,
      batch.map(({ entity }) => entity)
    ),
    fromOurs: await startedHere(
      tables,
      selves,
      incoming,
      batch.flatMap(({ revisions }) => revisions)
    ),
  };
};

/**
 * The rule here that concerns an entry. Files have none of their own: they go as those who use them. So a file that is only
 * sent to the link is not changed by it, be it this site's or another's, unless the link has brought it itself.
 */
export const ruleHere = (
  { rules, replicas, ours }: Claims,
  link: string,
  { entity, message }: Verified
): Decision | null => {
  if (message.entity.uid !== FILE_UID) return ruleFor(rules, link, message.entity.uid);
  const replica = replicas.get(entity);
  const isOnlySent = replica?.direction === 'SEND_ONLY' && replica.level !== 'NONE' && replica.their_level === null;
  if (!replica || !(ours.has(entity) || isOnlySent)) return null;
  return { level: replica.level as Level, direction: replica.direction as Direction, granted: replica.granted === 1 };
};

/** Files come with what uses them: not over a link that may bring nothing else. */
const mayBringFiles = ({ granted, rules }: Claims, link: string): boolean => {
  const ruled = rules.flatMap(({ link: of, scope, uid }) => (of === link && scope === 'type' ? [uid] : []));
  const some = granted.includes('*') ? ['', ...ruled] : granted;
  return some.some((uid) => accepts(ruleFor(rules, link, uid)));
};

/**
 * This site started the entry and has not handed it over by a rule: what others say of who may edit it, or see how much
 * of it, holds for what they started.
 */
export const isKept = (claims: Claims, own: Decision | null, entity: EntityKey): boolean =>
  own?.direction !== 'RECEIVE_ONLY' && (claims.ours.has(entity) || claims.fromOurs.has(entity));

/** Whether what comes in takes the place of what was made here: not of what this site started and shares by a rule. */
export const takesPlace = (claims: Claims, link: string, one: Verified): boolean => {
  if (!isUpdate(one.message) || one.message.direction !== 'SEND_ONLY') return false;
  const own = ruleHere(claims, link, one);
  return !(isKept(claims, own, one.entity) && own !== null && own.level !== 'NONE');
};

const refuse = (code: string, message: string): Answer => ({ status: 'refused', code, message });

/**
 * Why a link may not change an entry here; null where it may.
 *
 * Without a rule of this site a link may bring what it shares, and take the place of an unrelated entry of the same id
 * here (two sites filled from one dump: ours is kept as a side revision). It may not change what this site started, nor
 * name an entry of ours in order to be sent it.
 */
export const refusalOf = (claims: Claims, link: string, one: Verified, message: UpdateMessage): Answer | null => {
  const own = ruleHere(claims, link, one);
  const { entity } = one;
  if (!accepts(own)) return refuse('NOT_ACCEPTED', 'By its own rules this site only sends these entries.');
  if (message.entity.uid === FILE_UID && !mayBringFiles(claims, link)) {
    return refuse('NOT_ACCEPTED', 'By its own rules this site takes nothing that uses files over this link.');
  }
  if (!own && !message.granted && message.entity.uid !== FILE_UID) {
    return refuse('NOT_SHARED', 'This site does not share this entry any more.');
  }
  if (!isKept(claims, own, entity)) return null;
  if (own && own.level !== 'NONE') {
    return message.level === 'PUBLISHED'
      ? refuse('NOT_OWNER', 'This entry was started on this site: it is not replaced by its published part alone.')
      : null;
  }
  // Edited here between the match and the arrival of theirs: both versions are kept.
  if (claims.matched.has(entity)) return null;
  if (claims.fromOurs.has(entity) || message.direction === 'BOTH') {
    return refuse('NOT_SHARED', 'This entry was started on this site, which has no rule that shares it with yours.');
  }
  return null;
};
