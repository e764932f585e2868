import { FILE_UID, type TypeSchema } from '../../replication/entity';
import { NotPossible } from '../../replication/errors';
import { MOST_LOOKED_UP, type Looked, type Plain } from '../../replication/ports';
import { type DatabaseRow, rowKeyOf } from './canonical-row';
import type { Session } from './content';
import { exactly } from './exactly';

/** As many values as every database takes in one statement, with room. */
const MOST_IN_ONE = 500;

/** Rows by what they hold in one attribute, or what these entries hold in it. */
export const lookUp = async (
  { strapi }: Pick<Session, 'strapi'>,
  schema: TypeSchema,
  attribute: string,
  of: { ids: readonly string[] } | { values: readonly Plain[] }
): Promise<Looked[]> => {
  const known = Object.hasOwn(schema.attributes, attribute) ? schema.attributes[attribute] : undefined;
  if (known?.kind !== 'value') {
    throw new NotPossible('NO_SUCH_FIELD', `“${schema.uid}” has no field “${attribute}” that holds a plain value.`);
  }
  const [column, wanted] = 'ids' in of ? ['documentId', of.ids] : [attribute, of.values];
  const select = ['id', 'documentId', attribute, ...(schema.uid === FILE_UID ? [] : ['locale', 'publishedAt'])];
  const found: Looked[] = [];
  for (let at = 0; at < wanted.length && found.length < MOST_LOOKED_UP; at += MOST_IN_ONE) {
    const rows = await strapi.db
      .queryBuilder(schema.uid)
      .select(select)
      .where({ [column]: { $in: wanted.slice(at, at + MOST_IN_ONE) } })
      .orderBy([{ id: 'asc' }])
      .limit(MOST_LOOKED_UP - found.length)
      .execute<(DatabaseRow & { documentId: string })[]>();
    for (const row of 'ids' in of ? exactly(rows, of.ids) : rows) {
      const value = row[attribute];
      if (typeof value !== 'string' && typeof value !== 'number') continue;
      found.push({ localId: row.documentId, ...rowKeyOf(row, schema), value });
    }
  }
  return found;
};
