import { FILE_UID, type Uid } from './entity';
import { reachableTypes } from './controller/dependencies';
import type { Schemas, Store } from './ports';

/**
 * Which types' saves are marked: those that a rule was ever made for, those of what may go along with their entries, and
 * those that came from another site. Kept in memory, because it is asked at every save.
 */
export class Tracked {
  private types = new Set<Uid>();

  constructor(
    private readonly store: Store,
    private readonly schemas: Schemas
  ) {}

  has(uid: Uid): boolean {
    return this.types.has(uid);
  }

  all(): Uid[] {
    return [...this.types];
  }

  add(uid: Uid): void {
    this.types.add(uid);
    this.types.add(FILE_UID);
  }

  async reload(): Promise<void> {
    const types = await this.store.transaction(async ({ tables }) => {
      const rules = await tables.find('rules', {});
      if (rules.some(({ scope }) => scope === 'instance')) return this.schemas.types();
      const seen = (await tables.countBy('entries', ['uid'], {})).map(({ key }) => key[0]!);
      const uids = rules.map(({ uid }) => uid);
      // Only with what is sent from here something may go along.
      const sending = rules.filter(({ level, direction }) => level !== 'NONE' && direction !== 'RECEIVE_ONLY');
      const along = reachableTypes(
        this.schemas,
        sending.map(({ uid }) => uid)
      );
      return [...uids, ...along, ...seen];
    });
    this.types = new Set(types.length > 0 ? [...types, FILE_UID] : []);
  }
}
