import { z } from 'zod';
import { ENTITY_ID_FORM, MOST_NAME, UID_FORM, type Fields, type Json } from '../entity';
import { isRecord } from '../history/canonical';

/**
 * What two instances say to each other. Every byte of it comes from outside: nothing is used before it passed these
 * schemas. `docs/protocol.md` describes them for a second implementation.
 */
const sha = z.string().regex(/^[0-9a-f]{64}$/);
const uid = z.string().regex(UID_FORM).max(MOST_NAME);
const entityId = z.string().regex(ENTITY_ID_FORM).max(MOST_NAME);
const instanceId = z.uuid();
const partName = z
  .string()
  .regex(/^(shared|people|(?:-|[A-Za-z0-9]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4})\/(?:draft|published))$/);
export const MAX_PARTS = 1_000;
export const MAX_PARENTS = 64;
export const MAX_ASIDE = 64;
export const MAX_REVISIONS = 5_000;

/**
 * JSON as it was parsed. A walk, and no schema: a schema copies every value, and takes minutes for a body full of them.
 * Numbers that are none (`1e999`) and the name `__proto__` have no place in what is signed.
 */
const isJson = (value: unknown): value is Json => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return isRecord(value) && Object.keys(value).every((key) => key !== '__proto__' && isJson(value[key]));
};
const isFields = (value: unknown): value is Fields =>
  isRecord(value) && isJson(value) && Object.keys(value).every((name) => name.length <= 190);
const json = z.custom<Json>(isJson, 'not JSON');
const entity = z.strictObject({ uid, id: entityId });
/** As `Date.toISOString` writes it: what a database would take for no date must not reach one. */
const date = z
  .string()
  .max(40)
  .refine((text) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text, 'not a date');

/** An edit has one parent or none, a merge several; a delete leaves nothing but who did it. */
function hasShapeOfItsKind({ kind, parents, parts }: { kind: string; parents: string[]; parts: object }): boolean {
  if (kind === 'delete') return Object.keys(parts).every((name) => name === 'people');
  return kind === 'merge' ? parents.length > 1 : parents.length < 2;
}

export const headerSchema = z
  .strictObject({
    v: z.literal(1),
    entity,
    parents: z.array(sha).max(MAX_PARENTS),
    origin: instanceId,
    key: z.string().regex(/^[0-9a-f]{32}$/),
    at: z.iso.datetime(),
    kind: z.enum(['edit', 'merge', 'delete']),
    resolves: sha.optional(),
    parts: z.record(partName, sha).refine((parts) => Object.keys(parts).length <= MAX_PARTS, 'too many parts'),
  })
  .refine(hasShapeOfItsKind, 'not the parents or parts of its kind');

const partValue = z.strictObject({
  fields: z.custom<Fields>(isFields, 'not fields').optional(),
  dates: z
    .strictObject({ createdAt: date.optional(), updatedAt: date.optional(), publishedAt: date.optional() })
    .optional(),
  authors: z
    .array(z.strictObject({ instance: instanceId, user: z.string().max(190), name: z.string().max(500) }))
    .max(1_000)
    .optional(),
});

const revision = z.strictObject({
  header: headerSchema,
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
  parts: z.record(partName, z.strictObject({ salt: z.string().regex(/^[0-9a-f]{32}$/), value: partValue })),
});

const order = z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]);

const update = z
  .strictObject({
    type: z.enum(['ENTITY_UPDATE', 'ENTITY_DELETE']),
    entity,
    /** The documentId the sender uses: what a receiver without the entry takes, too. */
    documentId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    level: z.enum(['EVERYTHING', 'PUBLISHED']),
    direction: z.enum(['BOTH', 'SEND_ONLY']),
    /** The sender's own rule says so; otherwise it complements the receiver's. */
    granted: z.boolean(),
    /** No rule names it: it goes along with what refers to it, and takes the place of nothing. */
    along: z.literal(true).optional(),
    order,
    /** The revisions that the receiver shall have. */
    leaves: z.array(sha).min(1).max(MAX_PARENTS),
    /** Revisions that have given way at the sender. Who only receives the entry has them give way, too. */
    aside: z.array(sha).max(MAX_ASIDE).optional(),
    /** Parents before children. */
    revisions: z.array(revision).max(MAX_REVISIONS),
    /** Parents that are deliberately not sent. */
    shallow: z.array(sha).max(MAX_REVISIONS),
    /** Key chains of the other instances that revisions come from. */
    keys: z.array(json).max(50),
  })
  .refine(({ level, direction }) => level === 'EVERYTHING' || direction === 'SEND_ONLY', {
    message: 'what is only published is only sent',
    path: ['direction'],
  });

const unreplicate = z.strictObject({ type: z.literal('ENTITY_UNREPLICATE'), entity, order });

/** The sender only receives the entry from now on: what it said of who gets it, and who edits it, counts no more. */
const yielded = z.strictObject({ type: z.literal('ENTITY_YIELD'), entity, order });

export const messageSchema = z.discriminatedUnion('type', [update, unreplicate, yielded]);
export type Message = z.infer<typeof messageSchema>;
export type UpdateMessage = z.infer<typeof update>;

/** It brings, or names, versions of the entry. */
export const isUpdate = (message: Message): message is UpdateMessage =>
  message.type === 'ENTITY_UPDATE' || message.type === 'ENTITY_DELETE';
export type RevisionOnWire = z.infer<typeof revision>;

/** The refusal of what goes along, where the other site has one of its own. */
export const IS_THERE = 'IS_THERE';

const text = z.string().max(2_000);
const code = z.string().max(100);
export const answerSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('applied') }),
  z.strictObject({ status: z.literal('known') }),
  /** Stored there, but not shown yet: what it waits for. The receiver tries again by itself. */
  z.strictObject({
    status: z.literal('held'),
    code,
    /** What the code is about, by name: a content type's uid, a database's message. */
    values: z
      .record(z.string().max(100), text)
      .refine((values) => Object.keys(values).length <= 10, { message: 'at most ten values' }),
    reason: text,
    bytes: z.array(sha).max(1_000),
  }),
  /** The headers are known, these opened parts are missing. */
  z.strictObject({ status: z.literal('need'), commitments: z.array(sha).max(MAX_PARTS) }),
  /** The receiver has heard something later from us already. */
  z.strictObject({ status: z.literal('stale'), order }),
  /** A parent is unknown there: these are the receiver's leaves. */
  z.strictObject({ status: z.literal('unplaced'), leaves: z.array(sha).max(10_000) }),
  z.strictObject({ status: z.literal('busy') }),
  z.strictObject({ status: z.literal('refused'), code, message: text }),
]);
export type Answer = z.infer<typeof answerSchema>;
