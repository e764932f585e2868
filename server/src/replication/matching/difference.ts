import type { Fields, Json, RowState, Uid } from '../entity';
import type { Context } from '../context';
import type { Level } from '../engine';
import { same } from '../history/canonical';
import { Identity, inCanonicalIds } from '../identity';
import type { Row } from '../tables';
import type { Wire } from '../transport/wire';
import { checked } from './page';
import { differenceAnswer, read } from './question';

export interface DifferenceOf {
  uid: Uid;
  documentId: string;
  level: Level;
  /** The documentId there; null: the same as here. */
  there: string | null;
}

export interface Difference {
  locale: string;
  status: RowState['status'];
  fields: { name: string; here: Json; there: Json }[];
}

/** One entry against the one that it would replace, field by field, as far as both may be seen. */
export const differenceOf = async (
  context: Context,
  wire: Wire,
  link: Row<'links'>,
  request: DifferenceOf
): Promise<{ hidden: boolean; parts: Difference[] }> => {
  const { uid, documentId, level } = request;
  const schema = checked(context, { uid, level, direction: 'SEND_ONLY', by: null, cursor: null });
  const here = await context.store.transaction(async (unit) => {
    const identity = await Identity.of(context, unit);
    const rows = (await unit.content.read(uid, [documentId])).get(documentId) ?? [];
    return rows
      .filter(({ status }) => status === 'published')
      .map((row) => inCanonicalIds(context, identity, uid, row));
  });
  if (here.length === 0) return { hidden: false, parts: [] };
  const question = { uid, documentId: request.there ?? documentId };
  const { answer } = await wire.ask({ id: link.id, url: link.url }, 'difference', question);
  const { hidden, rows: there } = read(differenceAnswer, answer);
  if (hidden) return { hidden, parts: [] };
  const parts = here.map(({ locale, status, fields }) => {
    const other = (there.find((row) => row.locale === locale)?.fields ?? {}) as Fields;
    const names = [...new Set([...Object.keys(fields), ...Object.keys(other)])];
    return {
      locale,
      status,
      fields: names
        .filter((name) => Object.hasOwn(schema.attributes, name) && !same(fields[name] ?? null, other[name] ?? null))
        .sort()
        .map((name) => ({ name, here: fields[name] ?? null, there: other[name] ?? null })),
    };
  });
  return { hidden, parts };
};
