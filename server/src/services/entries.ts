import { keyOf, type EntityKey, type Uid } from '../replication/entity';
import type { Row } from '../replication/tables';
import type { Tables } from '../replication/ports';

/** Our rows of entries by their documentId here. An entry that was never recorded has none. */
export const entriesAt = async (
  tables: Tables,
  uid: Uid,
  localIds: readonly string[]
): Promise<Map<string, Row<'entries'>>> => {
  const rows = await tables.find('entries', { uid, local_id: localIds });
  return new Map(rows.map((row) => [row.local_id, row]));
};

/**
 * The entity that a documentId stands for here; null where nothing is known of it. An entry whose rows are gone may
 * have no local id any more: what others call it is then its canonical id.
 */
export const entityAt = async (tables: Tables, uid: Uid, localId: string): Promise<EntityKey | null> => {
  const known = (await entriesAt(tables, uid, [localId])).get(localId);
  if (known) return known.entity;
  const key = keyOf({ uid, id: localId });
  return (await tables.count('replicas', { entity: key })) > 0 ? key : null;
};
