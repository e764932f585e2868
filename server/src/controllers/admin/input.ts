import { errors } from '@strapi/utils';
import { z } from 'zod';
import { STATUS_BATCH_LIMIT } from '../../contracts';

/** What callers may send. Unknown keys are refused, so that a misspelt option is not silently ignored. */

/** What no database holds: PostgreSQL refuses the statement. */
const isStorable = (text: string): boolean => !text.includes('\u0000');
const id = z.string().min(1).max(255).refine(isStorable, 'Must not hold a null character.');
const uid = z
  .string()
  .max(255)
  .regex(/^[a-z0-9-]+::[a-z0-9._-]+$/i, 'Must be the uid of a content type, such as api::article.article.');

export const linkParams = z.object({ id });
export const keyParams = z.object({ id, key: id });
export const entryParams = z.object({ uid, documentId: id });

export const nothing = z.union([z.undefined(), z.strictObject({})]);
export const codeBody = z.strictObject({ code: z.string().trim().min(1).max(4096) });
export const renameBody = z.strictObject({
  name: z.string().trim().min(1).max(100).refine(isStorable, 'Must not hold a null character.'),
});
export const leaveBody = z.strictObject({ name: z.string().min(1).max(1000), evenIfUntold: z.boolean().optional() });
export const compareBody = z.strictObject({ repair: z.boolean().optional() }).optional();
export const entryRetryBody = z.strictObject({ link: id.optional() }).optional();
export const statusBody = z.strictObject({ uid, documentIds: z.array(id).max(STATUS_BATCH_LIMIT) });

export const brakeAnswerBody = z.strictObject({
  id: z.string().min(1).max(400),
  answer: z.enum(['go-on', 'delete', 'restore', 'keep', 'put-back', 'deleted', 'take-over']),
  entries: z.array(id).max(1_000).optional(),
});
export const sweepBody = z.strictObject({ depth: z.enum(['quick', 'full']).optional() }).optional();

const mode = z.enum(['never', 'missing', 'always']);
export const dependenciesBody = z.strictObject({ default: mode });
export const alongBody = z.strictObject({ link: id, uid, id });

const rule = z
  .strictObject({
    scope: z.enum(['type', 'instance']),
    uid: z.union([uid, z.literal('')]),
    level: z.enum(['EVERYTHING', 'PUBLISHED', 'REFERENCE', 'NONE']),
    direction: z.enum(['BOTH', 'SEND_ONLY', 'RECEIVE_ONLY']),
    dependencies: z.record(z.string().min(1).max(255), mode).optional(),
  })
  .refine(({ scope, uid: of }) => (scope === 'instance') === (of === ''), {
    message: 'A rule for all types has an empty uid, one for a type has its uid.',
    path: ['uid'],
  });

export const rulesBody = z
  .strictObject({ rules: z.array(rule).max(2000) })
  .refine(({ rules }) => new Set(rules.map((one) => `${one.scope} ${one.uid}`)).size === rules.length, {
    message: 'There are two rules for the same type.',
    path: ['rules'],
  });

const field = z.string().min(1).max(190);
const page = {
  uid,
  level: z.enum(['EVERYTHING', 'PUBLISHED', 'REFERENCE', 'NONE']),
  direction: z.enum(['BOTH', 'SEND_ONLY', 'RECEIVE_ONLY']),
  by: field.nullable(),
  cursor: id.nullable(),
};
export const previewBody = z.strictObject(page);
export const matchBody = z.strictObject({
  ...page,
  choices: z.array(z.strictObject({ documentId: id, there: id.nullable() })).max(50),
});
export const differenceBody = z.strictObject({ uid, documentId: id, level: page.level, there: id.nullable() });

export const typesQuery = z.object({ link: id.optional() });

export const queueQuery = z.object({
  state: z.enum(['waiting', 'queued', 'held', 'failed', 'stopped', 'done']).default('waiting'),
  page: z.coerce.number().int().min(1).max(200).default(1),
  pageSize: z.coerce.number().int().min(1).max(100).default(20),
});

/** Throws Strapi's ValidationError, which names every field that is wrong. */
export const read = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => ({
    path: issue.path.map(String),
    message: issue.message,
    name: 'ValidationError',
  }));
  throw new errors.ValidationError(problems.map(describe).join(' '), { code: 'INVALID_INPUT', errors: problems });
};

const describe = ({ path, message }: { path: string[]; message: string }): string =>
  path.length > 0 ? `${path.join('.')}: ${message}` : message;
