import type { Core } from '@strapi/strapi';
import type { Uid } from '../../replication/entity';
import { Refused } from '../../replication/errors';

/**
 * MySQL and MariaDB find the rows of `abc` where those of `ABC` are asked for. They are another entry's: what is read by
 * documentId is not believed to be what was asked for.
 */
export const exactly = <Row extends { documentId?: unknown }>(
  rows: readonly Row[],
  documentIds: readonly string[]
): Row[] => {
  const wanted = new Set<unknown>(documentIds);
  return rows.filter(({ documentId }) => wanted.has(documentId));
};

/**
 * Throws where an entry is new to this site and its database would take it for another one: Strapi's own statements,
 * which go by documentId, would change both.
 */
export const checkIdFree = async (strapi: Core.Strapi, uid: Uid, documentId: string): Promise<void> => {
  if (strapi.db.dialect.client !== 'mysql') return;
  const rows = await strapi.db
    .queryBuilder(uid)
    .select(['documentId'])
    .where({ documentId })
    .execute<{ documentId: string }[]>();
  if (rows.length === 0 || exactly(rows, [documentId]).length > 0) return;
  throw new Refused(
    'ID_TAKEN',
    'This site has another entry whose id differs from this one in upper and lower case only, which its database does ' +
      'not tell apart. Make the entry anew on the site it comes from.'
  );
};
