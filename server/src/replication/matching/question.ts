import { z } from 'zod';
import { ENTITY_ID_FORM, MOST_NAME, UID_FORM, type Json } from '../entity';
import { Refused } from '../errors';

/*
 * What two sites ask each other before anything is shared: is there something of yours that is the same as ours? Every byte
 * of it comes from outside. `docs/protocol.md`, "Before the first fill".
 */

/** Entries in one question. */
export const PAGE = 50;
/** Rows' fields in one question, so that it does not grow with locales. */
export const MOST_FIELDS = 20_000;
const MOST_ROWS = 400;
const MOST_FILES = 2_000;
/** Entries that go along with those of a page. */
export const MOST_ALONG_ASKED = 200;

const uid = z.string().regex(UID_FORM).max(MOST_NAME);
const id = z.string().regex(ENTITY_ID_FORM).max(MOST_NAME);
const name = z.string().min(1).max(190);
const locale = z.string().min(1).max(64);
const plain = z.union([z.string().min(1).max(1_000), z.number()]);
const digest = z.string().regex(/^[0-9a-f]{32}$/);
const documentId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

const row = z.strictObject({
  locale,
  status: z.enum(['draft', 'published']),
  fields: z.record(name, digest),
});
/** What the field that entries are found by holds, by locale. */
const values = z.array(z.tuple([locale, plain])).max(MOST_ROWS);
const entry = z.strictObject({
  id,
  values,
  /** A digest of each field, of each row that the level opens. Without them nothing is compared. */
  rows: z.array(row).max(MOST_ROWS),
});
const file = z.strictObject({
  id,
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.union([z.string().max(40), z.number()]),
});

export const lookAlikeQuestion = z.strictObject({
  uid,
  level: z.enum(['EVERYTHING', 'PUBLISHED']),
  by: name.nullable(),
  /** By which field entries of other types are named, where rows refer to them. */
  named: z.record(uid, name),
  entries: z
    .array(entry)
    .max(PAGE)
    .refine((entries) => new Set(entries.map((one) => one.id)).size === entries.length, 'an entry twice'),
  files: z.array(file).max(MOST_FILES),
  /** What these refer to, to be matched as well: it may go along with them. */
  along: z
    .array(z.strictObject({ uid, by: name, entries: z.array(z.strictObject({ id, values })).max(MOST_ALONG_ASKED) }))
    .max(100),
  /** For those that several here could be: the documentId here, or null for none of them. */
  choices: z.array(z.tuple([id, documentId.nullable()])).max(PAGE),
});
export type LookAlikeQuestion = z.infer<typeof lookAlikeQuestion>;

const candidate = z.strictObject({ documentId, title: z.string().max(500).nullable() });
const found = z.strictObject({
  id,
  state: z.enum(['new', 'same', 'different', 'ambiguous', 'taken']),
  there: documentId.nullable(),
  fields: z.array(name).max(2_000),
  candidates: z.array(candidate).max(20),
});
export const previewAnswer = z.strictObject({
  total: z.number().int().nonnegative(),
  entries: z.array(found).max(PAGE),
  /** Of the files: those whose bytes are not there. */
  missing: z.array(z.string().max(64)).max(MOST_FILES),
});
export type PreviewAnswer = z.infer<typeof previewAnswer>;

export const matchAnswer = z.strictObject({
  matched: z.number().int().nonnegative(),
  files: z.number().int().nonnegative(),
  refused: z.array(z.strictObject({ id, code: z.string().max(64), message: z.string().max(500) })).max(PAGE),
});
export type MatchAnswer = z.infer<typeof matchAnswer>;

export const differenceQuestion = z.strictObject({ uid, documentId });
export const differenceAnswer = z.strictObject({
  rows: z
    .array(z.strictObject({ locale, status: z.literal('published'), fields: z.record(name, z.json()) }))
    .max(MOST_ROWS),
  /** That site tells nobody what is in entries of this type. */
  hidden: z.boolean(),
});

export const read = <T>(schema: z.ZodType<T>, value: Json): T => {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new Refused('MALFORMED', 'The question or its answer breaks the protocol.');
  return parsed.data;
};
