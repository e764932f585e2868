import type { Core } from '@strapi/strapi';
import type { Uid } from '../../replication/entity';
import type { Schemas } from '../../replication/ports';
import type { MarkAction, Row } from '../../replication/tables';
import { dialectOf } from '../tables/ddl';
import { insertRows } from '../tables/insert-rows';
import { isApplying, isMaking, noteAlong } from '../content/applying';
import { rowKeyOf } from '../content/canonical-row';
import { subscribeOwn } from '../content/own-lifecycles';
import { currentActor, currentBase } from './actor';
import { type Affected, createAffected, type LinkedRow } from './affected-rows';
import { type ChangedRow, findRows, rowsById } from './changed-rows';

export interface MarkOptions {
  /** Whether a rule has ever asked for entries of this type. */
  tracked: (uid: Uid) => boolean;
  /** Called after commit: there is something to record. Must not touch the database. */
  poke: () => void;
}

interface Params {
  where?: unknown;
  filters?: unknown;
  _q?: unknown;
  select?: unknown;
  data?: Record<string, unknown>;
}

interface LifecycleEvent {
  action: string;
  model: { uid: Uid };
  params: Params;
  result?: unknown;
  /** Kept by Strapi from `before…` to `after…` of one write. */
  state: { rows?: ChangedRow[]; others?: ChangedRow[]; linked?: LinkedRow[] };
}

/** Rows in one statement, well below every database's limit of values. */
const MOST = 200;

const COLUMNS = ['uid', 'document_id', 'locale', 'status', 'action', 'actor', 'base', 'at'] as const;

const keyOfRow = (row: ChangedRow): string => `${row.uid}#${row.id}`;

/** Rows that lost a link or got one. */
const difference = (before: readonly LinkedRow[], after: readonly LinkedRow[]): ChangedRow[] => {
  const keyOfLink = (row: LinkedRow) => `${keyOfRow(row)} ${row.through}`;
  const had = new Set(before.map(keyOfLink));
  const has = new Set(after.map(keyOfLink));
  return [...before.filter((row) => !has.has(keyOfLink(row))), ...after.filter((row) => !had.has(keyOfLink(row)))];
};

/**
 * Writes a mark for every changed row of a tracked type, in the change's own transaction: whatever has been committed is
 * recorded, whatever happens next. Rows of other entries that change along (links are stored with one of two entries)
 * are marked too. Components need no marks of their own: the row they belong to is written after them.
 *
 * To be called in bootstrap; nothing is marked before `startMarking`.
 */
export const subscribeMarks = (
  strapi: Core.Strapi,
  schemas: Schemas,
  options: MarkOptions
): { startMarking(): void; subscriber: Record<string, (event: unknown) => Promise<void>> } => {
  const affectedBy = createAffected(strapi, schemas);
  const dialect = dialectOf(strapi.db.connection);
  let started = false;

  /** Whether a write to this type can change anything that is tracked. */
  const concerns = (uid: Uid): boolean =>
    (started ||= strapi.isLoaded === true) &&
    schemas.type(uid) !== null &&
    (options.tracked(uid) || affectedBy(uid).possible);

  const store = async (own: ChangedRow[], others: ChangedRow[], action: MarkAction): Promise<void> => {
    const wanted = (row: ChangedRow): boolean => options.tracked(row.uid) && !isApplying(row.uid, row.documentId);
    const direct = own.filter(wanted);
    const seen = new Set(direct.map(keyOfRow));
    const along = others.filter((row) => wanted(row) && !seen.has(keyOfRow(row)));
    if (own.length > 0 && own.every((row) => isApplying(row.uid, row.documentId))) {
      return noteAlong(along.map(({ uid, documentId }) => ({ uid, localId: documentId })));
    }
    if (direct.length + along.length === 0) return;

    const actor = currentActor(strapi);
    const signature = actor && JSON.stringify(actor);
    const at = Date.now();
    const mark = (row: ChangedRow, what: MarkAction, base: string | null): Omit<Row<'marks'>, 'id'> => ({
      uid: row.uid,
      document_id: row.documentId,
      locale: row.locale,
      status: row.status,
      action: what,
      actor: signature,
      base,
      at,
    });
    const rows = [
      ...direct.map((row) => mark(row, action, currentBase(strapi, row.uid, row.documentId))),
      ...[...new Map(along.map((row) => [keyOfRow(row), row])).values()].map((row) => mark(row, 'update', null)),
    ];
    await strapi.db.transaction(async ({ trx, onCommit }) => {
      for (let start = 0; start < rows.length; start += MOST) {
        const values = rows.slice(start, start + MOST).map((row) => COLUMNS.map((column) => row[column]));
        await insertRows(trx, dialect, 'replication_marks', COLUMNS, values, null);
      }
      onCommit(() => options.poke());
    });
  };

  /** Finding out must not make a save fail for a reason of ours; the sweep finds what was missed. */
  const findOut = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      strapi.log.error(`Replication could not find out what a change affects; the next sweep will. ${String(error)}`);
      return otherwise;
    }
  };

  /** The row as it is now. Strapi answers all columns unless it was asked for fewer. */
  const writtenRows = async (event: LifecycleEvent): Promise<ChangedRow[]> => {
    const { uid } = event.model;
    const result = event.result as Record<string, unknown> | null;
    const id = Number(result?.id);
    if (!result || !Number.isInteger(id)) return event.state.rows ?? [];
    const complete =
      typeof result.documentId === 'string' && result.locale !== undefined && result.publishedAt !== undefined;
    if (!complete) return rowsById(strapi, schemas, uid, [id]);
    return [{ uid, id, documentId: String(result.documentId), ...rowKeyOf(result, schemas.type(uid)!) }];
  };

  const othersAfter = async (event: LifecycleEvent, affected: Affected, ids: number[]): Promise<LinkedRow[]> => {
    const data = event.params.data ?? {};
    return affected.editsOthers(data) ? affected.linked(data, ids) : [];
  };

  const whenConcerned =
    (work: (event: LifecycleEvent, affected: Affected) => Promise<void>) =>
    async (event: unknown): Promise<void> => {
      const known = event as LifecycleEvent;
      if (concerns(known.model.uid)) await work(known, affectedBy(known.model.uid));
    };

  const before = (work: (event: LifecycleEvent, affected: Affected) => Promise<LifecycleEvent['state']>) =>
    whenConcerned(async (event, affected) => {
      Object.assign(event.state, await findOut(() => work(event, affected), {}));
    });

  /** What a write with a condition is about to change. */
  const condition = ({ where, filters, _q }: Params) => ({ where, filters, _q });

  const subscriber = {
    beforeCreate: before(async (event, affected) => ({ others: await affected.losing(event.params.data ?? {}) })),
    afterCreate: whenConcerned(async (event, affected) => {
      const rows = await findOut(() => writtenRows(event), []);
      const others = await findOut(
        () =>
          othersAfter(
            event,
            affected,
            rows.map((row) => row.id)
          ),
        []
      );
      const joining = rows.filter(({ uid, documentId }) => !isMaking(uid, documentId));
      const joined = await findOut(() => affected.joined(joining), []);
      await store(rows, [...(event.state.others ?? []), ...others, ...joined], 'create');
    }),

    beforeUpdate: before(async (event, affected) => {
      const { data = {}, select } = event.params;
      if (!affected.editsOthers(data) && select === undefined) return { others: await affected.losing(data) };
      const rows = (await findRows(strapi, schemas, event.model.uid, { where: event.params.where })).slice(0, 1);
      const linked = await affected.linked(
        data,
        rows.map((row) => row.id)
      );
      return { rows, linked, others: await affected.losing(data) };
    }),
    afterUpdate: whenConcerned(async (event, affected) => {
      const rows = await findOut(() => writtenRows(event), []);
      if (rows.length === 0) return;
      const linked = await findOut(
        () =>
          othersAfter(
            event,
            affected,
            rows.map((row) => row.id)
          ),
        []
      );
      const changed = difference(event.state.linked ?? [], linked);
      await store(rows, [...(event.state.others ?? []), ...changed], 'update');
    }),

    beforeDelete: before(async (event, affected) => {
      const rows = (await findRows(strapi, schemas, event.model.uid, { where: event.params.where })).slice(0, 1);
      return { rows, others: await affected.holding(rows.map((row) => row.id)) };
    }),
    afterDelete: whenConcerned((event) => store(event.state.rows ?? [], event.state.others ?? [], 'delete')),

    afterCreateMany: whenConcerned(async (event) => {
      const rows = await findOut(() => createdRows(strapi, schemas, event), []);
      await store(rows, [], 'create');
    }),

    beforeUpdateMany: before(async (event) => ({
      rows: await findRows(strapi, schemas, event.model.uid, condition(event.params)),
    })),
    afterUpdateMany: whenConcerned((event) => store(event.state.rows ?? [], [], 'update')),

    beforeDeleteMany: before(async (event, affected) => {
      const rows = await findRows(strapi, schemas, event.model.uid, condition(event.params));
      return { rows, others: await affected.holding(rows.map((row) => row.id)) };
    }),
    afterDeleteMany: whenConcerned((event) => store(event.state.rows ?? [], event.state.others ?? [], 'delete')),
  };
  subscribeOwn(strapi, subscriber);

  return {
    subscriber,
    startMarking() {
      started = true;
    },
  };
};

/** MySQL answers the first id of each statement; the others follow it. */
const createdRows = (strapi: Core.Strapi, schemas: Schemas, event: LifecycleEvent): Promise<ChangedRow[]> => {
  const { ids = [], count = 0 } = event.result as { ids?: unknown[]; count?: number };
  const size = strapi.db.dialect.getBatchInsertSize();
  const complete =
    ids.length === count
      ? ids.map(Number)
      : ids.flatMap((first, statement) => {
          const rows = Math.min(size, count - statement * size);
          return Array.from({ length: rows }, (_, position) => Number(first) + position);
        });
  return rowsById(strapi, schemas, event.model.uid, complete);
};
