import type { Core } from '@strapi/strapi';
import { FILE_UID, type Uid } from '../../replication/entity';
import type { Schemas } from '../../replication/ports';
import { exactly } from '../content/exactly';
import { type ChangedRow, entryRows, findRows } from './changed-rows';
import { attributesReferringTo, inverseAttributes, type Owning, rowsLinkedTo, takingAttributes } from './links';

type Data = Record<string, unknown>;

/** Row ids in whatever form Strapi takes a relation: an id, `{id}`, a list of these, `{set, connect, disconnect}`. */
const idsIn = (value: unknown): number[] => {
  if (Array.isArray(value)) return value.flatMap(idsIn);
  if (value === null || value === undefined) return [];
  if (typeof value === 'object') {
    const { id, set, connect } = value as { id?: unknown; set?: unknown; connect?: unknown };
    return id !== undefined ? idsIn(id) : [...idsIn(set), ...idsIn(connect)];
  }
  const id = Number(value);
  return Number.isInteger(id) ? [id] : [];
};

/** The admin panel sends every relation of a form; most say `{connect: [], disconnect: []}`. */
const saysSomething = (value: unknown): boolean => {
  if (value === undefined) return false;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return true;
  const { set, connect, disconnect } = value as { set?: unknown; connect?: unknown[]; disconnect?: unknown[] };
  const listed = connect !== undefined || disconnect !== undefined;
  return set !== undefined || !listed || (connect?.length ?? 0) > 0 || (disconnect?.length ?? 0) > 0;
};

/** A row with one of its links: who loses one link and gets another to the same target changes as well. */
export interface LinkedRow extends ChangedRow {
  through: string;
}

/** Whom a write to one type changes besides the row itself: links are stored with one of two entries. */
export interface Affected {
  /** False: no other entry can be affected by this type's rows. */
  possible: boolean;
  /** Rows of other entries that hold a link to these rows: they lose it when these are deleted. */
  holding(ids: readonly number[]): Promise<ChangedRow[]>;
  /**
   * Rows without drafts that are linked to another version of these rows' entries: Strapi gives a new version the links
   * that the other has, without an event.
   */
  joined(rows: readonly ChangedRow[]): Promise<ChangedRow[]>;
  /** Whether a write with this data edits links that others hold. */
  editsOthers(data: Data): boolean;
  /** Rows of others whose links this data is about, as they are linked at this moment. */
  linked(data: Data, ids: readonly number[]): Promise<LinkedRow[]>;
  /** Rows of others that lose their target to the row written with this data; to be asked before it is written. */
  losing(data: Data): Promise<ChangedRow[]>;
}

export const createAffected = (strapi: Core.Strapi, schemas: Schemas): ((uid: Uid) => Affected) => {
  const cache = new Map<Uid, Affected>();

  const describe = (uid: Uid): Affected => {
    const referring = attributesReferringTo(schemas, uid);
    // A component is without drafts where the entry that holds it is.
    const withoutDrafts = referring.filter(
      ({ owner, attribute }) => attribute.kind === 'relation' && schemas.type(owner)?.drafts !== true
    );
    const inverse = inverseAttributes(strapi, schemas, uid);
    const taking = takingAttributes(strapi, schemas, uid);
    const edited = (data: Data): Owning[] =>
      inverse.filter(({ name }) => saysSomething(data[name])).map(({ through }) => through);
    // An upload says to which entries the file belongs; for us these entries refer to the file.
    const related = (data: Data): { id: number; type: Uid }[] =>
      uid === FILE_UID && Array.isArray(data.related)
        ? data.related.flatMap((item: { id?: unknown; __type?: unknown }) =>
            typeof item?.__type === 'string' ? [{ id: Number(item.id), type: item.__type }] : []
          )
        : [];

    return {
      possible: referring.length > 0 || taking.length > 0,
      holding: (ids) => rowsLinkedTo(strapi, schemas, uid, ids, referring),
      async joined(rows) {
        if (schemas.type(uid)?.drafts !== true || withoutDrafts.length === 0 || rows.length === 0) return [];
        const documents = [...new Set(rows.map((row) => row.documentId))];
        const versions = await findRows(strapi, schemas, uid, { where: { documentId: { $in: documents } } });
        const others = exactly(versions, documents)
          .filter(({ id }) => rows.every((row) => row.id !== id))
          .map(({ id }) => id);
        const linked = await rowsLinkedTo(strapi, schemas, uid, others, withoutDrafts);
        return linked.filter((row) => schemas.type(row.uid)?.drafts === false);
      },
      editsOthers: (data) => edited(data).length > 0 || related(data).length > 0,
      async linked(data, ids) {
        const rows: LinkedRow[] = [];
        const add = (some: ChangedRow[], through: string) => rows.push(...some.map((row) => ({ ...row, through })));
        for (const link of edited(data)) {
          add(await rowsLinkedTo(strapi, schemas, uid, ids, [link]), `${link.owner}.${link.name}`);
        }
        for (const { id, type } of related(data)) add(await entryRows(strapi, schemas, type, [id]), 'related');
        return rows;
      },
      async losing(data) {
        const rows: ChangedRow[] = [];
        for (const link of taking) {
          const target = link.attribute.kind === 'relation' ? link.attribute.target : null;
          if (target === null || !saysSomething(data[link.name])) continue;
          rows.push(...(await rowsLinkedTo(strapi, schemas, target, idsIn(data[link.name]), [link])));
        }
        return rows;
      },
    };
  };

  return (uid) => {
    let known = cache.get(uid);
    if (!known) {
      known = describe(uid);
      cache.set(uid, known);
    }
    return known;
  };
};
