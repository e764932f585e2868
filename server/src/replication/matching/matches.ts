import { randomUUID } from 'node:crypto';
import { entityOf, type EntityKey, type Uid } from '../entity';
import type { NewRow, Tables } from '../ports';

/** Changes with each change of `matches`: whoever remembers them asks for this first. */
const TOKEN = 'matches';

/** Which entries are known here under another id than others call them. */
export class Matches {
  static readonly none = new Matches('', []);

  private readonly locals = new Map<Uid, Map<string, string>>();
  private readonly entities = new Map<Uid, Map<string, string>>();

  constructor(
    readonly token: string,
    rows: readonly Pick<NewRow<'matches'>, 'entity' | 'uid' | 'local_id'>[]
  ) {
    for (const { entity, uid, local_id: localId } of rows) {
      if (!this.locals.has(uid)) {
        this.locals.set(uid, new Map());
        this.entities.set(uid, new Map());
      }
      this.locals.get(uid)!.set(entityOf(entity).id, localId);
      this.entities.get(uid)!.set(localId, entityOf(entity).id);
    }
  }

  hasAny(uid: Uid): boolean {
    return this.locals.has(uid);
  }

  /** The documentId here of what others call so; null where it was not matched. */
  localOf(uid: Uid, id: string): string | null {
    return this.locals.get(uid)?.get(id) ?? null;
  }

  /** What others call a document of this site; null where it was not matched. */
  entityAt(uid: Uid, localId: string): string | null {
    return this.entities.get(uid)?.get(localId) ?? null;
  }
}

/** What was read last, in this process: sites have none or thousands, and each transaction needs them. */
let remembered = Matches.none;

/** Asked for once in a transaction. */
const asked = new WeakMap<Tables, Promise<Matches>>();

export const loadMatches = (tables: Tables): Promise<Matches> => {
  if (!asked.has(tables)) asked.set(tables, readMatches(tables));
  return asked.get(tables)!;
};

/** Of these entries those that were matched with a link's. */
export const matchedWith = async (
  tables: Tables,
  link: string,
  entity: readonly EntityKey[]
): Promise<Set<EntityKey>> => {
  if ((await loadMatches(tables)) === Matches.none) return new Set();
  return new Set((await tables.find('matches', { link, entity })).map((row) => row.entity));
};

/**
 * Nothing comes from this link any more: what was matched with its entries and is still without a version is this site's
 * own again, and recorded when somebody shares it. The types that this concerns.
 */
export const awaitNoMore = async (tables: Tables, link: string): Promise<Set<Uid>> => {
  if ((await loadMatches(tables)) === Matches.none) return new Set();
  const matched = (await tables.find('matches', { link })).map((row) => row.entity);
  const awaited = await tables.find('entries', { entity: matched, head: null, shows: 'EVERYTHING' });
  await tables.remove('shown', { entity: awaited.map(({ entity }) => entity) });
  return new Set(awaited.map(({ uid }) => uid));
};

/** Another transaction may have changed them while this one waited for locks. */
export const forgetMatches = (tables: Tables): void => void asked.delete(tables);

const readMatches = async (tables: Tables): Promise<Matches> => {
  const [setting] = await tables.find('settings', { name: TOKEN });
  if (!setting) return Matches.none;
  if (remembered.token !== setting.value) {
    const rows = await tables.find('matches', {}, { columns: ['entity', 'uid', 'local_id'] });
    remembered = new Matches(setting.value, rows);
  }
  return remembered;
};

/**
 * To be called in the transaction that changes `matches`. Not by the port for chance: of two simulated sites none may say
 * the same, and nothing follows from what it is.
 */
export const announceMatches = (tables: Tables): Promise<void> => {
  forgetMatches(tables);
  return tables.insert('settings', [{ name: TOKEN, value: randomUUID() }], 'replace');
};
