import type { Fields, Status, Uid } from '../../../server/src/replication/entity';
import type { Row, TableName } from '../../../server/src/replication/tables';
import { catalogue } from './catalogue';
import { mark } from './marks';
import { Site } from './site';
import { World } from './world';

/** Sites of a simulated world under a test's own hand: nothing is random, and nothing goes wrong by itself. */
export class Scene {
  private constructor(readonly world: World) {}

  static async of(...names: string[]): Promise<Scene> {
    const world = new World(1);
    for (const name of names) {
      world.sites.push(new Site(world, name, catalogue(world.chance, false), world.chance.fork(), null));
    }
    for (const site of world.sites) await site.start();
    return new Scene(world);
  }

  site(name: string): Site {
    return this.world.sites.find((site) => site.name === name)!;
  }

  /** Somebody saves a row, as an editor does: its mark is in the same transaction. */
  save(name: string, uid: Uid, id: string, status: Status, fields: Fields): void {
    const site = this.site(name);
    const now = this.world.clock.now();
    const at = new Date(now).toISOString();
    site.database.now((transaction) => {
      const rows = site.rows(transaction);
      const locale = site.catalogue.type(uid)!.localized ? 'en' : '-';
      const before = rows.one(uid, id, locale, status);
      const dates = { createdAt: at, updatedAt: at, publishedAt: status === 'published' ? at : null };
      const row = rows.put({ uid, document_id: id, locale, status, fields, dates }, before?.ids ?? {});
      mark(transaction, now, row, before === undefined ? 'create' : 'update', { id: name, name });
    });
  }

  /** Somebody deletes rows of an entry: all, or those of one status. */
  remove(name: string, uid: Uid, id: string, status?: Status): void {
    const site = this.site(name);
    site.database.now((transaction) => {
      const rows = site.rows(transaction);
      for (const row of rows.of(uid, id).filter((one) => status === undefined || one.status === status)) {
        mark(transaction, this.world.clock.now(), row, 'delete', { id: name, name });
        rows.remove(row);
      }
    });
  }

  /** What an entry's rows hold, by document, locale and status. */
  rows(name: string, uid: Uid): { [row: string]: Fields } {
    return this.site(name).look((rows) =>
      Object.fromEntries(
        rows.ofType(uid).map(({ document_id: id, locale, status, fields }) => [`${id} ${locale}/${status}`, fields])
      )
    );
  }

  table<T extends TableName>(name: string, table: T): Row<T>[] {
    return this.site(name).database.table(table).all() as unknown as Row<T>[];
  }

  /** Everything that is to be done is done. Throws where something broke. */
  async settle(): Promise<void> {
    await this.world.settle();
    if (this.world.violations.length > 0) throw new Error(this.world.violations.join('\n'));
  }
}
