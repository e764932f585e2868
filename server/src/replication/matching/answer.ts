import { FILE_UID, type Json, type TypeSchema, type Uid } from '../entity';
import { mayName } from '../apply/verify';
import type { Context } from '../context';
import { accepts, ruleFor } from '../controller/decide';
import { Refused } from '../errors';
import { Identity, inCanonicalIds } from '../identity';
import type { Unit } from '../ports';
import { adopt, type Pair, type Refusal } from './adopt';
import { filesIn } from './comparable';
import { compareLikenesses, likenesses, localIdsIn } from './look-alike';
import { filesByBytes, sameSize } from './same-files';
import { matchFieldsOf } from './match-fields';
import { differenceQuestion, lookAlikeQuestion, read, type LookAlikeQuestion } from './question';

export interface AnswerOptions {
  /** From now on saves of this type are marked. */
  track(uid: Uid): void;
  /** Whether this site tells everybody what is published of a type. */
  isPublic(uid: Uid): Promise<boolean>;
}

/**
 * What a linked site may ask before anything is shared. It is told whether there is something like what it shows us, and
 * in which fields it differs: digests of its own content are compared here. What the fields hold it is told only of what
 * is published, and only of types that everybody may read.
 *
 * @returns null where the topic is another one's.
 */
export const answerMatching = async (
  context: Context,
  options: AnswerOptions,
  link: string,
  topic: string,
  question: Json
): Promise<Json | null> => {
  switch (topic) {
    case 'preview':
      return preview(context, options, link, read(lookAlikeQuestion, question));
    case 'match':
      return match(context, options, link, read(lookAlikeQuestion, question));
    case 'difference':
      return difference(context, options, link, read(differenceQuestion, question));
    default:
      return null;
  }
};

/** Throws where this site would not take entries of this type from the link. */
const typeFor = async (context: Context, { tables }: Unit, link: string, uid: Uid): Promise<TypeSchema> => {
  const [row] = await tables.find('links', { id: link });
  const schema = uid !== FILE_UID && row && mayName(context, row, uid) ? context.schemas.type(uid) : null;
  if (!schema) throw new Refused('TYPE_UNKNOWN', `“${uid}” is not a content type of that site, or is never shared.`);
  const own = ruleFor(await tables.find('rules', { link }), link, uid);
  if (!accepts(own)) {
    throw new Refused('NOT_ACCEPTED', 'By its own sharing rules that site takes no entries of this type.');
  }
  return schema;
};

/** Whether everybody may read what is published of a type here: then it is told to linked sites, too. */
const mayTellOf = async ({ schemas }: Context, { isPublic }: AnswerOptions, uid: Uid): Promise<boolean> =>
  schemas.type(uid) !== null && (await isPublic(uid));

/**
 * What entries of other types are named by, as far as the link may bring these types, too: whoever may not is not to find out
 * by comparing what their fields hold.
 */
const namedFor = async (
  context: Context,
  unit: Unit,
  link: string,
  { named }: LookAlikeQuestion
): Promise<LookAlikeQuestion['named']> => {
  const open: [Uid, string][] = [];
  for (const [uid, field] of Object.entries(named)) {
    const schema = await openType(context, unit, link, uid);
    if (schema && matchFieldsOf(schema).includes(field)) open.push([uid, field]);
  }
  return Object.fromEntries(open);
};

/** null where this site would not take entries of this type from the link. */
const openType = (context: Context, unit: Unit, link: string, uid: Uid): Promise<TypeSchema | null> =>
  typeFor(context, unit, link, uid).catch((error: unknown) => {
    if (error instanceof Refused) return null;
    throw error;
  });

const preview = async (
  context: Context,
  options: AnswerOptions,
  link: string,
  asked: LookAlikeQuestion
): Promise<Json> => {
  const named = await context.store.transaction((unit) => namedFor(context, unit, link, asked));
  const question = { ...asked, named };
  const mayTell = await mayTellOf(context, options, question.uid);
  const { schema, alike, files } = await context.store.transaction(async (unit) => {
    const schema = await typeFor(context, unit, link, question.uid);
    const found = await likenesses(context, unit, await Identity.of(context, unit), schema, question);
    const rows = await unit.content.read(question.uid, localIdsIn(found));
    const used = filesIn(context, schema, [...rows.values()].flat());
    return { schema, alike: { found, rows, mayTell }, files: [...used, ...(await sameSize(unit, question.files))] };
  });
  // Reading bytes takes its time: outside any transaction.
  await context.files.hash([...new Set(files)]);
  return context.store.transaction(async (unit) => {
    const byBytes = await filesByBytes(unit, question.files);
    return {
      total: await unit.content.total(question.uid),
      entries: await compareLikenesses(context, unit, await Identity.of(context, unit), schema, question, alike),
      missing: question.files.filter(({ hash }) => !byBytes.has(hash)).map(({ id }) => id),
    } as unknown as Json;
  });
};

const match = async (
  context: Context,
  { track }: AnswerOptions,
  link: string,
  question: LookAlikeQuestion
): Promise<Json> => {
  const same = await context.store.transaction(async (unit) => {
    await typeFor(context, unit, link, question.uid);
    return sameSize(unit, question.files);
  });
  await context.files.hash(same);
  const answer = await context.store.transaction(async (unit) => {
    const schema = await typeFor(context, unit, link, question.uid);
    const identity = await Identity.of(context, unit);
    const files = await matchFiles(context, unit, link, identity, question.files);
    const found = await likenesses(context, unit, identity, schema, question);
    const pairs: Pair[] = [];
    const refused: Refusal[] = [];
    for (const [id, likeness] of found) {
      if (likeness.kind === 'one') pairs.push({ id, localId: likeness.localId });
      else if (likeness.kind === 'several')
        refused.push({ id, code: 'AMBIGUOUS', message: 'Several entries there could be it: choose one, or none.' });
    }
    await matchAlong(context, unit, link, question.along);
    const adopted = await adopt(context, unit, link, schema, pairs);
    return { matched: adopted.adopted, files, refused: [...refused, ...adopted.refused] };
  });
  for (const uid of [question.uid, ...question.along.map((group) => group.uid)]) track(uid);
  return answer as unknown as Json;
};

/** What goes along with them, where one of this site's is like it. What is unclear or not taken here comes as a new one. */
const matchAlong = async (
  context: Context,
  unit: Unit,
  link: string,
  along: LookAlikeQuestion['along']
): Promise<void> => {
  for (const { uid, by, entries } of along) {
    const schema = await openType(context, unit, link, uid);
    if (!schema || !matchFieldsOf(schema).includes(by)) continue;
    const identity = await Identity.of(context, unit);
    const asked = { by, entries: entries.map((entry) => ({ ...entry, rows: [] })), choices: [] };
    const found = await likenesses(context, unit, identity, schema, asked);
    const pairs = [...found].flatMap(([id, likeness]) =>
      likeness.kind === 'one' && likeness.localId !== id ? [{ id, localId: likeness.localId }] : []
    );
    await adopt(context, unit, link, schema, pairs);
  }
};

/** Files are the same where their bytes are; which of several alike it is makes no difference. */
const matchFiles = async (
  context: Context,
  unit: Unit,
  link: string,
  identity: Identity,
  asked: LookAlikeQuestion['files']
): Promise<number> => {
  const schema = context.schemas.type(FILE_UID);
  if (!schema || asked.length === 0) return 0;
  const byBytes = await filesByBytes(unit, asked);
  const present = await unit.content.presence(
    FILE_UID,
    asked.map(({ id }) => id)
  );
  const used = new Set<string>();
  const pairs: Pair[] = [];
  for (const { id, hash } of asked) {
    if (present.has(id)) continue;
    const known = await identity.local({ uid: FILE_UID, id });
    const localId = known !== null && known !== id ? known : byBytes.get(hash)?.find((one) => !used.has(one));
    if (localId === undefined) continue;
    used.add(localId);
    pairs.push({ id, localId });
  }
  return (await adopt(context, unit, link, schema, pairs)).adopted;
};

const difference = async (
  context: Context,
  options: AnswerOptions,
  link: string,
  { uid, documentId }: { uid: Uid; documentId: string }
): Promise<Json> => {
  const mayTell = await mayTellOf(context, options, uid);
  return context.store.transaction(async (unit) => {
    await typeFor(context, unit, link, uid);
    if (!mayTell) return { hidden: true, rows: [] };
    const identity = await Identity.of(context, unit);
    const rows = (await unit.content.read(uid, [documentId])).get(documentId) ?? [];
    const told = rows
      .filter(({ status }) => status === 'published')
      .map((row) => inCanonicalIds(context, identity, uid, row))
      .map(({ locale, status, fields }) => ({ locale, status, fields }));
    return { hidden: false, rows: told };
  });
};
