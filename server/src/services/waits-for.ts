import type { WaitsFor } from '../contracts';
import type { EntityKey } from '../replication/entity';
import type { NamedEntries } from './entry-names';

type Cause = { kind: 'entry'; key: EntityKey } | Exclude<WaitsFor, { kind: 'entry' }>;

/**
 * Reads the column `waits_for`: a JSON list of entities (`uid/id`), content types (`uid`), hashes of bytes that are
 * still coming, or sentences. What the other site sent is not trusted to be any of these.
 */
export const causesIn = (waitsFor: string | null): Cause[] => {
  if (waitsFor === null) return [];
  const value = parsed(waitsFor);
  return (Array.isArray(value) ? value : [value]).slice(0, 20).flatMap((one) => causeOf(one) ?? []);
};

export const entitiesIn = (causes: readonly Cause[]): EntityKey[] =>
  causes.flatMap((cause) => (cause.kind === 'entry' ? [cause.key] : []));

export const withNames = (causes: readonly Cause[], names: NamedEntries): WaitsFor[] =>
  causes.map((cause) => (cause.kind === 'entry' ? { kind: 'entry', ...names(cause.key) } : cause));

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const UID = /^[a-z0-9-]+::[a-z0-9._-]+$/i;
const ENTITY = /^[a-z0-9-]+::[a-z0-9._-]+\/[^/]+$/i;
const HASH = /^[0-9a-f]{64}$/;

const causeOf = (value: unknown): Cause | null => {
  const text = textOf(value);
  if (text === null) return null;
  if (ENTITY.test(text)) return { kind: 'entry', key: text as EntityKey };
  if (UID.test(text)) return { kind: 'type', uid: text };
  if (HASH.test(text)) return { kind: 'file', hash: text };
  return { kind: 'other', text: text.slice(0, 500) };
};

const textOf = (value: unknown): string | null => {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value !== 'object' || value === null) return null;
  const { uid, id, type, entity, blob, hash, message } = value as Record<string, unknown>;
  if (typeof uid === 'string' && typeof id === 'string') return `${uid}/${id}`;
  const known = [entity, blob, hash, message, uid, type].find((one) => typeof one === 'string' && one !== '');
  return typeof known === 'string' ? known : null;
};
