import type { Core } from '@strapi/strapi';
import type { Knex } from 'knex';
import type { Uid } from '../../replication/entity';
import { databaseModelOf, type DatabaseAttribute, type DatabaseModel } from './models';
import type { Data } from './row-writer';
import { joinRowsOf, TOO_MUCH, type JoinRow } from './join-rows';

interface NewRow {
  uid: Uid;
  data: Data;
  joins: JoinRow[];
}

/** Strapi answers how many rows it made, and their ids as far as the database tells them. */
interface Created {
  ids: unknown[];
}

/** Well below every database's limit of values in a statement, which Strapi does not look at. */
const MOST_VALUES = 10_000;

/** There may be many thousands: a copy of the list for each would be slow. */
const addTo = <Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void => {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
};

/** Attributes whose values stand in the row itself. */
const columnsOf = ({ attributes }: DatabaseModel): string[] =>
  Object.keys(attributes).filter((name) => {
    const { type, joinColumn, morphColumn } = attributes[name]!;
    return type !== 'relation' || joinColumn !== undefined || morphColumn !== undefined;
  });

/** Whether one of these rows gets a value, or a default of this site, in a column of its own. */
const isFilled = ({ default: otherwise }: DatabaseAttribute, name: string, data: readonly Data[]): boolean =>
  name !== 'id' && (otherwise !== undefined || data.some((row) => row[name] !== undefined));

/**
 * Rows that are made together, components included: Strapi sends one insert for all of a type, where one by one each takes
 * two inserts and a read. Until they are made they have provisional ids, which are negative, as no row's is.
 *
 * Strapi's `createMany` writes columns and no links; these are written here as `create` would. Only where databases
 * answer the ids of all rows that an insert makes: MySQL and MariaDB answer the first.
 */
export class NewRows {
  private readonly rows: NewRow[] = [];

  constructor(private readonly strapi: Core.Strapi) {}

  /** Plans a row, and answers its provisional id. Throws {@link TOO_MUCH} where its links can only be made by Strapi. */
  add(uid: Uid, data: Data): number {
    const id = -(this.rows.length + 1);
    const joins = Object.entries(data).flatMap(([name, value]) => {
      const found = joinRowsOf(this.strapi, uid, name, id, value);
      if (found === TOO_MUCH) throw TOO_MUCH;
      return found;
    });
    this.rows.push({ uid, data, joins });
    return id;
  }

  /** Plans all that `work` adds, or nothing of it where one of its rows is too much. Answers whether it is planned. */
  async plan(work: () => Promise<unknown>): Promise<boolean> {
    const before = this.rows.length;
    try {
      await work();
      return true;
    } catch (error) {
      if (error !== TOO_MUCH) throw error;
      this.rows.length = before;
      return false;
    }
  }

  /** Makes the rows, in the current transaction, and then what links them. */
  async insert(trx: Knex.Transaction): Promise<void> {
    const ids = new Map<number, number>();
    const byType = new Map<Uid, number[]>();
    for (const [index, { uid }] of this.rows.entries()) addTo(byType, uid, index);
    for (const [uid, indexes] of byType) {
      const values = columnsOf(databaseModelOf(this.strapi, uid)).length;
      const size = Math.max(1, Math.min(this.mostRows, Math.floor(MOST_VALUES / values)));
      for (let at = 0; at < indexes.length; at += size) {
        const some = indexes.slice(at, at + size);
        const created = await this.create(
          trx,
          uid,
          some.map((index) => this.rows[index]!.data)
        );
        // Given in the order of the rows; answered, on SQLite, in whatever order.
        const made = created.map(Number).sort((a, b) => a - b);
        if (made.length !== some.length) throw new Error(`${made.length} of ${some.length} rows of ${uid} were made.`);
        some.forEach((index, position) => ids.set(-(index + 1), made[position]!));
      }
    }
    const tables = new Map<string, JoinRow[]>();
    for (const join of this.rows.flatMap(({ joins }) => joins)) {
      for (const [column, value] of Object.entries(join.columns)) {
        if (typeof value === 'number' && value < 0) join.columns[column] = ids.get(value)!;
      }
      addTo(tables, join.table, join);
    }
    for (const [table, joins] of tables) await this.link(trx, table, joins);
  }

  private get mostRows(): number {
    return this.strapi.db.dialect.getBatchInsertSize();
  }

  private async create(trx: Knex.Transaction, uid: Uid, data: readonly Data[]): Promise<unknown[]> {
    const model = databaseModelOf(this.strapi, uid);
    if (columnsOf(model).some((name) => isFilled(model.attributes[name]!, name, data))) {
      return ((await this.strapi.db.query(uid).createMany({ data: data as never })) as unknown as Created).ids;
    }
    // A component of nothing but media or links: no statement makes several rows without any value.
    const next = this.strapi.db.dialect.client === 'postgres' ? trx.raw('default') : null;
    const rows = data.map(() => ({ id: next }));
    const made = await this.strapi.db.getConnection(model.tableName).transacting(trx).insert(rows, ['id']);
    return (made as { id: unknown }[]).map(({ id }) => id);
  }

  private async link(trx: Knex.Transaction, table: string, joins: readonly JoinRow[]): Promise<void> {
    const size = this.mostRows;
    const columns = await this.withLast(trx, table, joins);
    for (let at = 0; at < columns.length; at += size) {
      await this.strapi.db
        .queryBuilder(table)
        .insert(columns.slice(at, at + size) as never)
        .execute();
    }
  }

  /** The columns of these rows; where a target lists who is linked to it, each comes after those who are. */
  private async withLast(trx: Knex.Transaction, table: string, joins: readonly JoinRow[]): Promise<Data[]> {
    const last = joins.find((join) => join.last)?.last;
    if (!last) return joins.map(({ columns }) => columns);
    const targets = [...new Set(joins.map(({ columns }) => Number(columns[last.target])))];
    const found = (await this.strapi.db
      .getConnection(table)
      .transacting(trx)
      .select(last.target)
      .max(last.order, { as: 'max' })
      .whereIn(last.target, targets)
      .groupBy(last.target)) as Data[];
    const orders = new Map(found.map((row) => [Number(row[last.target]), Number(row.max ?? 0)]));
    return joins.map(({ columns }) => {
      const target = Number(columns[last.target]);
      const order = (orders.get(target) ?? 0) + 1;
      orders.set(target, order);
      return { ...columns, [last.order]: order };
    });
  }
}
