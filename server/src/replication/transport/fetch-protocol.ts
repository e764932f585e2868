import { z } from 'zod';
import { ENTITY_ID_FORM, type EntityKey, type Json } from '../entity';
import { Refused } from '../errors';
import { MAX_PARENTS } from './message';

/** What a site that fetches says, and what it is given. `docs/protocol.md`, "Fetching". */

const lease = z.string().regex(/^[0-9a-f]{1,64}$/);
const sha = z.string().regex(/^[0-9a-f]{64}$/);
const entityKey = z
  .string()
  .max(400)
  .regex(/^[a-z0-9:.-]+\/[A-Za-z0-9_.:-]+$/)
  .refine((key) => ENTITY_ID_FORM.test(key.slice(key.indexOf('/') + 1)))
  .transform((key) => key as EntityKey);

/**
 * What was sent, as the answer to it brings it back: who hands out remembers nothing between two requests, which may come
 * to two processes. It is held against what the queue says was sent.
 */
const receipt = z.strictObject({
  entity: entityKey,
  wanted: z.array(sha).max(MAX_PARENTS).nullable(),
  level: z.enum(['EVERYTHING', 'PUBLISHED', 'REFERENCE', 'NONE']),
  direction: z.enum(['BOTH', 'SEND_ONLY', 'RECEIVE_ONLY']),
  sequence: z.int().nonnegative(),
});
export type Receipt = z.infer<typeof receipt>;

/** Messages that are read in one answer, and answers in one question; fewer are claimed at once. */
const MOST_FETCHED = 1_000;
/** The longest a request is kept open where there is nothing: proxies give up after half a minute. */
export const LONGEST_WAIT_MS = 25_000;

const question = z.strictObject({
  /** How long to wait for something, in milliseconds. */
  wait: z.int().min(0).max(LONGEST_WAIT_MS),
  /** Under which the messages that are answered were given; null: nothing is answered. */
  lease: lease.nullable(),
  answers: z
    .array(z.strictObject({ receipt, answer: z.custom<Json>((value) => value !== undefined) }))
    .max(MOST_FETCHED),
  /** As it was asked to, it has compared both sites and had what differs sent again. */
  compared: z.boolean(),
});
export type FetchQuestion = z.infer<typeof question>;

const handedOut = z.strictObject({
  lease,
  /** Receipts are the other side's own: they come back as they are. */
  messages: z
    .array(z.strictObject({ receipt: z.custom<Json>((value) => value !== undefined), message: z.custom<Json>() }))
    .max(MOST_FETCHED),
  /** Whether fetching is to go on: the other side still can not call. */
  fetch: z.boolean(),
  /** The other side's database was put back, and it can not ask what it has lost. */
  compare: z.boolean(),
});
export type HandedOut = z.infer<typeof handedOut>;

const read = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new Refused('MALFORMED', 'The question or its answer breaks the protocol.');
  return parsed.data;
};

export const readQuestion = (value: unknown): FetchQuestion => read(question, value);
export const readHandedOut = (value: unknown): HandedOut => read(handedOut, value);
