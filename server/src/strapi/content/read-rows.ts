import type { RowState, TypeSchema } from '../../replication/entity';
import { encode, type ResolveUrl } from '../../replication/upload-tokens';
import { type DatabaseRow, rowStateOf } from './canonical-row';
import type { Session } from './content';
import { exactly } from './exactly';
import { loadLinkedVersions } from './linked-versions';
import { resolverFor } from './upload-urls';

/** Reads every row of these entries: one query for the rows and one for each kind of link, whatever their number. */
export const readRows = async (
  session: Session,
  schema: TypeSchema,
  localIds: readonly string[]
): Promise<Map<string, RowState[]>> => {
  const { strapi, schemas, siteUrl } = session;
  const found = (await strapi.db.query(schema.uid).findMany({
    where: { documentId: { $in: [...localIds] } },
    orderBy: { id: 'asc' },
    populate: session.populateOf(schema.uid) as never,
  })) as DatabaseRow[];
  const rows = exactly(found, localIds);
  await loadLinkedVersions(session, schema, rows);

  const stateOf = (row: DatabaseRow, resolve: ResolveUrl): RowState =>
    rowStateOf(row, schema, schemas, (text) => encode(text, resolve, siteUrl));

  // Read once without knowing any upload, which tells what would have to be looked up: mostly nothing.
  const asked = new Set<string>();
  let states = rows.map((row) => stateOf(row, (url) => (asked.add(url), null)));
  if (asked.size > 0) {
    const resolve = await resolverFor(strapi, session.tables, asked);
    states = rows.map((row) => stateOf(row, resolve));
  }

  const entries = new Map<string, RowState[]>();
  for (const [index, row] of rows.entries()) {
    const id = row.documentId as string;
    entries.set(id, [...(entries.get(id) ?? []), states[index]!]);
  }
  return entries;
};
