import type { EntityKey, Fields, Status, Uid } from '../../../server/src/replication/entity';
import {
  createBrakeDesk,
  type Answer,
  type BrakeDesk,
  type Question,
  type QuestionCode,
} from '../../../server/src/replication/brake/desk';
import { createRuleDesk } from '../../../server/src/replication/controller/rule-desk';
import type { Depth } from '../../../server/src/replication/reconcile/sweep';
import type { Rule, RuleDesk } from '../../../server/src/replication/engine';
import type { Row, TableName } from '../../../server/src/replication/tables';
import { catalogue } from './catalogue';
import { mark, markLinking, type Actor } from './marks';
import { Site } from './site';
import type { Sharing } from './tap';
import { introduce, World } from './world';

/** The rule for a whole site. */
export const all = (
  level: Rule['level'],
  direction: Rule['direction'] = 'SEND_ONLY'
): Omit<Rule, 'link' | 'locked'> => ({
  scope: 'instance',
  uid: '',
  level,
  direction,
});

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

  /** A site whose code does not have a content type. */
  forget(name: string, uid: Uid): void {
    const { catalogue: known } = this.site(name);
    const { types, type } = known;
    Object.assign(known, {
      types: () => types().filter((one) => one !== uid),
      type: (one: Uid) => (one === uid ? null : type(one)),
    });
  }

  site(name: string): Site {
    return this.world.sites.find((site) => site.name === name)!;
  }

  /** Two sites know one another. What they share is said by rules. */
  async link(first: string, second: string): Promise<void> {
    await introduce(this.site(first), this.site(second));
    await introduce(this.site(second), this.site(first));
  }

  /** The rules of one site for another, in the place of those before. */
  async rules(from: string, to: string, rules: Omit<Rule, 'link' | 'locked'>[]): Promise<void> {
    await this.ruleDesk(from).replace(this.site(to).id, rules);
    const { sharing, links } = this.world;
    if (!links.some((one) => one.from === from && one.to === to)) links.push({ from, to, direction: 'SEND_ONLY' });
    const others = sharing.filter((one) => one.from !== from || one.to !== to);
    const sent = rules.filter(({ level, direction }) => level !== 'NONE' && direction !== 'RECEIVE_ONLY');
    sharing.splice(0, sharing.length, ...others, ...sent.map((rule) => ({ from, to, ...rule }) as Sharing));
  }

  ruleDesk(name: string): RuleDesk {
    return createRuleDesk({ context: this.site(name).process!.context, onChange: () => undefined });
  }

  /** Somebody saves a row, as an editor does: its mark is in the same transaction. */
  save(
    name: string,
    uid: Uid,
    id: string,
    status: Status,
    fields: Fields,
    actor: Actor | null = { id: name, name },
    language = 'en'
  ): void {
    const site = this.site(name);
    const now = this.world.clock.now();
    const at = new Date(now).toISOString();
    site.database.now((transaction) => {
      const rows = site.rows(transaction);
      const locale = site.catalogue.type(uid)!.localized ? language : '-';
      const before = rows.one(uid, id, locale, status);
      const dates = { createdAt: at, updatedAt: at, publishedAt: status === 'published' ? at : null };
      const row = rows.put({ uid, document_id: id, locale, status, fields, dates }, before?.ids ?? {});
      mark(transaction, now, row, before === undefined ? 'create' : 'update', actor);
    });
  }

  /** Somebody deletes rows of an entry: all, or those of one status, or of one language. */
  remove(name: string, uid: Uid, id: string, status?: Status, language?: string): void {
    const site = this.site(name);
    site.database.now((transaction) => {
      const rows = site.rows(transaction);
      markLinking(rows, transaction, this.world.clock.now(), uid, id);
      const isMeant = (row: { status: Status; locale: string }) =>
        (status ?? row.status) === row.status && (language ?? row.locale) === row.locale;
      for (const row of rows.of(uid, id).filter(isMeant)) {
        mark(transaction, this.world.clock.now(), row, 'delete', { id: name, name });
        rows.remove(row);
      }
    });
  }

  /** Rows go without anybody deleting them: raw SQL, or an import. */
  lose(name: string, uid: Uid, id: string): void {
    const site = this.site(name);
    site.database.now((transaction) => {
      const rows = site.rows(transaction);
      for (const row of rows.of(uid, id)) rows.remove(row);
    });
  }

  /** Raw SQL writes into a row, or adds one. */
  alter(name: string, uid: Uid, id: string, status: Status, fields: Fields, touches = true): void {
    const site = this.site(name);
    site.database.now((transaction) => {
      const rows = site.rows(transaction);
      const locale = site.catalogue.type(uid)!.localized ? 'en' : '-';
      const before = rows.one(uid, id, locale, status);
      const at = new Date(this.world.clock.now() + 1).toISOString();
      const dates = before?.dates ?? { createdAt: at, updatedAt: at, publishedAt: null };
      const kept = { ...before?.fields, ...fields };
      const row = { uid, document_id: id, locale, status, fields: kept, dates: { ...dates } };
      if (touches) row.dates.updatedAt = at;
      rows.put(row, before?.ids ?? {});
    });
  }

  sweep(name: string, depth: Depth = 'quick'): Promise<void> {
    return this.site(name).process!.sweep(depth);
  }

  /** What is asked on a site's page. */
  questions(name: string): Promise<Question[]> {
    return this.desk(name).list();
  }

  async answer(name: string, code: QuestionCode, answer: Answer, entities?: string[]): Promise<void> {
    const question = (await this.questions(name)).find((one) => one.code === code);
    if (!question) throw new Error(`${name} asks nothing of the kind ${code}.`);
    await this.desk(name).answer(
      question.id,
      answer,
      { id: 'admin:1', name: 'Somebody' },
      entities as EntityKey[] | undefined
    );
  }

  private desk(name: string): BrakeDesk {
    return createBrakeDesk(this.site(name).process!.context, () => undefined);
  }

  /** What an entry's rows hold, by document, locale and status. */
  rows(name: string, uid: Uid): { [row: string]: Fields } {
    return this.site(name).look((rows) =>
      Object.fromEntries(
        rows.ofType(uid).map(({ document_id: id, locale, status, fields }) => [`${id} ${locale}/${status}`, fields])
      )
    );
  }

  entry(name: string, entity: string): Row<'entries'> | undefined {
    return this.table(name, 'entries').find((entry) => entry.entity === entity);
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
