import { FILE_UID, keyOf, type EntityKey, type Json } from '../entity';
import type { Context } from '../context';
import { canonical, isRecord } from '../history/canonical';
import { fileNames, hasFolderNames, ODD_FILE_NAME } from '../file-names';
import { commit, idOf, openPart, readPartName, type Part, type Revision, type RevisionId } from '../history/revision';
import type { Row } from '../tables';
import {
  isUpdate,
  messageSchema,
  type Answer,
  type Message,
  type RevisionOnWire,
  type UpdateMessage,
} from '../transport/message';

/** Who may have signed: keys of this, of linked, and of relayed instances. */
export interface Verifier {
  verify(
    instance: string,
    key: string,
    bytes: Buffer,
    signature: string
  ): Promise<'good' | 'bad' | 'unknown-key' | 'revoked'>;
  /** Takes up a key chain that came along, where it proves itself. */
  learn(chain: Json): Promise<boolean>;
}

/** A message whose every claim was checked: ids, commitments, signatures, and that the link may say it at all. */
export interface Verified {
  entity: EntityKey;
  message: Message;
  revisions: Revision[];
}

export const KEY_REVOKED = 'KEY_REVOKED';

const refuse = (code: string, message: string): Answer => ({ status: 'refused', code, message });

/** Reads and checks one message. Answers instead where it cannot be taken. Touches nothing but known keys. */
export const verifyMessage = async (
  context: Context,
  verifier: Verifier,
  link: Row<'links'>,
  raw: Json
): Promise<Verified | Answer> => {
  const parsed = messageSchema.safeParse(raw);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    return refuse('MALFORMED', `The message breaks the protocol${where ? ` at “${where}”` : ''}.`);
  }
  const message = parsed.data;
  if (!mayName(context, link, message.entity.uid)) {
    return refuse('NOT_GRANTED', `This link may not change “${message.entity.uid}” here.`);
  }
  const entity = keyOf(message.entity);
  if (!isUpdate(message)) return { entity, message, revisions: [] };
  const odd = oddIdentity(context, message);
  if (odd) return odd;

  const revisions: Revision[] = [];
  for (const sent of message.revisions) {
    if (keyOf(sent.header.entity) !== entity) return refuse('OTHER_ENTITY', 'A version of another entry came along.');
    const revision = openRevision(sent);
    if (typeof revision === 'string') return refuse('BAD_COMMITMENT', revision);
    revisions.push(revision);
  }
  if (message.entity.uid === FILE_UID && !revisions.every(hasFileNames)) {
    return refuse('FILE_NAME', ODD_FILE_NAME);
  }
  const signatures = await checkSignatures(context, verifier, message.keys, revisions);
  if (signatures?.status === 'refused' && signatures.code === KEY_REVOKED) {
    context.observer.notice({ type: 'revoked-key', link: link.id });
  }
  return signatures ?? { entity, message, revisions };
};

/** Users, roles, tokens and other plugins' own tables are never replicated, whatever a link was granted. */
export const mayName = (context: Context, link: Row<'links'>, uid: string): boolean => {
  const granted = JSON.parse(link.granted) as string[];
  if (uid !== FILE_UID && !granted.includes('*') && !granted.includes(uid)) return false;
  return uid.startsWith('api::') || context.schemas.type(uid) !== null;
};

/**
 * An entry's documentId is its id. Only single types, which have one entry on each site under different documentIds, go
 * by their uid: any other message could name one entry and write another.
 */
const oddIdentity = (context: Context, { entity: { uid, id }, documentId }: UpdateMessage): Answer | null => {
  const byUid = id === uid;
  const schema = context.schemas.type(uid);
  if (schema && schema.single !== byUid) {
    return refuse(
      'OTHER_KIND',
      `“${uid}” is a ${schema.single ? 'single' : 'collection'} type here, and not on the site it comes from.`
    );
  }
  return byUid || documentId === id ? null : refuse('OTHER_ENTITY', 'The message names two entries.');
};

const hasFileNames = ({ parts }: Revision): boolean =>
  parts.every((part) => {
    const fields = readPartName(part.name) && openPart(part)?.fields;
    return !fields || (fileNames(fields) !== null && hasFolderNames(fields));
  });

const openRevision = ({ header, signature, parts }: RevisionOnWire): Revision | string => {
  const opened: Part[] = [];
  for (const [name, commitment] of Object.entries(header.parts)) {
    const part = parts[name];
    if (!part) {
      opened.push({ name, commitment, salt: null, content: null });
      continue;
    }
    const content = canonical(part.value);
    if (commit(part.salt, content) !== commitment) return `What “${name}” holds is not what was signed.`;
    opened.push({ name, commitment, salt: part.salt, content });
  }
  if (Object.keys(parts).some((name) => !(name in header.parts)))
    return 'A part came along that the version does not have.';
  return { id: idOf(header), header, signature, parts: opened };
};

const checkSignatures = async (
  context: Context,
  verifier: Verifier,
  keys: readonly Json[],
  revisions: readonly Revision[]
): Promise<Answer | null> => {
  const asked = new Set<string>();
  for (const revision of revisions) {
    const { origin, key } = revision.header;
    const bytes = Buffer.from(canonical(revision.header), 'utf8');
    let verdict = await verifier.verify(origin, key, bytes, revision.signature);
    if (verdict === 'good' || (await isKnown(context, revision.id))) continue;
    if (verdict === 'unknown-key' && !asked.has(origin)) {
      asked.add(origin);
      // Only the keys that are needed: nobody fills this site with those of others.
      for (const chain of keys) if (isChainOf(chain, origin)) await verifier.learn(chain);
      verdict = await verifier.verify(origin, key, bytes, revision.signature);
    }
    if (verdict === 'revoked') {
      return refuse(
        KEY_REVOKED,
        `A version is signed with a key of ${origin} that was revoked on the other site, which takes nothing new from it.`
      );
    }
    if (verdict === 'bad') return refuse('BAD_SIGNATURE', 'A version is not signed by the site that it names.');
    if (verdict === 'unknown-key')
      return refuse('UNKNOWN_KEY', 'A version is signed with a key that is not known here.');
  }
  return null;
};

const isChainOf = (chain: Json, instance: string): boolean =>
  Array.isArray(chain) && isRecord(chain[0]) && chain[0].instance === instance;

/** What is here was verified when it came. Asked only where a signature is not good: mostly it is, and that is faster. */
const isKnown = (context: Context, id: RevisionId): Promise<boolean> =>
  context.store.transaction(async ({ tables }) => (await tables.count('revisions', { id })) > 0);
