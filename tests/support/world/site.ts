import type { News, Store } from '../../../server/src/replication/ports';
import { unpack } from '../../../server/src/replication/history/contents';
import type { HappeningAction, Row } from '../../../server/src/replication/tables';
import { Blocked, MemoryDatabase, type MemoryTransaction } from '../memory/database';
import { memoryStore, ownTables } from '../memory/tables';
import type { Catalogue } from './catalogue';
import { CORRECTED } from './correcting';
import type { SeededChance } from './chance';
import { worldContent } from './content';
import { copyShared, editSomething, type Desk, type PendingCopy } from './editor';
import { wordsIn } from './ledger';
import { Process } from './process';
import { CONTENT_TABLES, Rows, type SiteRow } from './rows';
import type { World } from './world';

/** One Strapi site of a simulated world: its database, its people, and the process that may die. */
export class Site {
  readonly database = new MemoryDatabase({ ...ownTables(), ...CONTENT_TABLES });
  process: Process | null = null;
  readonly privateKey: string;
  /** The instance's id, known from its first start on. */
  id = '';
  /** Something has replaced the content without an event. */
  imported = false;
  /** How far this site's clock is off. */
  skew = 0;
  readonly clock = { now: (): number => this.world.clock.now() + this.skew };
  private lastComponentId = 0;
  private pendingCopies: PendingCopy[] = [];
  private dying = false;

  /** What the rest of the site was told last of each entry. It is no part of the process, so it outlives its death. */
  readonly heard = new Map<string, HappeningAction>();

  /** Entries whose rows went past the editors: by raw SQL. */
  readonly lost = new Set<string>();

  /** Words of the history that went when a back-up was put back: whoever wrote them to this site has told them already. */
  readonly heldOnce = new Set<string>();

  /** A hook of the site that hears of what was applied. */
  onNews: ((news: News) => void) | null = null;

  constructor(
    readonly world: World,
    readonly name: string,
    readonly catalogue: Catalogue,
    readonly chance: SeededChance,
    /** A lifecycle of the site writes its own name into this field, whatever is saved. */
    private readonly rewrites: string | null
  ) {
    this.privateKey = chance.bytes(32).toString('base64');
    this.database.beforeStatement = () => this.interleave();
  }

  get rewrittenField(): string | null {
    return this.onNews === null ? this.rewrites : CORRECTED;
  }

  async start(): Promise<void> {
    this.dying = false;
    this.process = await Process.start(this);
    this.id = this.process.context.signer.instance;
  }

  store(): Store {
    const renumbered = (what: string): void => {
      this.world.violations.push(`${this.name} gives a component that stays another id: ${what}`);
    };
    return memoryStore(this.database, (transaction) =>
      worldContent(this.rows(transaction), transaction, this.hook, renumbered)
    );
  }

  rows(transaction: MemoryTransaction): Rows {
    return new Rows(this.catalogue, transaction, () => (this.lastComponentId += 1));
  }

  links(): string[] {
    return this.database
      .table('links')
      .all()
      .map((row) => String(row.id));
  }

  /** Reads what is committed. */
  look<T>(read: (rows: Rows, transaction: MemoryTransaction) => T): T {
    return this.database.now((transaction) => read(this.rows(transaction), transaction));
  }

  /** Somebody edits, if what they want to edit is not being written at this moment. */
  edit(): void {
    // i18n's copies belong to the request of the save: whoever edits next finds them done.
    if (this.pendingCopies.length > 0) {
      this.copyPending();
      return;
    }
    const copies: PendingCopy[] = [];
    this.atDesk(copies, (desk) => {
      const what = editSomething(desk);
      if (what !== 'nothing') this.world.log(`${this.name} ${what}`);
    });
    this.pendingCopies.push(...copies);
  }

  /** i18n's copies, which come after the save. */
  copyPending(): boolean {
    const [copy] = this.pendingCopies;
    if (copy === undefined) return false;
    if (this.atDesk([], (desk) => copyShared(desk, copy))) this.pendingCopies.shift();
    return true;
  }

  hear(news: News): void {
    const { uid, localId, action, locale } = news;
    this.world.log(`${this.name} hears of ${action} ${uid}/${localId} ${locale ?? ''}`);
    this.heard.set(`${uid}/${localId}`, action);
    this.onNews?.(news);
  }

  kill(): void {
    if (this.process === null) return;
    this.world.log(`${this.name} dies`);
    this.process.kill();
    this.process = null;
    this.database.kill();
    this.world.network.breakOff(this.name);
  }

  /** A back-up of content and of the plugin's tables together. Called, the answer puts it back, as after a disaster. */
  backup(): () => void {
    const tables = this.database.snapshot();
    const forget = this.world.ledger.backup(this.name);
    const heard = [...this.heard];
    return () => {
      this.kill();
      for (const word of this.wordsHeld()) this.heldOnce.add(word);
      this.database.restore(tables);
      this.pendingCopies = [];
      // What listeners have heard since is of rows that are not there any more.
      this.heard.clear();
      for (const [entry, action] of heard) this.heard.set(entry, action);
      forget();
    };
  }

  private wordsHeld(): string[] {
    const contents = this.database.table('contents').all() as unknown as Row<'contents'>[];
    return contents.flatMap(({ bytes }) => wordsIn(unpack(bytes)));
  }

  /** The process may die here. */
  mayDie(): void {
    if (this.dying || this.process === null || !this.world.isRough) return;
    if (this.chance.happens(this.world.faults.death)) {
      this.dying = true;
      this.kill();
    }
  }

  private atDesk(copies: PendingCopy[], work: (desk: Desk) => void): boolean {
    const undo = this.world.ledger.savepoint();
    try {
      this.database.now((transaction) =>
        work({
          site: this.name,
          rows: this.rows(transaction),
          transaction,
          chance: this.chance,
          ledger: this.world.ledger,
          now: this.clock.now(),
          actor: { id: `${this.name}-1`, name: `Editor of ${this.name}` },
          pendingCopies: copies,
          hook: this.hook,
        })
      );
      return true;
    } catch (error) {
      undo();
      copies.length = 0;
      if (error instanceof Blocked) return false;
      throw error;
    }
  }

  /** Between any two statements of a transaction of ours. */
  private interleave(): void {
    if (!this.world.isRough) return;
    if (this.chance.happens(this.world.faults.interleaved)) {
      if (this.chance.happens(0.3)) this.copyPending();
      else this.edit();
    }
    this.mayDie();
  }

  private readonly hook = (row: SiteRow): SiteRow => {
    const field = this.rewrites;
    const schema = this.catalogue.type(row.uid);
    if (field === null || schema === null || !(field in schema.attributes)) return row;
    return { ...row, fields: { ...row.fields, [field]: `written by ${this.name}` } };
  };
}
