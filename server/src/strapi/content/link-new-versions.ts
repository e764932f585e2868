import type { Status, TypeSchema } from '../../replication/entity';
import { entryRows } from '../capture/changed-rows';
import { attributesReferringTo, storageOf, type Owning } from '../capture/links';
import { mainRowsOf, type MainRow, type Session } from './content';

/** Ids of a row that was made, and of the other version of the same entry and locale that was there before. */
interface Versions {
  made: number;
  before: number;
}

/**
 * An entry without drafts links both versions of its target. When Strapi publishes, it gives the new version the links
 * that such entries have to the other one; a version that is made here must get them too. Entries that have a history
 * are left to it: it says which versions they refer to.
 */
export const linkNewVersions = async (
  session: Session,
  schema: TypeSchema,
  localId: string,
  before: readonly MainRow[],
  created: readonly { locale: string; status: Status }[]
): Promise<void> => {
  const joining = created.filter(({ locale }) => before.some((row) => row.locale === locale));
  if (!schema.drafts || joining.length === 0) return;
  const links = attributesReferringTo(session.schemas, schema.uid).filter(
    ({ owner, attribute }) =>
      attribute.kind === 'relation' && attribute.target !== null && session.schemas.type(owner)?.drafts !== true
  );
  if (links.length === 0) return;
  const rows = await mainRowsOf(session, schema, [localId]);
  const versions = joining.flatMap(({ locale, status }): Versions[] => {
    const made = rows.find((row) => row.locale === locale && row.status === status);
    const other = before.find((row) => row.locale === locale && row.status !== status);
    return made && other ? [{ made: made.id, before: other.id }] : [];
  });
  for (const link of links) for (const each of versions) await copyLinks(session, schema, link, each);
};

const copyLinks = async (session: Session, schema: TypeSchema, link: Owning, versions: Versions): Promise<void> => {
  const { strapi, trx } = session;
  const storage = storageOf(strapi, link, schema.uid);
  // A link that stands in the source's own row has room for one target.
  if (!storage || storage.ownerColumn === 'id') return;
  const { table, ownerColumn, targetColumn, where } = storage;
  const linksTo = (target: number): Promise<Record<string, unknown>[]> =>
    strapi.db
      .getConnection(table)
      .transacting(trx)
      .select('*')
      .where({ ...where, [targetColumn]: target });
  const there = await linksTo(versions.before);
  if (there.length === 0) return;
  const linked = new Set((await linksTo(versions.made)).map((row) => Number(row[ownerColumn])));
  for (const { id: _id, ...row } of there) {
    const owner = Number(row[ownerColumn]);
    if (linked.has(owner) || !(await followsItsTarget(session, link, owner))) continue;
    await strapi.db
      .getConnection(table)
      .transacting(trx)
      .insert({ ...row, [targetColumn]: versions.made });
  }
};

/** A component is without drafts where the entry that holds it is. */
const followsItsTarget = async (session: Session, { owner }: Owning, id: number): Promise<boolean> => {
  const { strapi, schemas, tables } = session;
  const holders = await entryRows(strapi, schemas, owner, [id]);
  if (holders.length === 0 || !holders.every(({ uid }) => schemas.type(uid)?.drafts === false)) return false;
  for (const { uid, documentId } of holders) {
    const entries = await tables.find('entries', { uid, local_id: documentId });
    if (entries.some(({ head }) => head !== null)) return false;
  }
  return true;
};
