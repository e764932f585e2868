import type { Core } from '@strapi/strapi';
import { FILE_UID, type Json, type Reference, type Status, type TypeSchema, type Uid } from '../../replication/entity';
import type { Schemas } from '../../replication/ports';
import { modelOf } from './models';

/** The row that refers: which of a target's rows are linked depends on it. */
export interface Source {
  /** null: its type has no locales. */
  locale: string | null;
  /** null: its type has no draft & publish. */
  status: Status | null;
}

/** The rows that a reference links, for a given source. Empty where there are none. */
export type RowsOf = (reference: Reference, source: Source) => number[];

interface TargetRow {
  id: number;
  documentId: string;
  locale: string | null;
  publishedAt: unknown;
}

const MOST = 500;

/** The references in a canonical relation or media value; anything else is left out. */
export const referencesIn = (value: Json | undefined): Reference[] =>
  (Array.isArray(value) ? value : []).flatMap((item) => {
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return [];
    const { uid, id, locale, status } = item;
    if (typeof uid !== 'string' || typeof id !== 'string') return [];
    return [
      {
        uid,
        id,
        ...(typeof locale === 'string' ? { locale } : {}),
        ...(status === 'draft' || status === 'published' ? { status } : {}),
      },
    ];
  });

const loadTargets = async (strapi: Core.Strapi, uid: Uid, ids: string[]): Promise<TargetRow[]> => {
  const rows: TargetRow[] = [];
  for (let at = 0; at < ids.length; at += MOST) {
    const some = await strapi.db
      .queryBuilder(uid)
      .select(uid === FILE_UID ? ['id', 'documentId'] : ['id', 'documentId', 'locale', 'publishedAt'])
      .where({ documentId: { $in: ids.slice(at, at + MOST) } })
      .orderBy([{ id: 'asc' }])
      .execute<TargetRow[]>();
    rows.push(...some);
  }
  return rows;
};

const matches = (
  row: TargetRow,
  target: TypeSchema,
  reference: Reference,
  source: Source,
  defaultLocale: string | null
): boolean => {
  if (target.localized && row.locale !== (source.locale ?? reference.locale ?? defaultLocale)) return false;
  // As Strapi links them: like to like; from a type without draft & publish, to both.
  const wanted = reference.status ?? (target.drafts ? source.status : null);
  const status = target.drafts && row.publishedAt === null ? 'draft' : 'published';
  return wanted === null || status === wanted;
};

/**
 * Finds the rows of all these targets at once, in the current transaction, and answers as Strapi's document service would
 * link them.
 */
export const resolveReferences = async (
  strapi: Core.Strapi,
  schemas: Schemas,
  references: readonly Reference[]
): Promise<RowsOf> => {
  const wanted = new Map<Uid, Set<string>>();
  for (const { uid, id } of references) {
    if (!schemas.type(uid) || !modelOf(strapi, uid)) continue;
    if (!wanted.has(uid)) wanted.set(uid, new Set());
    wanted.get(uid)!.add(id);
  }
  const rows = new Map<string, TargetRow[]>();
  let needsDefaultLocale = false;
  for (const [uid, ids] of wanted) {
    needsDefaultLocale ||= schemas.type(uid)?.localized === true;
    for (const row of await loadTargets(strapi, uid, [...ids])) {
      const key = `${uid}/${row.documentId}`;
      rows.set(key, [...(rows.get(key) ?? []), row]);
    }
  }
  const defaultLocale: string | null = needsDefaultLocale
    ? await strapi.plugin('i18n').service('locales').getDefaultLocale()
    : null;

  return (reference, source) => {
    const target = schemas.type(reference.uid);
    if (!target) return [];
    return (rows.get(`${reference.uid}/${reference.id}`) ?? [])
      .filter((row) => matches(row, target, reference, source, defaultLocale))
      .map((row) => row.id);
  };
};
